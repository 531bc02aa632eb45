import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assign } from '../../scripts/demo/actions.ts';
import { SimClock } from '../simulators/kit/clock.ts';
import { startSalesforceSim } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { NOW } from '../simulators/salesforce/testing.ts';
import { launchBrowser, openPage, type OpenPage, type PageOptions } from './browser.ts';

const SHOTS = join(import.meta.dirname, '../../.cache/screenshots');
const TABS = ['Subscriptions', 'Invoices', 'Payments', 'Usage', 'Timeline'];
const LONG = 'Vereinigte Maschinenfabriken Augsburg-Nürnberg Beteiligungsgesellschaft mbH';

type Sim = Awaited<ReturnType<typeof startSalesforceSim>>;
type Values = Record<string, string | number | boolean | null>;

let sim: Sim;
let browser: Browser;
let full: string;
let bare: string;
/** Fields, as `Billing_Invoice__c.Status__c`, that nobody may read for now. */
const hidden = new Set<string>();

function insert(object: string, rows: Values[]): string[] {
  const results = sim.org.insert(object, rows, { userId: sim.org.userNamed(USERS.admin)!.Id });
  return results.map((result) => {
    if (!result.success || result.id === null) throw new Error(`${object}: ${JSON.stringify(result)}`);
    return result.id;
  });
}

/** An Account with everything that there can be, and much of it. */
function seed(): void {
  const owner = { OwnerId: sim.org.userNamed(USERS.rep)!.Id };
  [full, bare] = insert('Account', [
    { Name: LONG, ...owner, Billing_Currency__c: 'EUR' },
    { Name: 'Nothing yet', ...owner },
  ]) as [string, string];
  let made = 0;
  const of = (values: Values): Values => ({
    Account__c: full,
    Key__c: `k${++made}`,
    Source__c: 'Zuora',
    Currency_Code__c: 'EUR',
    ...values,
  });
  const connection = { Source__c: 'Zuora', State__c: 'Delayed', Checked_Through__c: '2026-11-21T08:00:00.000Z' };
  insert('Billing_Connection__c', [{ Key__c: 'zuora', ...connection }]);
  const [north, south] = insert('Billing_Account__c', [
    of({ Name: 'North', Number__c: 'A-1', Status__c: 'Active' }),
    of({ Name: LONG, Number__c: 'A-2', Status__c: 'Active' }),
  ]) as [string, string];
  insert('Billing_Health__c', [
    of({
      Status__c: 'In Dunning',
      Summary__c: 'In dunning: payment of EUR 4,200.00 failed twice.',
      Recommended_Action__c: 'Ask for another card.',
      Score__c: 62,
      Tier__c: 'Watch',
      Reasons__c: '-38: Payment of EUR 4,200.00 failed twice.',
      Churn_Risk__c: 'Medium',
      Churn_Risk_Score__c: 20,
      Next_Renewal_Date__c: '2027-02-01',
      Next_Renewal_Number__c: 'A-S00000001',
    }),
  ]);
  const amounts = { Status__c: 'Current', MRR__c: 12_400, ARR__c: 148_800, Outstanding__c: 6_350, Overdue__c: 4_200 };
  insert('Billing_Balance__c', [
    of({
      ...amounts,
      Not_Due__c: 2_150,
      Days_1_30__c: 4_000,
      Days_31_60__c: 100,
      Days_61_90__c: 60,
      Over_90_Days__c: 40,
    }),
    of({ ...amounts, Currency_Code__c: 'JPY', MRR__c: 54_000, ARR__c: 648_000, Outstanding__c: 0, Overdue__c: 0 }),
  ]);
  insert(
    'Billing_MRR_Month__c',
    ['2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01'].map((Month__c, n) =>
      of({
        Status__c: 'Past',
        Month__c,
        Opening__c: 11_000 + n * 300,
        Expansion__c: 300,
        Closing__c: 11_300 + n * 300,
      }),
    ),
  );
  insert('Dunning_Case__c', [
    of({
      Status__c: 'Open',
      Stage__c: 'Retrying',
      Invoice_Number__c: 'INV-0500',
      Balance__c: 4_200,
      Attempts__c: 2,
      First_Failure__c: '2026-11-12T09:00:00.000Z',
      Last_Failure__c: '2026-11-17T09:00:00.000Z',
      Next_Step_At__c: '2026-11-24T09:00:00.000Z',
      Next_Step__c: 'Payment is tried again by itself.',
      Decline_Reason__c: 'There is not enough money on the account.',
      Source_Url__c: 'https://billing.example.com/i/500',
    }),
  ]);
  const subscriptions = insert(
    'Billing_Subscription__c',
    Array.from({ length: 40 }, (_, n) =>
      of({
        Name: `A-S${n + 1}`,
        Number__c: `A-S${String(n + 1).padStart(8, '0')}`,
        Status__c: n === 1 ? 'Past Due' : n === 2 ? 'Trialing' : 'Active',
        Trial_End_Date__c: n === 2 ? '2026-11-29' : null,
        Pending_Change__c: n === 3 ? 'Downgrade on 1 Dec 2026' : null,
        Plan__c: n === 0 ? `${LONG} ${LONG}` : 'Platform Enterprise',
        MRR__c: 310,
        ARR__c: 3_720,
        MRR_Reason__c: '31 × EUR 10.00 a month = EUR 310.00 a month.',
        Billing_Account__c: n % 2 ? south : north,
      }),
    ),
  );
  insert('Billing_Charge__c', [
    of({ Name: 'Seats', Billing_Subscription__c: subscriptions[1]!, Status__c: 'Current', MRR__c: 310, Price__c: 10 }),
  ]);
  const invoices = insert(
    'Billing_Invoice__c',
    Array.from({ length: 500 }, (_, n) =>
      of({
        Name: `INV-${String(n + 1).padStart(4, '0')}`,
        Number__c: `INV-${String(n + 1).padStart(4, '0')}`,
        Status__c: n === 499 ? 'Open' : 'Paid',
        Invoice_Date__c: new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10),
        Due_Date__c: n === 499 ? '2026-11-09' : new Date(Date.UTC(2025, 0, 15 + n)).toISOString().slice(0, 10),
        Amount__c: 4_200,
        Balance__c: n === 499 ? 4_200 : 0,
        Source__c: n % 2 ? 'Stripe' : 'Zuora',
        Source_Url__c: 'https://billing.example.com/i',
        Billing_Account__c: n % 5 ? south : north,
      }),
    ),
  );
  insert('Billing_Invoice_Item__c', [
    of({
      Name: 'Seats',
      Description__c: 'Seats',
      Billing_Invoice__c: invoices[499]!,
      Status__c: 'Current',
      Amount__c: 4_200,
    }),
  ]);
  insert('Billing_Credit_Memo__c', [
    of({
      Name: 'CM-1',
      Number__c: 'CM-1',
      Kind__c: 'Credit',
      Billing_Invoice__c: invoices[499]!,
      Status__c: 'Posted',
      Amount__c: 1,
    }),
  ]);
  insert('Billing_Payment__c', [
    of({
      Number__c: 'P-1',
      Status__c: 'Failed',
      Amount__c: 4_200,
      Paid_At__c: '2026-11-17T09:00:00.000Z',
      Decline_Reason__c: 'There is not enough money on the account.',
      Decline_Code__c: 'insufficient_funds',
      Source_Url__c: 'https://billing.example.com/p/1',
    }),
    of({
      Number__c: 'P-2',
      Status__c: 'Succeeded',
      Amount__c: 900,
      Paid_At__c: '2026-10-03T09:00:00.000Z',
      Refunded__c: 100,
    }),
  ]);
  const period = {
    Status__c: 'Current',
    Period_Start__c: '2026-11-01',
    Period_End__c: '2026-12-01',
    Limit__c: 1_000_000,
  };
  insert('Usage__c', [
    of({
      ...period,
      Meter__c: 'API calls',
      Quantity__c: 870_000,
      Trend__c: 'Rising',
      Limit_Reached_On__c: '2026-11-25',
    }),
    of({ ...period, Meter__c: 'Storage', Quantity__c: 1_200_000 }),
  ]);
  insert(
    'Billing_Event__c',
    ['Upgrade', 'Payment Failed', 'Invoice Posted', 'Refund'].map((Kind__c, n) =>
      of({
        Status__c: 'Current',
        Kind__c,
        Occurred_At__c: `2026-11-1${n}T09:00:00.000Z`,
        Sentence__c: `${Kind__c}.`,
        Subject__c: 'X',
      }),
    ),
  );
}

beforeAll(async () => {
  sim = await startSalesforceSim({ clock: new SimClock(Date.parse(NOW) - Date.now()), buildPages: 'at start' });
  const accessOf = sim.org.accessOf.bind(sim.org);
  sim.org.accessOf = (userId) =>
    new Proxy(accessOf(userId), {
      get(access, key) {
        if (key === 'readsField')
          return (object: string, field: string) =>
            !hidden.has(`${object}.${field}`) && access.readsField(object, field);
        const value: unknown = Reflect.get(access, key, access);
        return typeof value === 'function' ? (value.bind(access) as unknown) : value;
      },
    });
  seed();
  await assign({ org: sim }, USERS.rep, ['Billing_Agent']);
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
  await page.locator('c-billing-health section:not([data-phase="loading"])').waitFor();
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

/** What axe finds in the panel, one line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // From the element itself: the page's shadow hides it from what looks from outside.
  return page.locator('c-billing360 article').evaluate(async (panel) => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const found = await checker.run(panel);
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('axe finds nothing wrong, whichever tab is open', async () => {
    const { page, problems, close } = await open({ theme });
    for (const name of TABS) {
      const pane = await tab(page, name);
      const toggle = pane.locator('.toggle').first();
      if ((await toggle.count()) > 0) await toggle.click();
      await shown(page);
      expect(await violations(page), name).toEqual([]);
    }
    await page.locator('[data-key=health]').click();
    expect(await violations(page), 'reasons').toEqual([]);
    expect(problems()).toEqual([]);
    await close();
  });

  it.each([320, 700, 1280])('nothing sticks out at %i px, with long names too', async (width) => {
    const { page, problems, screenshot, close } = await open({ theme, width });
    for (const name of TABS) {
      await tab(page, name);
      const box = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(box, name).toBeLessThanOrEqual(0);
    }
    await tab(page, 'Invoices');
    await screenshot(join(SHOTS, `panel-${width}-${theme}.png`));
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

it('moves nothing once something is shown', async () => {
  const opened = await openPage(browser, 'about:blank');
  await opened.page.addInitScript(() => {
    const seen: { moved: string[] } = { moved: [] };
    Object.assign(window, { seen });
    type Shift = { value: number; sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[] };
    new PerformanceObserver((list) => {
      for (const { sources } of list.getEntries() as unknown as Shift[])
        for (const { node, previousRect: from, currentRect: to } of sources) {
          const element = node instanceof Element ? node : node?.parentElement;
          // What the rest of the page does is its own.
          if (element?.closest('c-billing360'))
            seen.moved.push(`${element.outerHTML.slice(0, 200)}: ${from.x},${from.y} to ${to.x},${to.y}`);
        }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  // The figures come late, so that the list is there before them.
  sim.ctx.faults.set([{ path: '/graphql', latencyMs: 400, times: 1 }]);
  await opened.page.goto(url(full));
  await loaded(opened.page);
  await opened.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await opened.page.evaluate(() => (window as unknown as { seen: { moved: string[] } }).seen.moved)).toEqual([]);
  await opened.close();
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
      .locator('c-billing-health .figure')
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
    expect(await wordsOf(page.locator('c-billing-health'))).toContain('€ 12,400');
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
    expect(await wordsOf(page.locator('c-billing-health'))).toContain('€ 12,400');
    await page.locator('[data-id=stale]').first().waitFor();
    await close();
  });

  it('a slow answer shows a frame, and no figure', async () => {
    sim.ctx.faults.set([{ path: '/graphql', latencyMs: 1_000 }]);
    const { page, close } = await openPage(browser, url(full));
    await page.locator('c-billing-health .stencil .figure').nth(5).waitFor();
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
  expect(await wordsOf(page.locator('c-billing-health'))).toContain(
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
