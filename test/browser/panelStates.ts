import type { Page } from 'playwright-core';
import type { Fault } from '../simulators/kit/faults.ts';
import type { RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { ActionService } from '../support/actionService.ts';
import { takeAway } from '../support/permissionSets.ts';
import { themed, type PageOptions } from './browser.ts';

/** What a panel of a record page may be in, for the tests of panels.test.ts and the pictures of docs/ui. */

export type PanelName = 'Account' | 'Case' | 'Opportunity';
export type Panel = {
  name: PanelName;
  tag: string;
  /** What a user may be kept from reading. */
  field: string;
  /** An object whose part of the answer fails. */
  failing: string;
};
export const PANELS: readonly Panel[] = [
  { name: 'Account', tag: 'c-billing360', field: 'Billing_Balance__c.ARR__c', failing: 'Dunning_Case__c' },
  { name: 'Case', tag: 'c-billing-case', field: 'Billing_Health__c.Summary__c', failing: 'Billing_Subscription__c' },
  {
    name: 'Opportunity',
    tag: 'c-billing-opportunity',
    field: 'Billing_Account__c.Tax_Status__c',
    failing: 'Billing_Subscription__c',
  },
];

/** Whose record: of a customer, of one with much of everything and long names, of nobody billed, of another seller. */
export type Whose = 'usual' | 'large' | 'bare' | 'other';

export type Undo = () => void | Promise<void>;
export type Scene = {
  org: RunningSalesforce;
  ids: Record<Whose, Record<PanelName, string>>;
  /** Fields that nobody may read for now. */
  hidden: Set<string>;
  /** Stands in for the backend: answers what a state wants. */
  service: ActionService;
  /** Has the flows call `service`. @returns what has them call the backend again */
  standIn(): Promise<Undo>;
};

export type PanelState = {
  /** For whoever looks through the pictures. */
  shows: string;
  look?: PageOptions;
  whose?: Whose;
  /** Username of who looks; the seller when absent. */
  as?: string;
  /** Brings it about before the page is opened. @returns what takes it back */
  arrange?(scene: Scene, panel: Panel, page: Page): Undo | Promise<Undo>;
  /** What a person does on the page to see it. */
  act?(page: Page): Promise<void>;
  isLoading?: true;
  isDialog?: true;
};

const NARROW = 320;

const answers =
  (fault: Pick<Fault, 'status' | 'body'>) =>
  ({ org }: Scene): Undo => {
    org.ctx.faults.set([{ path: '/graphql$', ...fault }]);
    return () => org.ctx.faults.set([]);
  };

/** No answer comes before it is taken back. */
function slow({ org }: Scene): Undo {
  const { promise, resolve } = Promise.withResolvers<void>();
  org.ctx.faults.set([{ path: '/graphql$', until: promise }]);
  return () => {
    org.ctx.faults.set([]);
    resolve();
  };
}

/** Has the org say that billing was looked at two hours ago, which is too long. */
function forgotten({ org: { org, ctx } }: Scene): Undo {
  const checkedAt = (ms: number) => {
    const rows = org.all('Billing_Connection__c').map(({ Id }) => ({
      Id,
      State__c: 'Connected',
      Checked_Through__c: new Date(ms).toISOString(),
      Stale_After__c: new Date(ms + 15 * 60_000).toISOString(),
    }));
    const results = org.update('Billing_Connection__c', rows, { userId: org.userNamed(USERS.admin)!.Id });
    if (results.some(({ success }) => !success))
      throw new Error(`No connection was changed: ${JSON.stringify(results)}`);
  };
  const now = ctx.clock.now().getTime();
  checkedAt(now - 2 * 3_600_000);
  return () => checkedAt(now);
}

/** One object of the panel's query has no answer. */
async function partly(_scene: Scene, { failing }: Panel, page: Page): Promise<Undo> {
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { data: { uiapi: { query: Record<string, unknown> } } };
    if (!(failing in body.data.uiapi.query)) return route.fulfill({ response, json: body });
    body.data.uiapi.query[failing] = null;
    return route.fulfill({ response, json: { ...body, errors: [{ message: `${failing} timed out` }] } });
  });
  return () => page.unrouteAll({ behavior: 'ignoreErrors' });
}

const calledOut =
  (reply: Parameters<ActionService['reply']>[1]) =>
  ({ service, standIn }: Scene): Promise<Undo> => {
    service.reply('refresh', reply);
    return standIn();
  };

/** Presses Refresh, and waits for the dialog to say what came of it. */
async function refresh(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Refresh from billing', exact: true }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave a request' }).waitFor({ timeout: 20_000 });
}

const call = { act: refresh, isDialog: true } as const;

/** Opens the list of invoices, where a panel has one. */
async function openInvoices(page: Page): Promise<void> {
  const tab = page.getByRole('tab', { name: /^Invoices/ });
  if ((await tab.count()) === 0) return;
  await tab.click();
  await page.locator('c-billing-invoices tbody tr').first().waitFor();
}
const large = { whose: 'large', act: openInvoices } as const;

export const STATES = {
  light: { shows: 'light', look: {} },
  dark: { shows: 'dark', look: { theme: 'dark' } },
  classic: { shows: 'the look of SLDS 1', look: { theme: 'classic' } },
  narrow: { shows: 'as narrow as a sidebar', look: { width: NARROW } },
  'narrow-dark': { shows: 'narrow and dark', look: { width: NARROW, theme: 'dark' } },
  'narrow-classic': { shows: 'narrow, SLDS 1', look: { width: NARROW, theme: 'classic' } },
  medium: { shows: 'half a screen', look: { width: 720 } },
  wide: { shows: 'a wide screen', look: { width: 1920 } },
  large: { shows: '500 invoices, 40 subscriptions, long names', ...large, look: {} },
  'large-narrow': { shows: 'the same, narrow', ...large, look: { width: NARROW } },
  'without-billing': { shows: 'nobody is billed', whose: 'bare' },
  'field-hidden': {
    shows: 'a field that the person may not read',
    arrange({ hidden }, { field }) {
      hidden.add(field).add('Billing_Connection__c.Checked_Through__c').add('Billing_Invoice__c.Balance__c');
      return () => hidden.clear();
    },
  },
  'not-permitted': { shows: 'somebody who may not read billing', whose: 'other', as: USERS.repWithoutBilling },
  loading: { shows: 'a slow network', arrange: slow, isLoading: true },
  stale: { shows: 'billing was not checked for two hours', arrange: forgotten, look: {} },
  'stale-classic': { shows: 'the same, SLDS 1', arrange: forgotten, look: { theme: 'classic' } },
  'stale-narrow-dark': {
    shows: 'the same, narrow and dark',
    arrange: forgotten,
    look: { width: NARROW, theme: 'dark' },
  },
  failed: {
    shows: 'Salesforce answers with an error',
    arrange: answers({
      status: 500,
      body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'An unexpected error occurred. ErrorId: 1234567890-1234' }],
    }),
  },
  nonsense: {
    shows: 'Salesforce answers with what is no answer',
    arrange: answers({ status: 200, body: '<html>Down for maintenance</html>' }),
  },
  'partly-failed': { shows: 'a part of the answer is missing', arrange: partly },
  'session-expired': {
    shows: 'the session has ended',
    arrange: answers({
      status: 401,
      body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
    }),
  },
  'callout-timeout': { shows: 'billing does not answer a refresh', arrange: calledOut('never'), ...call },
  'callout-nonsense': {
    shows: 'billing answers a refresh with what is no answer',
    arrange: calledOut({ status: 200, body: '<html>Welcome</html>' }),
    ...call,
  },
  'callout-not-permitted': {
    shows: 'somebody who may not call billing asks for a refresh',
    arrange: ({ org }) => takeAway(org.org, USERS.rep, 'Billing_Callout_Access'),
    ...call,
  },
} as const satisfies Record<string, PanelState>;

export type StateName = keyof typeof STATES;
export const stateOf = (name: StateName): PanelState => STATES[name];
export const STATE_NAMES = Object.keys(STATES) as StateName[];

/** Address of the page of a state, for who looks. */
export const addressOf = ({ org, ids }: Scene, { name }: Panel, { whose = 'usual', as = USERS.rep }: PanelState) =>
  `${org.url}/lightning/r/${name}/${ids[whose][name]}/view?as=${encodeURIComponent(as)}`;

/** Makes a Case and an Opportunity of an Account that make the panels say everything, owned by whom the Account is. */
export function recordsOf({ org }: RunningSalesforce, Account: string, about: { invoice: string; deal: string }) {
  const OwnerId = String(org.get('Account', Account)!['OwnerId']);
  const insert = (object: string, row: Record<string, string>): string => {
    const [made] = org.insert(object, [{ AccountId: Account, OwnerId, ...row }], { userId: OwnerId });
    if (!made?.success) throw new Error(`${object}: ${JSON.stringify(made)}`);
    return made.id!;
  };
  const deal = { Name: about.deal, StageName: 'Negotiation/Review', CloseDate: '2027-01-01' };
  return {
    Account,
    Case: insert('Case', { Subject: `Why ${about.invoice}?`, Status: 'New' }),
    Opportunity: insert('Opportunity', { ...deal, Type: 'Existing Customer - Upgrade' }),
  } satisfies Record<PanelName, string>;
}

/** Resolves once a panel has an answer and no part of it waits for one. */
export async function answered(page: Page): Promise<void> {
  await page.locator('[data-phase]').first().waitFor();
  const waiting = page.locator('[data-phase=loading]');
  while ((await waiting.count()) > 0) await waiting.first().waitFor({ state: 'hidden' });
}

/** Opens the page of a panel and brings it into a state. @returns what takes back what was done to the org */
export async function bringAbout(scene: Scene, panel: Panel, name: StateName, page: Page): Promise<Undo> {
  const state = stateOf(name);
  const undo = (await state.arrange?.(scene, panel, page)) ?? (() => {});
  try {
    const { theme = 'light', width = 1280, height = 900 } = state.look ?? {};
    await page.emulateMedia({ colorScheme: theme === 'dark' ? 'dark' : 'light' });
    await page.setViewportSize({ width, height });
    await page.goto(themed(addressOf(scene, panel, state), theme));
    if (state.isLoading) await page.locator('[data-phase=loading]').locator('visible=true').first().waitFor();
    else await answered(page);
    await state.act?.(page);
    return undo;
  } catch (error) {
    await undo();
    throw error;
  }
}
