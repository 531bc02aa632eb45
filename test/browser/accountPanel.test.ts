import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { startBilledOrg, type BilledOrg } from './billedOrg.ts';
import { launchBrowser, openPage, type OpenPage, type PageOptions } from './browser.ts';
import { violations } from './checks.ts';

const TABS = ['Subscriptions', 'Invoices', 'Payments', 'Usage', 'Timeline'];

let sim: BilledOrg['sim'];
let browser: Browser;
let full: string;
let small: string;
let bare: string;
let hidden: Set<string>;

beforeAll(async () => {
  ({ sim, full, small, bare, hidden } = await startBilledOrg());
  browser = await launchBrowser();
}, 240_000);
beforeEach(() => hidden.clear());
afterAll(async () => {
  await browser?.close();
  await sim?.close();
});

const url = (id: string) => `${sim.url}/lightning/r/Account/${id}/view?as=${encodeURIComponent(USERS.rep)}`;

async function open(options: PageOptions = {}, id = full): Promise<OpenPage> {
  const opened = await openPage(browser, url(id), options);
  await loaded(opened.page);
  return opened;
}

async function loaded(page: Page): Promise<void> {
  await page.locator('section[aria-label="Billing health"]:not([data-phase="loading"])').waitFor();
  await shown(page);
}

async function shown(page: Page): Promise<Locator> {
  const pane = page.locator('[role=tabpanel]:not(.slds-hide)');
  await pane.locator('section:not([data-phase="loading"])').first().waitFor();
  await expect.poll(() => pane.locator('.busy').count()).toBe(0);
  return pane;
}

async function tab(page: Page, name: string): Promise<Locator> {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
  return shown(page);
}

const wordsOf = async (locator: Locator) => (await locator.innerText()).replace(/\s+/g, ' ');

const panelOf = (page: Page) => page.locator('c-billing360 article');

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('axe finds nothing wrong, whichever tab is open', async () => {
    const { page, problems, close } = await open({ theme }, small);
    for (const name of TABS) {
      const pane = await tab(page, name);
      const toggle = pane.locator('.toggle').first();
      if ((await toggle.count()) > 0) await toggle.click();
      await shown(page);
      expect(await violations(panelOf(page)), name).toEqual([]);
    }
    await page.locator('[data-key=health]').click();
    expect(await violations(panelOf(page)), 'reasons').toEqual([]);
    expect(problems()).toEqual([]);
    await close();
  });

  it.each([320, 700, 1280])('nothing sticks out at %i px, with long names too', async (width) => {
    const { page, problems, close } = await open({ theme, width });
    for (const name of TABS) {
      await tab(page, name);
      const box = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(box, name).toBeLessThanOrEqual(0);
    }
    await tab(page, 'Invoices');
    expect(problems()).toEqual([]);
    await close();
  });
});

describe('an Account with 500 invoices and 40 subscriptions', () => {
  it('shows a page of invoices at a time, the newest first, and all of them page by page', async () => {
    const { page, close } = await open();
    const pane = await tab(page, 'Invoices');
    expect(await wordsOf(page.getByRole('tab', { selected: true }))).toBe('Invoices 500');
    expect(await pane.locator('tbody tr').count()).toBe(10);
    expect(await wordsOf(pane)).toContain('1–10 of 500');
    expect(await wordsOf(pane.locator('tbody tr').first())).toContain('INV-0500');
    await pane.getByRole('button', { name: 'Next' }).click();
    await shown(page);
    expect(await wordsOf(pane)).toContain('11–20 of 500');
    expect(await wordsOf(pane.locator('tbody tr').first())).toContain('INV-0490');
    await pane.getByRole('button', { name: 'Previous' }).click();
    await shown(page);
    expect(await wordsOf(pane)).toContain('1–10 of 500');
    await close();
  });

  it('finds what is overdue among all of them, with its lines and memo', async () => {
    const { page, close } = await open();
    const pane = await tab(page, 'Invoices');
    await pane.getByRole('button', { name: 'Overdue' }).click();
    await shown(page);
    expect(await pane.locator('tbody tr').count()).toBe(1);
    expect(await wordsOf(pane)).toContain('12 days overdue');
    await pane.getByRole('button', { name: 'Lines of invoice INV-0500' }).click();
    await pane.locator('[data-id=memo]').waitFor();
    expect(await wordsOf(pane)).toMatch(/Seats € 4,200.00.*Credit memo ?CM-1 € 1.00/);
    expect(await pane.getByRole('button', { name: 'PDF of invoice INV-0500' }).count()).toBe(1);
    await close();
  });

  it('shows one billing account alone when it is picked, in every list', async () => {
    const { page, close } = await open();
    await page.getByLabel('Show billing account').selectOption({ label: 'Zuora · North' });
    expect(await (await shown(page)).locator('tbody tr').count()).toBe(20);
    const pane = await tab(page, 'Invoices');
    expect(await wordsOf(pane)).toContain('1–10 of 100');
    await close();
  });
});

it('tabs are reached by keyboard: arrows move, Enter opens, Tab goes on into the list', async () => {
  const { page, close } = await open();
  await page.getByRole('tab', { name: /^Subscriptions/ }).focus();
  await page.keyboard.press('ArrowRight');
  expect(await wordsOf(page.locator(':focus'))).toMatch(/^Invoices/);
  expect(await page.locator('c-billing-invoices').count()).toBe(0);
  await page.keyboard.press('Enter');
  const pane = await shown(page);
  expect(await wordsOf(pane)).toContain('INV-0500');
  await page.keyboard.press('End');
  expect(await wordsOf(page.locator(':focus'))).toMatch(/^Timeline/);
  await page.keyboard.press('Home');
  expect(await wordsOf(page.locator(':focus'))).toMatch(/^Subscriptions/);
  await close();
});

describe('what the user may not read is absent', () => {
  it('figures that may not be read leave no tile', async () => {
    for (const field of ['MRR__c', 'ARR__c']) hidden.add(`Billing_Balance__c.${field}`);
    const { page, close } = await open();
    const tiles = await page
      .locator('.figure[data-id]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-id')));
    expect(tiles).toEqual(['outstanding', 'renewal', 'health', 'payment']);
    await close();
  });
});

describe('what a list is sorted or filtered by and the user may not read', () => {
  it.each([
    ['Invoices', 'Billing_Invoice__c.Invoice_Date__c', 'INV-'],
    ['Invoices', 'Billing_Invoice__c.Status__c', 'INV-'],
    ['Payments', 'Billing_Payment__c.Paid_At__c', 'Payment'],
    ['Timeline', 'Billing_Event__c.Occurred_At__c', ''],
  ])('%s without %s: everything is shown, and why it is not as usual', async (name, field, text) => {
    hidden.add(field);
    const { page, close } = await open();
    const pane = await tab(page, name);
    await pane.locator('[data-id="plain"]').waitFor();
    await shown(page);
    expect(await pane.getByRole('alert').count()).toBe(0);
    expect(await wordsOf(pane)).toContain(text);
    await close();
  });
});

describe('when Salesforce does not answer well', () => {
  it.each([
    ['an error', { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'broken' }] }, /could not be loaded/],
    ['no answer', { status: 503, body: 'Service Unavailable' }, /did not answer|could not be loaded/],
  ])('%s: the list says what to do and the rest stays; a retry brings it', async (_what, fault, text) => {
    const { page, close } = await open();
    sim.ctx.faults.set([{ path: '/graphql', times: 1, ...fault }]);
    const pane = await tab(page, 'Payments');
    await pane.getByRole('alert').waitFor();
    expect(await wordsOf(pane)).toMatch(text);
    expect(await wordsOf(page.locator('section[aria-label="Billing health"]'))).toContain('€ 12,400');
    await pane.getByRole('button', { name: 'Try again' }).click();
    await pane.locator('tbody tr').first().waitFor();
    expect(await pane.getByRole('alert').count()).toBe(0);
    await close();
  });

  it('an expired session is told, and what was known stays and is marked as old', async () => {
    const { page, close } = await open();
    sim.ctx.faults.set([
      {
        path: '/graphql',
        status: 401,
        body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
      },
    ]);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByText('Your session has ended.').first().waitFor();
    sim.ctx.faults.set([]);
    expect(await wordsOf(page.locator('section[aria-label="Billing health"]'))).toContain('€ 12,400');
    await page.locator('[data-id=stale]').first().waitFor();
    await close();
  });

  it('a slow answer shows a frame, and no figure', async () => {
    sim.ctx.faults.set([{ path: '/graphql', latencyMs: 1_000 }]);
    const { page, close } = await openPage(browser, url(full));
    await page.locator('.stencil .figure').nth(5).waitFor();
    expect(await page.getByRole('tab').count()).toBe(0);
    sim.ctx.faults.set([]);
    await loaded(page);
    expect(await page.getByRole('tab').count()).toBe(5);
    await close();
  });

  it('a connection that is late is told beside the figures', async () => {
    const { page, close } = await open();
    expect(await wordsOf(page.locator('[data-id=stale-note]'))).toContain('Zuora is delayed');
    await close();
  });
});

it('an Account without billing says so in each place, and shows no figure', async () => {
  const { page, problems, close } = await open({}, bare);
  expect(await wordsOf(page.locator('section[aria-label="Billing health"]'))).toContain(
    'Nothing is known about the billing of this Account yet',
  );
  expect(await page.locator('.figure').count()).toBe(0);
  for (const [name, text] of [
    ['Subscriptions', 'No subscriptions'],
    ['Invoices', 'No invoices'],
    ['Payments', 'No payments'],
    ['Usage', 'No usage'],
    ['Timeline', 'Nothing has happened yet'],
  ] as const)
    expect(await wordsOf(await tab(page, name))).toContain(text);
  expect(problems()).toEqual([]);
  await close();
});

describe('a list that is loaded when its tab is opened', () => {
  const FILE = /\/billingInvoices-[^/]*$/;

  it('is not asked for before', async () => {
    const { page, close } = await openPage(browser, url(full));
    const files: string[] = [];
    page.on('request', (request) => files.push(request.url()));
    await page.reload();
    await loaded(page);
    expect(files.filter((file) => FILE.test(file))).toEqual([]);
    await tab(page, 'Invoices');
    expect(files.filter((file) => FILE.test(file))).toHaveLength(1);
    await close();
  });

  it('says so when it cannot be loaded, leaves the rest alone, and is there once somebody tries again', async () => {
    const { page, close } = await open();
    await page.route(FILE, (route) => route.abort());
    const pane = await tab(page, 'Invoices');
    expect(await wordsOf(pane.getByRole('alert'))).toContain('Salesforce did not answer.');
    expect(await wordsOf(page.locator('section[aria-label="Billing health"]'))).toContain('In dunning');
    expect(await violations(page.locator('c-billing360 article'))).toEqual([]);
    await page.unroute(FILE);
    await pane.getByRole('button', { name: 'Try again' }).click();
    await pane.locator('tbody tr').first().waitFor();
    expect(await wordsOf(pane)).toContain('INV-0500');
    expect(await pane.getByRole('alert').count()).toBe(0);
    await close();
  });

  it('says why there is none in an org without Lightning Web Security', async () => {
    sim.org.lightningWebSecurity = false;
    const { page, close } = await open();
    sim.org.lightningWebSecurity = true;
    const pane = await tab(page, 'Invoices');
    expect(await wordsOf(pane.getByRole('alert'))).toContain('Dynamic import needs Lightning Web Security');
    expect(await wordsOf(page.locator('section[aria-label="Billing health"]'))).toContain('In dunning');
    await close();
  });
});
