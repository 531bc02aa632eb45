import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBilledOrg, type BilledOrg } from './billedOrg.ts';
import { launchBrowser, openPage, type OpenPage } from './browser.ts';
import { violations } from './checks.ts';

const property = ([name, value]: [string, unknown]) =>
  `<componentInstanceProperties><name>${name}</name><value>${String(value)}</value></componentInstanceProperties>`;
const instance = (properties: object) =>
  `<itemInstances><componentInstance>${Object.entries(properties).map(property).join('')}<componentName>billing360</componentName></componentInstance></itemInstances>`;

/** What an admin may set in the Lightning App Builder, a panel each, from top to bottom. */
const PANELS = [
  { compact: true, invoiceFilter: 'Paid', pageSize: 5 },
  { hideSubscriptions: true, hideUsage: true, hideTimeline: true, invoiceFilter: 'Overdue' },
  { hideSubscriptions: true, hideInvoices: true, hidePayments: true, hideUsage: true, hideTimeline: true },
];
const PAGE = `<FlexiPage><flexiPageRegions>${PANELS.map(instance).join('')}<name>main</name><type>Region</type></flexiPageRegions>
<masterLabel>Options</masterLabel><sobjectType>Account</sobjectType><template><name>flexipage:recordHomeTemplateDesktop</name></template><type>RecordPage</type></FlexiPage>`;

let folder: string;
let org: BilledOrg;
let browser: Browser;
let opened: OpenPage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'options-org-'));
  cpSync(join(import.meta.dirname, '../../force-app/main/default'), folder, { recursive: true });
  writeFileSync(join(folder, 'flexipages/Billing_360_Account.flexipage-meta.xml'), PAGE);
  org = await startBilledOrg({ forceApp: folder });
  browser = await launchBrowser();
  opened = await openPage(
    browser,
    `${org.sim.url}/lightning/r/Account/${org.full}/view?as=riley.rep@billing360.example`,
  );
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await org?.sim.close();
  rmSync(folder, { recursive: true, force: true });
});

async function panelAt(index: number): Promise<{ page: Page; panel: Locator; tabs(): Promise<string[]> }> {
  const { page } = opened;
  const panel = page.locator('c-billing360').nth(index);
  await panel.locator('[data-id=mrr]').waitFor();
  return { page, panel, tabs: () => panel.getByRole('tab').allInnerTexts() };
}
const wordsOf = async (locator: Locator) => (await locator.innerText()).replace(/\s+/g, ' ');

it('a compact panel shows the figures that matter most, and the rest after a click', async () => {
  const { panel, tabs } = await panelAt(0);
  const figures = () => panel.locator('.figure').evaluateAll((all) => all.map((one) => one.getAttribute('data-id')));
  expect(await figures()).toEqual(['mrr', 'outstanding', 'renewal', 'health']);
  expect(await panel.locator('.ages').count()).toBe(0);
  expect(await tabs()).toEqual([]);
  expect(await violations(panel)).toEqual([]);
  await panel.getByRole('button', { name: 'Show details' }).click();
  expect(await panel.locator('.ages').count()).toBe(1);
  expect(await figures()).toContain('payment');
  await panel.getByRole('tab', { name: /^Invoices/ }).click();
  await panel.locator('c-billing-invoices tbody tr').first().waitFor();
  expect(await tabs()).toHaveLength(5);
});

it('a panel shows the invoices first that were chosen for it, as many at a time', async () => {
  const { panel } = await panelAt(0);
  const invoices = panel.locator('c-billing-invoices');
  await expect.poll(() => wordsOf(invoices)).toContain('1–5 of 499');
  expect(await invoices.locator('tbody tr').count()).toBe(5);
  expect(await invoices.locator('[aria-pressed=true]').innerText()).toBe('Paid');
});

it('sections that were taken out leave no tab, and are not asked for', async () => {
  const { panel, tabs } = await panelAt(1);
  const invoices = panel.locator('c-billing-invoices');
  await invoices.locator('tbody tr').first().waitFor();
  expect((await tabs()).map((text) => /^\w+/.exec(text)![0])).toEqual(['Invoices', 'Payments']);
  expect(await wordsOf(invoices)).toContain('12 days overdue');
  expect(await panel.locator('c-billing-subscriptions, c-billing-usage, c-billing-timeline').count()).toBe(0);
});

it('without any section the figures stand alone', async () => {
  const { panel, tabs } = await panelAt(2);
  expect(await tabs()).toEqual([]);
  expect(await panel.locator('.figure').count()).toBe(6);
  expect(opened.problems()).toEqual([]);
});
