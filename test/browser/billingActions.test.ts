import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { assign, connectActions } from '../../scripts/demo/actions.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { bundle } from '../simulators/salesforce/page/testPages.ts';
import { startActionService, type ActionService } from '../support/actionService.ts';
import { takeAway } from '../support/permissionSets.ts';
import { launchBrowser, openPage, type OpenPage, type PageOptions } from './browser.ts';

const PDF = 'https://pdf.example/inv_1/pdf?s=ap';
const LINK = 'https://pay.example/inv_1?key=abcdefghijklmnopqrstuvwxyz0123456789';

/** A panel as others make it, with the buttons and the list of invoices in it. */
const HOST = bundle(
  'actionsHost',
  `import { LightningElement, api } from 'lwc';
export default class ActionsHost extends LightningElement {
  @api recordId: string | undefined;
  @api objectApiName: string | undefined;
  changes: string[] = [];
  note(event: CustomEvent<{ action: string }>) { this.changes = [...this.changes, event.detail.action]; }
  get noted() { return this.changes.join(' '); }
}`,
  '<c-billing-actions record-id={recordId} object-api-name={objectApiName} onchanged={note}></c-billing-actions><p class="changed">{noted}</p><c-billing-invoices record-id={recordId}></c-billing-invoices>',
);
const property = (name: string, value: string) =>
  `<componentInstanceProperties><name>${name}</name>${value}</componentInstanceProperties>`;
const actions = ['Edit', 'Account.Billing_Refresh', 'Account.Nonsense', 'Case.Billing_Refresh'];
const PAGE = `<FlexiPage><flexiPageRegions><itemInstances><componentInstance>
${property('enableActionsConfiguration', '<value>true</value>')}
${property('actionNames', `<valueList>${actions.map((name) => `<valueListItems><value>${name}</value></valueListItems>`).join('')}</valueList>`)}
<componentName>force:highlightsPanel</componentName></componentInstance></itemInstances><name>header</name><type>Region</type></flexiPageRegions>
<flexiPageRegions><itemInstances><componentInstance><componentName>actionsHost</componentName></componentInstance></itemInstances><name>main</name><type>Region</type></flexiPageRegions>
<masterLabel>Actions</masterLabel><sobjectType>Account</sobjectType><template><name>flexipage:recordHomeTemplateDesktop</name></template><type>RecordPage</type></FlexiPage>`;

let folder: string;
let org: RunningSalesforce;
let service: ActionService;
let browser: Browser;
let accountId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'actions-org-'));
  cpSync(join(import.meta.dirname, '../../force-app/main/default'), folder, { recursive: true });
  rmSync(join(folder, 'flexipages'), { recursive: true });
  for (const [file, text] of Object.entries({ ...HOST, 'flexipages/Actions.flexipage-meta.xml': PAGE })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  org = await startSalesforceSim({ forceApp: folder, buildPages: 'at start', calloutTimeoutMs: 5_000 });
  service = await startActionService();
  await connectActions({ org }, service.url, service.secret);
  await assign({ org }, USERS.rep);
  await assign({ org }, USERS.otherRep, ['Billing_Callout_Access']);
  const integration = { userId: org.org.userNamed(USERS.integration)!.Id };
  accountId = org.org.insert('Account', [{ Name: 'Acme' }], { userId: org.org.userNamed(USERS.rep)!.Id })[0]!.id!;
  org.org.insert(
    'Billing_Invoice__c',
    ['Stripe', 'Zuora'].map((Source__c, n) => ({
      Account__c: accountId,
      Key__c: `${Source__c.toLowerCase()}:invoice:1`,
      Name: `INV-${n + 1}`,
      Number__c: `INV-${n + 1}`,
      Status__c: 'Open',
      Balance__c: 490,
      Source__c,
    })),
    integration,
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await org?.close();
  await service?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  service.reply('refresh', {
    status: 200,
    body: { jobId: 'j', state: 'Running', message: 'Reading 3 subscriptions.', changes: '', done: false },
  });
  service.reply('refreshprogress', {
    status: 200,
    body: { jobId: 'j', state: 'Done', message: 'Billing is up to date.', changes: 'One.\nTwo.', done: true },
  });
  service.reply('paymentlink', {
    status: 200,
    body: { available: true, url: LINK, expiresAt: '2026-12-01T10:30:00Z', message: 'Invoice INV-1: 490.00 USD.' },
  });
  service.reply('invoicepdf', {
    status: 200,
    body: { available: true, url: PDF, expiresAt: '2026-12-01T10:30:00Z', message: 'Opens INV-1.' },
  });
});

const open = (username: string = USERS.rep, options: PageOptions = {}): Promise<OpenPage> =>
  openPage(browser, `${org.url}/lightning/r/Account/${accountId}/view?as=${username}`, options);
const host = (page: Page) => page.locator('[data-region=main]');
const press = (page: Page, name: string) => host(page).getByRole('button', { name, exact: true }).click();
const dialog = (page: Page) => page.getByRole('dialog');
const chooseInvoice = async (page: Page): Promise<void> => {
  await dialog(page).getByRole('combobox').click();
  await dialog(page).getByRole('option', { name: 'INV-1' }).click();
  await dialog(page).getByRole('button', { name: 'Next' }).click();
};

it('refreshes through a dialog that shows how it stands, then says what changed and tells its host', async () => {
  const { page, problems, close } = await open();
  await press(page, 'Refresh from billing');
  await dialog(page).getByText('Reading 3 subscriptions.').waitFor();
  await dialog(page).getByRole('button', { name: 'See how it stands' }).click();
  await dialog(page).getByText('Billing is up to date.').waitFor();
  await dialog(page).getByRole('button', { name: 'Close', exact: true }).last().click();
  await host(page).getByText('Billing is up to date.').waitFor();
  const told = await host(page).getByRole('status').getByRole('paragraph').allTextContents();
  expect(told).toEqual(['Billing is up to date.', 'One.', 'Two.']);
  expect(await host(page).locator('.changed').textContent()).toBe('refresh');
  expect(problems()).toEqual([]);
  await close();
});

it('tells its host of a dialog that was left by the keyboard, since the refresh goes on', async () => {
  const { page, close } = await open();
  await press(page, 'Refresh from billing');
  await dialog(page).getByText('Reading 3 subscriptions.').waitFor();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  await host(page).locator('.changed', { hasText: 'refresh' }).waitFor();
  await close();
});

/** Where the keyboard is, as a person would name it: the dialog's heading, a button of the dialog, or of the page. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement;
    let inDialog = false;
    while (element?.shadowRoot?.activeElement) {
      inDialog ||= element.localName === 'lightning-modal-base';
      element = element.shadowRoot.activeElement;
    }
    const place = inDialog ? 'dialog' : 'page';
    return element === document.body
      ? 'nowhere'
      : `${place}: ${element?.textContent?.trim() || element?.getAttribute('title')}`;
  });

it.each([
  ['a button of the panel', 'main'],
  ['a quick action', 'header'],
])('a dialog that %s opens has the focus, keeps it, and gives it back', async (_what, region) => {
  const { page, problems, close } = await open();
  const button = page.locator(`[data-region=${region}]`).getByRole('button', { name: 'Refresh from billing' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('dialog: Refresh from billing');
  await dialog(page).getByRole('button', { name: 'See how it stands' }).waitFor();
  expect(await focused(page)).toBe('dialog: Refresh from billing');
  const round: string[] = [];
  for (const key of ['Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab']) {
    await page.keyboard.press(key);
    round.push(await focused(page));
  }
  const [next, cross] = ['dialog: See how it stands', 'dialog: Cancel and close'];
  expect(round).toEqual([next, cross, next, cross, next]);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toBe('page: Refresh from billing');
  expect(problems()).toEqual([]);
  await close();
});

it('shows a payment link, copied by a second click', async () => {
  const { page, problems, close } = await open();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await press(page, 'Payment link');
  await chooseInvoice(page);
  await dialog(page).getByText('Works until 1 Dec 2026, 10:30.').waitFor();
  expect(await dialog(page).getByRole('textbox').inputValue()).toBe(LINK);
  await dialog(page).getByRole('button', { name: 'Copy link' }).click();
  await dialog(page).getByText('Copied.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(LINK);
  await dialog(page).getByRole('button', { name: 'Close', exact: true }).last().click();
  await dialog(page).waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain('pay.example');
  expect(problems()).toEqual([]);
  await close();
});

it('opens the PDF of an invoice by the keyboard', async () => {
  const { page, problems, close } = await open();
  const button = host(page).getByRole('button', { name: /^PDF of invoice/ });
  await button.waitFor();
  expect(await button.getAttribute('aria-label')).toBe('PDF of invoice INV-1');
  await button.focus();
  await page.keyboard.press('Enter');
  const shown = page.getByRole('dialog', { name: 'PDF of invoice INV-1' });
  const link = shown.getByRole('link', { name: 'Open the PDF (new tab)' });
  await link.waitFor();
  expect([await link.getAttribute('href'), await link.getAttribute('target')]).toEqual([PDF, '_blank']);
  await shown.getByText('Works until 2026-12-01 10:30 UTC.').waitFor();
  expect(service.asked.at(-1)).toMatchObject({ operation: 'invoicepdf', body: { invoiceKey: 'stripe:invoice:1' } });
  await page.keyboard.press('Escape');
  await shown.waitFor({ state: 'detached' });
  expect(await button.evaluate((one) => one.matches(':focus'))).toBe(true);
  expect(await page.content()).not.toContain('pdf.example');
  expect(problems()).toEqual([]);
  await close();
});

it('says in the dialog why there is no PDF', async () => {
  const message = 'This invoice is still a draft.';
  service.reply('invoicepdf', { status: 200, body: { available: false, url: '', expiresAt: '', message } });
  const { page, close } = await open();
  await press(page, 'PDF of invoice INV-1');
  await dialog(page).getByText(message).waitFor();
  await dialog(page).getByRole('button', { name: 'Close', exact: true }).last().click();
  await dialog(page).waitFor({ state: 'detached' });
  await close();
});

it('stays usable in a narrow window', async () => {
  const { page, close } = await open(USERS.rep, { width: 360, height: 740 });
  await press(page, 'Payment link');
  await chooseInvoice(page);
  await dialog(page).getByRole('button', { name: 'Copy link' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await close();
});

it('explains a backend that does not answer, and leaves a request', async () => {
  service.reply('refresh', 'never');
  const { page, close } = await open();
  await press(page, 'Refresh from billing');
  await dialog(page)
    .getByText(/Billing could not be reached/)
    .waitFor();
  await dialog(page).getByRole('button', { name: 'Leave a request' }).click();
  await dialog(page)
    .getByText(/Your request is left/)
    .waitFor();
  expect(org.org.all('Billing_Request__c').map((row) => row['Account__c'])).toEqual([accountId]);
  await close();
});

it.each([
  ['answers with nonsense', { status: 200, body: '<html>Welcome</html>' }],
  ['answers with what no document of ours describes', { status: 200, body: { done: 'perhaps' } }],
] as const)('explains a backend that %s, and offers a request', async (_what, reply) => {
  service.reply('refresh', reply);
  const { page, close } = await open();
  await press(page, 'Refresh from billing');
  await dialog(page)
    .getByText(/Billing could not be reached/)
    .waitFor();
  await dialog(page).getByRole('button', { name: 'Leave a request' }).waitFor();
  await close();
});

it('tells a user who may not call out whom to ask', async () => {
  const giveBack = takeAway(org.org, USERS.rep, 'Billing_Callout_Access');
  const { page, close } = await open();
  await press(page, 'Refresh from billing');
  await dialog(page)
    .getByText(/whether you have the permission set Billing Callout Access/)
    .waitFor();
  await close();
  giveBack();
});

it('has no button for what the user lacks the permission for', async () => {
  org.org.insert(
    'AccountShare',
    [
      {
        AccountId: accountId,
        UserOrGroupId: org.org.userNamed(USERS.otherRep)!.Id,
        AccountAccessLevel: 'Read',
        OpportunityAccessLevel: 'None',
        CaseAccessLevel: 'None',
      },
    ],
    { userId: org.org.userNamed(USERS.admin)!.Id },
  );
  const { page, close } = await open(USERS.otherRep);
  const buttons = host(page).getByRole('group', { name: 'Billing actions' }).getByRole('button');
  await buttons.first().waitFor();
  expect(await buttons.allTextContents()).toEqual(['Refresh from billing', 'Open in billing']);
  await host(page).getByText('INV-1', { exact: true }).waitFor();
  expect(await host(page).getByRole('button', { name: /PDF/ }).count()).toBe(0);
  await close();
});

it('runs a flow as a quick action of the page, and shows no action that is none of its object', async () => {
  const { page, close } = await open();
  const header = page.locator('[data-region=header]');
  await header.getByRole('button', { name: 'Edit' }).waitFor();
  expect(await header.getByRole('button').allTextContents()).toEqual(['Refresh from billing', 'Edit']);
  await header.getByRole('button', { name: 'Refresh from billing' }).click();
  await dialog(page).getByText('Reading 3 subscriptions.').waitFor();
  await dialog(page).getByRole('button', { name: 'See how it stands' }).click();
  await dialog(page).getByText('Billing is up to date.').waitFor();
  await close();
});
