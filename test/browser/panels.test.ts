import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { LONG, startBilledOrg, type BilledOrg } from './billedOrg.ts';
import { launchBrowser, openPage, themed, type OpenPage, type PageOptions } from './browser.ts';
import { movedIn, violations, watchShifts } from './checks.ts';

type Name = 'Account' | 'Case' | 'Opportunity';
type Panel = {
  name: Name;
  tag: string;
  /** Something that is there once the panel has its answer, and what it says. */
  figure: string;
  says: string;
  /** What a user may be kept from reading, and where it is then absent. */
  field: string;
  place: string;
  /** An object whose part of the answer fails. */
  failing: string;
  nothing: RegExp;
};
const PANELS: readonly Panel[] = [
  {
    name: 'Account',
    tag: 'c-billing360',
    figure: '[data-id=mrr]',
    says: '€ 12,400',
    field: 'Billing_Balance__c.ARR__c',
    place: '[data-id=arr]',
    failing: 'Dunning_Case__c',
    nothing: /Nothing is known about the billing of this Account yet/,
  },
  {
    name: 'Case',
    tag: 'c-billing-case',
    figure: '[data-id=named]',
    says: 'INV-0500',
    field: 'Billing_Health__c.Summary__c',
    place: '[data-id=summary]',
    failing: 'Billing_Subscription__c',
    nothing: /Billing holds nothing for this customer that you may see\./,
  },
  {
    name: 'Opportunity',
    tag: 'c-billing-opportunity',
    figure: '[data-id=readiness]',
    says: 'North',
    field: 'Billing_Account__c.Tax_Status__c',
    place: '[data-id=tax]',
    failing: 'Billing_Subscription__c',
    nothing: /Billing holds nothing for this account that you may see\./,
  },
];

let org: BilledOrg;
let browser: Browser;
/** Records by whose they are: with billing, without any, and of somebody who may not read billing. */
let ids: Record<'full' | 'bare' | 'other', Record<Name, string>>;

function recordsOf(Account: string, owner: string): Record<Name, string> {
  const OwnerId = org.sim.org.userNamed(owner)!.Id;
  const [asked] = org.insert('Case', [{ AccountId: Account, OwnerId, Subject: 'Why INV-0500?', Status: 'New' }]);
  const deal = { AccountId: Account, OwnerId, Name: LONG, StageName: 'Negotiation/Review', CloseDate: '2027-01-01' };
  const [sold] = org.insert('Opportunity', [{ ...deal, Type: 'Existing Customer - Upgrade' }]);
  return { Account, Case: asked!, Opportunity: sold! };
}

/** Has the org say how its connection stands; `minutes` since billing was looked at, which are too many after 15. */
function connection(State__c: string, minutes: number, Message__c: string | null = null): void {
  const { sim } = org;
  const at = (ms: number) => new Date(sim.ctx.clock.now().getTime() - minutes * 60_000 + ms).toISOString();
  const rows = sim.org
    .all('Billing_Connection__c')
    .map(({ Id }) => ({ Id, State__c, Message__c, Checked_Through__c: at(0), Stale_After__c: at(15 * 60_000) }));
  sim.org.update('Billing_Connection__c', rows, { userId: sim.org.userNamed(USERS.admin)!.Id });
}

beforeAll(async () => {
  org = await startBilledOrg();
  const owner = org.sim.org.userNamed(USERS.repWithoutBilling)!.Id;
  const [others] = org.insert('Account', [{ Name: 'Of somebody else', OwnerId: owner }]);
  ids = {
    full: recordsOf(org.full, USERS.rep),
    bare: recordsOf(org.bare, USERS.rep),
    other: recordsOf(others!, USERS.repWithoutBilling),
  };
  connection('Connected', 1);
  browser = await launchBrowser();
}, 240_000);
afterEach(() => {
  org.hidden.clear();
  org.sim.ctx.faults.set([]);
  connection('Connected', 1);
});
afterAll(async () => {
  await browser?.close();
  await org?.sim.close();
});

const addressOf = (name: Name, of: keyof typeof ids, as: string = USERS.rep) =>
  `${org.sim.url}/lightning/r/${name}/${ids[of][name]}/view?as=${encodeURIComponent(as)}`;

/** Resolves once no part of the panel waits for an answer. */
async function answered(page: Page): Promise<void> {
  await page.locator('[data-phase]').first().waitFor();
  await expect.poll(() => page.locator('[data-phase=loading]').count(), { timeout: 10_000 }).toBe(0);
}

async function open(
  { name }: Panel,
  options: PageOptions = {},
  of: keyof typeof ids = 'full',
  as?: string,
): Promise<OpenPage> {
  const opened = await openPage(browser, addressOf(name, of, as), options);
  await answered(opened.page);
  return opened;
}

/** Something that waits until a test lets it go on. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

const wordsOf = async (locator: Locator) => (await locator.innerText()).replace(/\s+/g, ' ');

describe.each(PANELS)('the panel of $name', (panel) => {
  const article = (page: Page) => page.locator(`${panel.tag} article`).first();

  it.each([
    { theme: 'light', width: 1280 },
    { theme: 'dark', width: 320 },
    { theme: 'classic', width: 1280 },
    { theme: 'classic', width: 320 },
  ] as const)('nothing sticks out, and axe finds nothing wrong, in $theme at $width px', async (options) => {
    connection('Connected', 120);
    const { page, problems, close } = await open(panel, options);
    await page.locator('[data-id=stale-note]').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await violations(article(page))).toEqual([]);
    expect(problems()).toEqual([]);
    await close();
  });

  it('says since when its figures are stale, why, and what to do; and nothing while they are fresh', async () => {
    connection('Connected', 120);
    const { page, close } = await open(panel);
    const note = page.locator('[role=status] [data-id=stale-note]');
    const stale = await wordsOf(note);
    expect(stale).toMatch(
      /These figures may be out of date Zuora was last checked 2 hours ago, on \d+ \w+ 2026, \d\d:\d\d\./,
    );
    expect(stale).toContain('The sync of Zuora does not report any more. What to do: press “Refresh from billing”');
    connection('Paused', 120, 'Paused for the audit.');
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await note.getByText('Zuora is paused').waitFor();
    expect(await wordsOf(note)).toContain(
      'Paused for the audit. Refresh from billing does not help until this is mended',
    );
    connection('Connected', 1);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await note.waitFor({ state: 'detached' });
    expect(await wordsOf(page.locator(panel.figure).first())).toContain(panel.says);
    await close();
  });

  it.each([
    ['its figures', 1280],
    ['its figures', 320],
    ...(panel.name === 'Account' ? [['its list', 1280] as const, ['its list', 320] as const] : []),
  ] as const)('shows a frame while %s are late, and moves nothing when they come, at %i px', async (late, width) => {
    connection('Delayed', 120);
    const { page, close } = await openPage(browser, 'about:blank', { width });
    await watchShifts(page);
    const gates = { figures: gate(), list: gate() };
    await page.route('**/graphql', async (route) => {
      const isList = /query BillingSubscriptions/.test(route.request().postData() ?? '');
      await gates[isList ? 'list' : 'figures'].opened;
      return route.continue();
    });
    await page.goto(addressOf(panel.name, 'full'));
    const figure = page.locator(panel.figure).locator('visible=true').first();
    await page.locator('[data-phase=loading]').locator('visible=true').first().waitFor();
    expect(await figure.count()).toBe(0);
    // The header of the page is the host's: what it moves before it is filled is not ours.
    await page.locator('[data-region=header] force-field-value').locator('visible=true').first().waitFor();
    await movedIn(page);
    const [first, last] = late === 'its list' ? (['figures', 'list'] as const) : (['list', 'figures'] as const);
    gates[first].open();
    if (late === 'its list') await figure.waitFor();
    expect(await page.locator('[data-phase=loading]').locator('visible=true').count()).toBeGreaterThan(0);
    gates[last].open();
    await answered(page);
    expect(await wordsOf(figure)).toContain(panel.says);
    expect(await movedIn(page)).toEqual([]);
    await close();
  });

  it('has no place for what the user may not read, and says nothing of it', async () => {
    org.hidden.add(panel.field).add('Billing_Connection__c.Checked_Through__c').add('Billing_Invoice__c.Balance__c');
    const { page, problems, close } = await open(panel);
    expect(await page.locator(`${panel.tag} ${panel.place}`).count()).toBe(0);
    expect(await wordsOf(page.locator(panel.figure).first())).toContain(panel.says);
    expect(await wordsOf(article(page))).not.toMatch(/undefined|null|NaN|Invalid/);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(problems()).toEqual([]);
    await close();
  });

  it('says that there is nothing of a customer who is not billed', async () => {
    const { page, problems, close } = await open(panel, {}, 'bare');
    expect(await wordsOf(article(page))).toMatch(panel.nothing);
    expect(problems()).toEqual([]);
    await close();
  });

  it('names the permission set to somebody who may not read billing', async () => {
    const { page, problems, close } = await open(panel, {}, 'other', USERS.repWithoutBilling);
    expect(await wordsOf(article(page))).toContain(
      'Ask your Salesforce admin for the permission set “Billing Viewer”.',
    );
    expect(problems()).toEqual([]);
    await close();
  });

  const expired = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
  it.each([
    ['an error', { status: 500, body: 'Internal Server Error' }, /Salesforce did not answer|could not be loaded/],
    ['that the session has ended', { status: 401, body: expired }, /Your session has ended\./],
  ])('is answered with %s: it says so, and a retry brings what is missing', async (_what, fault, words) => {
    const { page, close } = await openPage(browser, 'about:blank');
    org.sim.ctx.faults.set([{ path: '/graphql$', ...fault }]);
    await page.goto(addressOf(panel.name, 'full'));
    const alert = page.locator(panel.tag).getByRole('alert').first();
    await alert.waitFor();
    expect(await wordsOf(alert)).toMatch(words);
    org.sim.ctx.faults.set([]);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.locator(panel.figure).first().waitFor();
    await close();
  });

  it('is answered in part: it says so, and shows the rest', async () => {
    const { page, close } = await openPage(browser, 'about:blank');
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { data: { uiapi: { query: Record<string, unknown> } } };
      if (!(panel.failing in body.data.uiapi.query)) return route.fulfill({ response, json: body });
      body.data.uiapi.query[panel.failing] = null;
      return route.fulfill({ response, json: { ...body, errors: [{ message: `${panel.failing} timed out` }] } });
    });
    await page.goto(addressOf(panel.name, 'full'));
    await page
      .locator(panel.tag)
      .getByText(/Salesforce did not answer\.|could not be loaded/)
      .first()
      .waitFor();
    expect(await wordsOf(page.locator(panel.figure).first())).toContain(panel.says);
    await close();
  });
});

it('a page in the look of SLDS 1 has other colors than one of SLDS 2', async () => {
  const { page, close } = await open(PANELS[0]!);
  const color = () =>
    page
      .locator('h2')
      .first()
      .evaluate((heading) => getComputedStyle(heading).color);
  const cosmos = await color();
  await page.goto(themed(addressOf('Account', 'full'), 'classic'));
  await answered(page);
  expect(await color()).not.toBe(cosmos);
  await close();
});
