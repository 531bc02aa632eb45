import type { Page } from 'playwright-core';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { Fault } from '../../test/simulators/kit/faults.ts';
import type { Theme } from '../../test/browser/browser.ts';
import { makeLargeAccount } from '../../test/support/largeAccount.ts';
import type { Stack } from '../../test/support/stack.ts';
import { orgClient } from '../demo/org.ts';

/** One picture. Its page is that of the demo's record of `situation`, unless `prepare` names another. */
export type State = {
  /** Name of the file, without `.png`. */
  name: string;
  /** What there is to see, for whoever looks through the folder. */
  shows: string;
  object?: 'Account' | 'Case' | 'Opportunity';
  situation?: string;
  /** Username of who looks; the seller when absent. */
  as?: string;
  theme?: Theme;
  width?: number;
  height?: number;
  /** Everything in the window, for dialogs and whole pages; otherwise the panel alone. */
  wholeWindow?: boolean;
  /** @returns the address of a page of its own, if it needs one */
  prepare?(stack: Stack): Promise<string | void>;
  /** Resolves when there is what the picture is of. */
  until(page: Page): Promise<void>;
  act?(page: Page): Promise<void>;
  undo?(stack: Stack): Promise<void>;
};

/** Resolves once a panel is there and none waits for an answer. */
async function answered(page: Page): Promise<void> {
  await page.locator('[data-phase]').first().waitFor();
  while ((await page.locator('[data-phase="loading"]').count()) > 0)
    await page.locator('[data-phase="loading"]').first().waitFor({ state: 'hidden' });
}

const waiting = (page: Page) => page.locator('[data-phase="loading"]').first().waitFor();

const faults =
  (...list: Fault[]) =>
  async (stack: Stack): Promise<void> =>
    stack.org.ctx.faults.set(list);

const pageOf = (stack: Stack, object: string, id: string) => `${stack.org.url}/lightning/r/${object}/${id}/view`;

async function newAccount(stack: Stack, fields: Record<string, string>): Promise<string> {
  return pageOf(stack, 'Account', await orgClient(stack).create('Account', fields));
}

const tab = (name: RegExp) => async (page: Page) => {
  await page.getByRole('tab', { name }).click();
  await answered(page);
};

const NARROW = 320;
const GRAPHQL = '/graphql$';
const EXPIRED = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];

const situations: State[] = [
  ['both', 'billed in both systems'],
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

/** Nobody has checked billing for two hours. */
const stale = {
  prepare: (stack: Stack) => checkedThrough(stack, Date.now() - 2 * 3_600_000),
  undo: (stack: Stack) => checkedThrough(stack, Date.now()),
};

const both = { situation: 'both', until: answered };
const account: State[] = [
  { name: 'account-dark', shows: 'Account: dark', ...both, theme: 'dark' },
  { name: 'account-narrow', shows: 'Account: as narrow as a telephone', ...both, width: NARROW },
  { name: 'account-narrow-dark', shows: 'Account: narrow and dark', ...both, width: NARROW, theme: 'dark' },
  { name: 'account-medium', shows: 'Account: a window of half the screen', ...both, width: 720 },
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
    name: 'account-large',
    wholeWindow: true,
    shows: 'Account: 40 subscriptions and 500 invoices',
    prepare: async (stack) =>
      pageOf(stack, 'Account', await makeLargeAccount(stack.org, { subscriptions: 40, invoices: 500 })),
    until: answered,
    act: tab(/^Invoices/),
  },
  {
    name: 'account-without-billing',
    shows: 'Account: nobody is billed',
    prepare: (stack) => newAccount(stack, { Name: 'Nobody billed' }),
    until: answered,
  },
  {
    name: 'account-not-permitted',
    shows: 'Account: somebody who may not read billing',
    as: USERS.repWithoutBilling,
    prepare: async (stack) => {
      const { org } = stack.org;
      const [made] = org.insert('Account', [{ Name: 'Of another team' }], {
        userId: org.userNamed(USERS.repWithoutBilling)!.Id,
      });
      return pageOf(stack, 'Account', made!.id!);
    },
    until: answered,
  },
  {
    name: 'account-loading',
    shows: 'Account: a slow network',
    situation: 'both',
    prepare: faults({ path: GRAPHQL, latencyMs: 5_000 }),
    until: waiting,
  },
  {
    name: 'account-failed',
    shows: 'Account: Salesforce answered with an error',
    situation: 'both',
    prepare: faults({ path: GRAPHQL, status: 500, body: 'Internal Server Error' }),
    until: answered,
  },
  {
    name: 'account-partly-failed',
    shows: 'Account: one of the answers failed, the rest stays',
    situation: 'both',
    prepare: faults({ path: GRAPHQL, skip: 1, times: 1, status: 500, body: 'Internal Server Error' }),
    until: answered,
  },
  {
    name: 'account-session-expired',
    shows: 'Account: the session has ended',
    situation: 'both',
    prepare: faults({
      path: GRAPHQL,
      status: 401,
      body: EXPIRED,
    }),
    until: answered,
  },
  {
    name: 'account-stale',
    shows: 'Account: billing has not been checked for two hours',
    situation: 'both',
    ...stale,
    until: answered,
  },
  {
    name: 'account-stale-narrow-dark',
    shows: 'Account: not checked for two hours, narrow and dark',
    situation: 'both',
    ...stale,
    until: answered,
    width: NARROW,
    theme: 'dark',
  },
  { name: 'account-classic', shows: 'Account: the look of SLDS 1', ...both, theme: 'classic' },
];

const STALE_MS = 15 * 60_000;

/** Has the org say that billing was checked through then, as it does when the backend has stopped. */
async function checkedThrough(stack: Stack, at: number): Promise<void> {
  const { org } = stack.org;
  const rows = org.all('Billing_Connection__c').map(({ Id }) => ({
    Id,
    Checked_Through__c: new Date(at).toISOString(),
    Stale_After__c: new Date(at + STALE_MS).toISOString(),
  }));
  const results = org.update('Billing_Connection__c', rows, { userId: org.userNamed(USERS.integration)!.Id });
  if (results.some(({ success }) => !success))
    throw new Error(`Connections could not be changed: ${JSON.stringify(results)}`);
}

const mention = { object: 'Case', situation: 'mentions an overdue invoice', until: answered } as const;
const cases: State[] = [
  { name: 'case-mention', shows: 'Case: names an invoice that is overdue', ...mention },
  { name: 'case-mention-dark', shows: 'Case: dark', ...mention, theme: 'dark' },
  { name: 'case-mention-narrow', shows: 'Case: narrow', ...mention, width: NARROW },
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
  { name: 'case-classic', shows: 'Case: the look of SLDS 1', ...mention, theme: 'classic' },
  { name: 'case-stale', shows: 'Case: billing has not been checked for two hours', ...mention, ...stale },
  {
    name: 'case-stale-narrow-dark',
    shows: 'Case: not checked for two hours, narrow and dark',
    ...mention,
    ...stale,
    width: NARROW,
    theme: 'dark',
  },
  {
    name: 'case-loading',
    shows: 'Case: a slow network',
    ...mention,
    prepare: faults({ path: GRAPHQL, latencyMs: 5_000 }),
    until: waiting,
  },
  {
    name: 'case-session-expired',
    shows: 'Case: the session has ended',
    ...mention,
    prepare: faults({ path: GRAPHQL, status: 401, body: EXPIRED }),
  },
  {
    name: 'case-failed',
    shows: 'Case: Salesforce answered with an error',
    ...mention,
    prepare: faults({ path: GRAPHQL, status: 500, body: 'Internal Server Error' }),
  },
];

const upsell = { object: 'Opportunity', situation: 'upsell, in dunning', until: answered } as const;
const opportunities: State[] = [
  { name: 'opportunity-upsell-in-dunning', shows: 'Opportunity: settle the dunning first', ...upsell },
  { name: 'opportunity-dark', shows: 'Opportunity: dark', ...upsell, theme: 'dark' },
  { name: 'opportunity-narrow', shows: 'Opportunity: narrow', ...upsell, width: NARROW },
  { name: 'opportunity-ready', shows: 'Opportunity: ready to win', ...upsell, situation: 'ready to win' },
  { name: 'opportunity-renewal', shows: 'Opportunity: a renewal', ...upsell, situation: 'renewal, in good standing' },
  {
    name: 'opportunity-renewal-overdue',
    shows: 'Opportunity: a renewal while invoices are overdue',
    ...upsell,
    situation: 'renewal, overdue',
  },
  { name: 'opportunity-classic', shows: 'Opportunity: the look of SLDS 1', ...upsell, theme: 'classic' },
  { name: 'opportunity-stale', shows: 'Opportunity: billing has not been checked for two hours', ...upsell, ...stale },
  {
    name: 'opportunity-stale-narrow-dark',
    shows: 'Opportunity: not checked for two hours, narrow and dark',
    ...upsell,
    ...stale,
    width: NARROW,
    theme: 'dark',
  },
  {
    name: 'opportunity-loading',
    shows: 'Opportunity: a slow network',
    ...upsell,
    prepare: faults({ path: GRAPHQL, latencyMs: 5_000 }),
    until: waiting,
  },
  {
    name: 'opportunity-session-expired',
    shows: 'Opportunity: the session has ended',
    ...upsell,
    prepare: faults({ path: GRAPHQL, status: 401, body: EXPIRED }),
  },
  {
    name: 'opportunity-failed',
    shows: 'Opportunity: Salesforce answered with an error',
    ...upsell,
    prepare: faults({ path: GRAPHQL, status: 500, body: 'Internal Server Error' }),
  },
  { name: 'opportunity-not-ready', shows: 'Opportunity: what is missing', ...upsell, situation: 'address missing' },
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
const overview: State[] = [
  {
    name: 'dashboard',
    shows: 'Dashboard of Billing operations',
    as: USERS.admin,
    wholeWindow: true,
    prepare: (stack) => Promise.resolve(pageOf(stack, 'Dashboard', stack.org.org.all('Dashboard')[0]!.Id)),
    until: (page) => page.getByRole('heading', { name: 'Billing 360' }).first().waitFor(),
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

export const STATES: readonly State[] = [
  ...situations,
  ...account,
  ...cases,
  ...opportunities,
  ...actions,
  ...overview,
];
