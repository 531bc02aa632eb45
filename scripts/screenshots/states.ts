import type { Page } from 'playwright-core';
import { escapeHtml } from '../../test/simulators/salesforce/page/html.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { Fault } from '../../test/simulators/kit/faults.ts';
import type { Theme } from '../../test/browser/browser.ts';
import { answered, type PanelName } from '../../test/browser/panelStates.ts';
import type { Stack } from '../../test/support/stack.ts';
import { orgClient } from '../demo/org.ts';
import { failureRecords } from './failures.ts';
import { orderRecord, type ORDERS } from './orders.ts';

/** A picture beside those of each panel in each state. Its page is that of the demo's record of `situation`, unless `prepare` names another. */
export type State = {
  /** Name of the file, without `.png`. */
  name: string;
  /** What there is to see, for whoever looks through the folder. */
  shows: string;
  object?: PanelName;
  situation?: string;
  /** Username of who looks; the seller when absent. */
  as?: string;
  theme?: Theme;
  width?: number;
  height?: number;
  /** Everything in the window, for dialogs and whole pages; otherwise the panel alone. */
  wholeWindow?: boolean;
  /** Also what is below the window. */
  wholePage?: boolean;
  /** @returns the address of a page of its own, if it needs one */
  prepare?(stack: Stack, page: Page): Promise<string | void>;
  /** Resolves when there is what the picture is of. */
  until(page: Page): Promise<void>;
  act?(page: Page): Promise<void>;
  undo?(stack: Stack): Promise<void>;
};

const faults =
  (...list: Fault[]) =>
  async (stack: Stack): Promise<void> =>
    stack.org.ctx.faults.set(list);

const pageOf = (stack: Stack, object: string, id: string) => `${stack.org.url}/lightning/r/${object}/${id}/view`;

const tab = (name: RegExp) => async (page: Page) => {
  await page.getByRole('tab', { name }).click();
  await answered(page);
};

const NARROW = 320;
const GRAPHQL = '/graphql$';

const situations: State[] = [
  ['in dunning', 'a payment failed and is tried again'],
  ['overdue', 'invoices are overdue'],
  ['payment declined', 'a payment was declined for good'],
  ['renewal due', 'a term ends soon'],
  ['over usage', 'usage is near or above its limit'],
  ['healthy, in yen', 'a currency without decimals'],
  ['churned', 'everything has ended'],
  ['trial', 'a trial'],
  ['cancels at period end', 'a cancellation is booked'],
  ['no subscription', 'a billing account that has bought nothing'],
].map(([situation, shows]) => ({
  name: `account-${situation!.replaceAll(/\W+/g, '-')}`,
  shows: `Account: ${shows}`,
  situation: situation!,
  until: answered,
}));

const both = { situation: 'both', until: answered };
const account: State[] = [
  { name: 'account-invoices', shows: 'Account: invoices', ...both, act: tab(/^Invoices/) },
  { name: 'account-payments', shows: 'Account: payments', ...both, situation: 'in dunning', act: tab(/^Payments/) },
  { name: 'account-usage', shows: 'Account: usage', ...both, situation: 'over usage', act: tab(/^Usage/) },
  { name: 'account-timeline', shows: 'Account: timeline', ...both, act: tab(/^Timeline/) },
  {
    name: 'account-charges',
    shows: 'Account: a subscription opened to its charges, with why it has this MRR',
    ...both,
    async act(page) {
      await page.locator('c-billing-subscriptions button[aria-expanded="false"]').first().click();
      await answered(page);
    },
  },
  {
    name: 'account-reasons',
    shows: 'Account: all reasons of the health, with their points',
    ...both,
    situation: 'in dunning',
    async act(page) {
      await page.locator('[data-id="health"] button[aria-expanded]').click();
    },
  },
  {
    name: 'account-list-failed',
    shows: 'Account: a list failed, the rest stays',
    situation: 'both',
    prepare: faults({
      path: GRAPHQL,
      skip: 1,
      times: 1,
      status: 503,
      body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Server unavailable (503)' }],
    }),
    until: answered,
  },
];

/** Has the page place the panel with what an admin may set in the Lightning App Builder. */
const placed = (properties: Record<string, string | number | boolean>) => async (_stack: Stack, page: Page) => {
  await page.route('**/lightning/r/Account/**', async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const [given] = /(?<=data-component="c:billing360" data-properties=")[^"]*/.exec(html)!;
    const text = given.replaceAll(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
    const all = { ...(JSON.parse(text) as object), ...properties };
    await route.fulfill({ response, body: html.replace(given, escapeHtml(JSON.stringify(all))) });
  });
};
const dunningPanel = { situation: 'in dunning', until: answered };
const options: State[] = [
  {
    name: 'account-compact',
    shows: 'Account: compact',
    ...dunningPanel,
    prepare: placed({ compact: true }),
  },
  {
    name: 'account-compact-narrow',
    shows: 'Account: compact, narrow',
    ...dunningPanel,
    width: NARROW,
    prepare: placed({ compact: true }),
  },
  {
    name: 'account-compact-opened',
    shows: 'Account: compact, after “Show details”',
    ...dunningPanel,
    prepare: placed({ compact: true }),
    async act(page) {
      await page.getByRole('button', { name: 'Show details' }).click();
      await answered(page);
    },
  },
  {
    name: 'account-paid-by-five',
    shows: 'Account: paid invoices first, five at a time, without subscriptions, usage and timeline',
    ...both,
    prepare: placed({
      invoiceFilter: 'Paid',
      pageSize: 5,
      hideSubscriptions: true,
      hideUsage: true,
      hideTimeline: true,
    }),
  },
  {
    name: 'account-without-lists',
    shows: 'Account: no lists at all',
    ...both,
    prepare: placed({
      hideSubscriptions: true,
      hideInvoices: true,
      hidePayments: true,
      hideUsage: true,
      hideTimeline: true,
    }),
  },
];

const mention = { object: 'Case', situation: 'mentions an overdue invoice', until: answered } as const;
const cases: State[] = [
  {
    name: 'case-several-accounts',
    shows: 'Case: the billing account of the contact comes first',
    ...mention,
    situation: 'several billing accounts, one of the contact',
  },
  { name: 'case-dunning', shows: 'Case: a customer in dunning', ...mention, situation: 'billing question' },
  {
    name: 'case-without-account',
    shows: 'Case: of no Account',
    prepare: async (stack) =>
      pageOf(stack, 'Case', await orgClient(stack).create('Case', { Subject: 'Who am I?', Status: 'New' })),
    until: answered,
  },
];

async function orderShown(page: Page): Promise<void> {
  await answered(page);
  await page.locator('[data-id=order]').waitFor();
}
const NARROW_DARK = { width: NARROW, theme: 'dark' } as const;

const upsell = { object: 'Opportunity', situation: 'upsell, in dunning', until: answered } as const;
const opportunities: State[] = [
  { name: 'opportunity-ready', shows: 'Opportunity: ready to win', ...upsell, situation: 'ready to win' },
  { name: 'opportunity-renewal', shows: 'Opportunity: a renewal', ...upsell, situation: 'renewal, in good standing' },
  {
    name: 'opportunity-renewal-overdue',
    shows: 'Opportunity: a renewal while invoices are overdue',
    ...upsell,
    situation: 'renewal, overdue',
  },
  { name: 'opportunity-not-ready', shows: 'Opportunity: what is missing', ...upsell, situation: 'address missing' },
];

const withOrder = (name: keyof typeof ORDERS, shows: string): State => ({
  name: `opportunity-order-${name}`,
  shows: `Opportunity: ${shows}`,
  object: 'Opportunity',
  prepare: (stack) => Promise.resolve(pageOf(stack, 'Opportunity', orderRecord(stack, name))),
  until: orderShown,
});
const orders: State[] = [
  {
    name: 'opportunity-order-not-ready',
    shows: 'Opportunity: won, and what keeps it from being ordered',
    object: 'Opportunity',
    situation: 'won, cannot be ordered',
    until: orderShown,
  },
  withOrder('shadow', 'won, and what would be ordered, in shadow'),
  withOrder('ordered', 'won and ordered'),
  {
    ...withOrder('ordered', 'won and ordered, narrow and dark'),
    ...NARROW_DARK,
    name: 'opportunity-order-narrow-dark',
  },
  withOrder('pending', 'won, ordered, and something left to do in billing'),
  withOrder('failed', 'won, and why billing refused the order'),
];

/** Runs an action up to what the picture shows: each step is a button of the dialog, after the invoice was chosen. */
const action =
  (button: string | RegExp, { invoice, steps = [], shown }: { invoice?: RegExp; steps?: string[]; shown: RegExp }) =>
  async (page: Page) => {
    await page.getByRole('button', { name: button, exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    if (invoice) {
      await dialog.getByRole('combobox').click();
      await dialog.getByRole('option', { name: invoice }).click();
    }
    for (const step of steps) await dialog.getByRole('button', { name: step, exact: true }).click();
    await dialog.getByText(shown).first().waitFor({ timeout: 20_000 });
  };
const dunning = { situation: 'in dunning', until: answered, wholeWindow: true, height: 700 } as const;
const link = { invoice: /-0002/, steps: ['Next'], shown: /Works until/ };
const operations = { as: USERS.admin, wholeWindow: true, wholePage: true } as const;
const failureList = {
  ...operations,
  height: 500,
  prepare(stack: Stack): Promise<string> {
    failureRecords(stack);
    return Promise.resolve(`${stack.org.url}/lightning/o/Billing_Sync_Failure__c/list?filterName=Open`);
  },
  until: (page: Page) => page.getByRole('heading', { name: 'Open, by Connection' }).waitFor(),
};
const failurePage = {
  ...operations,
  prepare: (stack: Stack) => Promise.resolve(pageOf(stack, 'Billing_Sync_Failure__c', failureRecords(stack)[0]!)),
  async until(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.getByText('Reason').waitFor();
  },
};
const overview: State[] = [
  {
    name: 'dashboard',
    shows: 'Dashboard of Billing operations',
    ...operations,
    prepare: (stack) => Promise.resolve(pageOf(stack, 'Dashboard', stack.org.org.all('Dashboard')[0]!.Id)),
    until: (page) => page.getByRole('heading', { name: 'Billing 360' }).first().waitFor(),
  },
  { name: 'failures', shows: 'Sync failures: what is open', ...failureList },
  { name: 'failures-dark', shows: 'Sync failures: dark', ...failureList, theme: 'dark' },
  { name: 'failure', shows: 'Sync failure: why, what to do, and another try', ...failurePage },
  { name: 'failure-dark', shows: 'Sync failure: dark', ...failurePage, theme: 'dark' },
  { name: 'failure-narrow', shows: 'Sync failure: narrow', ...failurePage, width: NARROW },
];

const ready = { object: 'Opportunity', situation: 'ready to win', until: answered } as const;
const preview = action('Preview order', { shown: /Nothing is ordered yet/ });
const previews: State[] = [
  {
    name: 'action-preview-order',
    shows: 'Preview order: what would be ordered',
    ...ready,
    wholeWindow: true,
    act: preview,
  },
  {
    name: 'opportunity-order-preview',
    shows: 'Opportunity: what would be ordered if it were won',
    ...ready,
    async act(page) {
      await preview(page);
      await page.keyboard.press('Escape');
      await page.locator('[data-id=order]').waitFor({ timeout: 30_000 });
    },
  },
];

const actions: State[] = [
  {
    name: 'action-refresh',
    shows: 'Refresh: what came of it',
    ...dunning,
    act: action('Refresh from billing', { shown: /Nothing|Up to date|changed|checked/i }),
  },
  {
    name: 'action-payment-link-choice',
    shows: 'Payment link: of which invoice',
    ...dunning,
    act: action('Payment link', { shown: /Choose/ }),
  },
  {
    name: 'action-payment-link',
    shows: 'Payment link: until when it works',
    ...dunning,
    act: action('Payment link', link),
  },
  {
    name: 'action-payment-link-dark',
    shows: 'Payment link: dark and narrow',
    ...dunning,
    theme: 'dark',
    width: NARROW,
    act: action('Payment link', link),
  },
  {
    name: 'action-invoice-pdf',
    shows: 'PDF of an invoice: until when its link works',
    ...dunning,
    act: async (page) => {
      await tab(/^Invoices/)(page);
      await action(/^PDF of invoice/, { shown: /Works until/ })(page);
    },
  },
  {
    name: 'action-invoice-pdf-none',
    shows: 'PDF of an invoice: why Zuora gives none',
    ...mention,
    wholeWindow: true,
    height: 900,
    act: action('Invoice PDF', { invoice: /^INV/, steps: ['Next'], shown: /Open the invoice in Zuora/ }),
  },
  {
    name: 'action-send-again',
    shows: 'Send an invoice again: to which address',
    ...dunning,
    situation: 'overdue',
    act: action('Send invoice again', { invoice: /^INV/, steps: ['Next'], shown: /@/ }),
  },
  {
    name: 'action-sent',
    shows: 'Send an invoice again: sent',
    ...dunning,
    situation: 'overdue',
    act: action('Send invoice again', { invoice: /^INV/, steps: ['Next', 'Send'], shown: /was sent\./ }),
  },
  {
    name: 'action-sent-before',
    shows: 'Send an invoice again: not twice within ten minutes',
    ...dunning,
    situation: 'overdue',
    act: action('Send invoice again', { invoice: /^INV/, steps: ['Next', 'Send'], shown: /was sent at/ }),
  },
  {
    name: 'action-open-in-billing',
    shows: 'Open in billing',
    ...dunning,
    act: action('Open in billing', { shown: /Opens in/ }),
  },
];

/** By chapter of the index. */
export const STATES: Readonly<Record<string, readonly State[]>> = {
  'Situations of a customer': situations,
  'Parts of the Account panel': account,
  'Account panel as set in the Lightning App Builder': options,
  'Cases and Opportunities': [...cases, ...opportunities],
  'What becomes of a deal': [...orders, ...previews],
  'Dialogs of the actions': actions,
  'Pages of Billing operations': overview,
};
