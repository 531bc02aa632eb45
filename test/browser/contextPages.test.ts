import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret } from '../../scripts/demo/actions.ts';
import { orgClient } from '../../scripts/demo/org.ts';
import { ORDERS } from '../../scripts/screenshots/orders.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { settled } from '../support/settled.ts';
import { launchBrowser, openPage, type OpenPage, type PageOptions } from './browser.ts';
import { violations } from './checks.ts';

const DAY = 86_400_000;

/** What keeps a deal from being ordered, and what the order would come to. */
const BLOCKED = {
  State__c: 'Not Ready',
  Faults__c: 'The deal has no start date. Enter Billing Start Date.\nSeat is not on sale. Choose another product.',
  MRR__c: 3_500,
  MRR_Change__c: 500,
};

let story: Story;
let browser: Browser;
let accountId: string;
let invoice: string;
let foreign: string;
let subscription: string;
let ids: Record<'mentions' | 'contact' | 'foreign' | 'nobody' | 'upsell' | 'renewal' | 'blocked', string>;

const numberOf = (object: string, account: string): string => String(story.rows(object, account)[0]!['Number__c']);

/** A customer in Zuora whose only invoice fell due ten days ago. */
async function customerOfZuora(name: string): Promise<string> {
  const id = await story.account(name);
  const account = await story.zuora.account(name, 'EUR', id);
  const plan = await story.zuora.ratePlan(name, 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
  ]);
  const today = story.stack.clock.now().toISOString().slice(0, 10);
  await story.zuora.subscribe(account, plan, { start: today, months: 12, quantity: 25 });
  await story.zuora.bill(account, today);
  return id;
}

beforeAll(async () => {
  story = await beginStory({ pagesAtStart: true });
  browser = await launchBrowser();
  const { stack } = story;
  await connectActions(stack, stack.backend.url, await orgSecret(stack, null));
  await assign(stack, USERS.rep);
  story.stack.clock.setOffset(-40 * DAY);
  accountId = await customerOfZuora('Acme Europe');
  await story.stripe.customer('Acme self-serve', accountId);
  const other = await customerOfZuora('Globex GmbH');
  story.stack.clock.setOffset(0);
  await settled(story.stack);
  invoice = numberOf('Billing_Invoice__c', accountId);
  subscription = numberOf('Billing_Subscription__c', accountId);
  foreign = numberOf('Billing_Invoice__c', other);
  const org = orgClient(story.stack);
  const contact = {
    AccountId: accountId,
    FirstName: 'Ada',
    LastName: 'Byron',
    Email: 'billing@acme-self-serve.example',
  };
  const deal = { StageName: 'Negotiation/Review', CloseDate: '2099-01-01', AccountId: accountId };
  const question = (Subject: string, more: object) => org.create('Case', { Subject, Status: 'New', ...more });
  ids = {
    mentions: await question('Wrong amount', {
      AccountId: accountId,
      Description: `Why did you charge us for ${invoice.toLowerCase()}? We closed ${invoice} last month.`,
    }),
    contact: await question('Send us a copy', {
      AccountId: accountId,
      ContactId: await org.create('Contact', contact),
    }),
    foreign: await question(`What about ${foreign}?`, { AccountId: accountId }),
    nobody: await question(`What about ${invoice}?`, {}),
    upsell: await org.create('Opportunity', { ...deal, Name: 'More seats', Type: 'Existing Customer - Upgrade' }),
    renewal: await org.create('Opportunity', {
      ...deal,
      Name: 'Renewal',
      Billing_Subscription_Number__c: subscription,
    }),
    blocked: await org.create('Opportunity', { ...deal, Name: 'Not ready to be ordered' }),
  };
  orderOf(ids.blocked, BLOCKED);
  await settled(story.stack);
  // The facts of the deal come once the backend has seen the number that it names.
  const facts = `SELECT Billing_MRR__c FROM Opportunity WHERE Id = '${ids.renewal}'`;
  await vi.waitUntil(
    async () => (await org.query<{ Billing_MRR__c: number | null }>(facts))[0]?.Billing_MRR__c === 3_500,
    {
      timeout: 60_000,
      interval: 200,
    },
  );
}, 240_000);

afterAll(async () => {
  await browser.close();
  await story.end();
});

let written = 0;
/** The order of a deal, as the integration writes it. */
function orderOf(dealId: string, fields: Record<string, string | number | null>): void {
  const { org } = story.stack.org;
  const row = { Key__c: `zuora:order:${dealId}`, Opportunity__c: dealId, Row_Version__c: ++written };
  const userId = org.userNamed(USERS.integration)!.Id;
  const origin = { Source__c: 'Zuora', Connection__c: 'zuora', Currency_Code__c: 'EUR' };
  const [saved] = org.upsert('Billing_Order__c', 'Key__c', [{ ...row, ...origin, ...fields }], { userId });
  expect(saved!.errors).toEqual([]);
}

const addressOf = (object: string, id: string, as: string) =>
  `${story.stack.org.url}/lightning/r/${object}/${id}/view?as=${encodeURIComponent(as)}`;

async function open(name: keyof typeof ids, options: PageOptions = {}, as: string = USERS.rep): Promise<OpenPage> {
  const object = ['upsell', 'renewal', 'blocked'].includes(name) ? 'Opportunity' : 'Case';
  const opened = await openPage(browser, addressOf(object, ids[name], as), options);
  await loaded(opened.page);
  return opened;
}

async function loaded(page: Page): Promise<void> {
  await page.locator('article[data-phase]:not([data-phase="loading"])').waitFor();
}

/** Text of the panel as a person reads it: one kind of space. */
async function textOf(page: Page, part = 'article[data-phase]'): Promise<string> {
  return (await page.locator(part).first().innerText()).replace(/\s+/g, ' ');
}

describe('the Case page', () => {
  it('shows the invoice that the Case mentions first, with the words around it', async () => {
    const { page, problems, close } = await open('mentions');
    const named = await textOf(page, '[data-id="named"]');
    expect(named).toContain(`This case mentions ${invoice}, 2 times.`);
    expect(named).toContain(`Why did you charge us for ${invoice.toLowerCase()}? We closed`);
    expect(named).toMatch(/\d+ days overdue/);
    const [row] = story.rows('Billing_Invoice__c', accountId);
    expect(Number(row!['Amount__c'])).toBeGreaterThan(0);
    const total = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2 }).format(Number(row!['Amount__c']));
    expect(named).toContain(`Total € ${total}`);
    expect(named).toContain(`Open € ${total}`);
    const link = page.getByRole('link', { name: new RegExp(`^${invoice}: open in Zuora`) }).first();
    expect((await fetch((await link.getAttribute('href'))!)).status).toBe(200);
    expect(problems()).toEqual([]);
    await close();
  });

  it('shows the billing account of the contact first', async () => {
    const { page, problems, close } = await open('contact');
    const accounts = await page.locator('[data-id="account"] .account').allInnerTexts();
    expect(accounts.map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
      'Stripe · Acme self-serve Billed to this contact',
      'Zuora · Acme Europe',
    ]);
    expect(problems()).toEqual([]);
    await close();
  });

  it('shows nothing of an invoice of another Account', async () => {
    const { page, problems, close } = await open('foreign');
    expect(await page.locator('[data-id="named"]').count()).toBe(0);
    expect(await textOf(page)).not.toContain(foreign);
    expect(problems()).toEqual([]);
    await close();
  });

  it('says what a Case without an Account needs, whatever it mentions', async () => {
    const { page, problems, close } = await open('nobody');
    expect(await textOf(page)).toContain('This case has no account yet.');
    expect(await page.locator('[data-id="named"], [data-id="customer"]').count()).toBe(0);
    expect(problems()).toEqual([]);
    await close();
  });

  it('tells, by the flow and the backend, why there is no PDF of the invoice that it mentions', async () => {
    const { page, problems, close } = await open('mentions');
    const named = page.locator('[data-id=named]');
    await named.getByRole('button', { name: 'Invoice PDF', exact: true }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Invoice PDF' });
    await dialog.getByText('Open the invoice in Zuora, or send it to the customer.').waitFor();
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await named.getByRole('status').getByText('Zuora gives the PDF').waitFor();
    expect(problems()).toEqual([]);
    await close();
  });

  it('copies the facts into the clipboard, and one of them by the keyboard', async () => {
    const { page, problems, close } = await open('mentions');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Copy facts' }).click();
    await page.getByText('Copied', { exact: true }).first().waitFor();
    expect(await clipboard()).toMatch(new RegExp(`^${invoice}: \\d+ days overdue\nTotal: €`));
    const one = page.getByRole('button', { name: 'Copy: Due' });
    await one.focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-id="due"]').getByText('Copied').waitFor({ state: 'attached' });
    expect(await clipboard()).toMatch(/^\d+ \w{3} \d{4}$/);
    expect(problems()).toEqual([]);
    await close();
  });
});

describe('the Opportunity page', () => {
  it('says what became of a deal, and what keeps it from being ordered while it is not ready', async () => {
    orderOf(ids.blocked, { State__c: 'Ordered', Order_Number__c: 'O-00000007' });
    const { page, problems, close } = await open('blocked');
    const order = '[data-id="order"]';
    expect(await textOf(page, order)).toMatch(/Status Ordered .*Number O-00000007/);
    expect(await page.locator(`${order} li`).count()).toBe(0);
    orderOf(ids.blocked, { ...BLOCKED, Order_Number__c: '' });
    await page.reload();
    await loaded(page);
    expect(await page.locator(`${order} li`).allInnerTexts()).toEqual([
      expect.stringContaining('The deal has no start date. Enter Billing Start Date.'),
      expect.stringContaining('Seat is not on sale. Choose another product.'),
    ]);
    expect(await textOf(page, order)).toMatch(/MRR € 3,500.00 .*\+€ 500 by this order/);
    expect(problems()).toEqual([]);
    await close();
  });

  it('warns first of what is overdue before an upsell, and says whether the deal can be billed', async () => {
    const { page, problems, close } = await open('upsell');
    const text = await textOf(page);
    expect(text).toMatch(/€ [\d,.]+ overdue\. Settle this before the upsell\./);
    expect(text.indexOf('overdue')).toBeLessThan(text.indexOf('Ready to bill'));
    expect(await page.locator('[data-id="readiness"] li').count()).toBe(5);
    const choice = page.getByLabel('Billing account');
    await choice.selectOption({
      label: (await choice.locator('option', { hasText: 'Acme Europe' }).innerText()).trim(),
    });
    expect(await textOf(page, '[data-id="readiness"]')).toContain('Bills in EUR, the deal is in USD.');
    expect(problems()).toEqual([]);
    await close();
  });

  it('shows what billing says of the subscription that the deal names', async () => {
    const { page, problems, close } = await open('renewal');
    expect(await textOf(page)).toContain('Settle this before the renewal.');
    const named = await textOf(page, '[data-id="named"]');
    expect(named).toContain(`Subscription ${subscription}`);
    expect(named).toContain('MRR € 3,500.00');
    expect(await page.locator('[data-id="order"]').count()).toBe(0);
    expect(problems()).toEqual([]);
    await close();
  });
});

const PAGES = ['mentions', 'contact', 'upsell', 'renewal', 'blocked'] as const;

describe.each(PAGES)('the page of %s', (name) => {
  it('asks Salesforce for billing once', async () => {
    const { page, close } = await open(name);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql')) asked.push(request.postData() ?? '');
    });
    await page.reload();
    await loaded(page);
    expect(asked).toHaveLength(1);
    await close();
  });

  it.each([
    { width: 320, theme: 'dark' as const },
    { width: 700, theme: 'light' as const },
    { width: 1280, theme: 'dark' as const },
  ])('has nothing that sticks out, and nothing that axe objects to, at $width px in $theme', async (options) => {
    const { page, problems, close } = await open(name, options);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await violations(page.locator('article[data-phase]'))).toEqual([]);
    expect(problems()).toEqual([]);
    await close();
  });
});

/** What an order may be besides those of the pictures. */
const STATES: Readonly<Record<string, (id: string) => Record<string, string | number>>> = {
  ...ORDERS,
  'awaiting approval': (id) => ({ ...ORDERS.shadow(id), State__c: 'Awaiting Approval', Mode__c: 'Assisted' }),
  ordering: (id) => ({ ...ORDERS.shadow(id), State__c: 'Ordering', Mode__c: 'Automatic' }),
  'changed since': (id) => ({ ...ORDERS.ordered(id), Message__c: 'The opportunity was changed after its order.' }),
  previewed: (id) => ({ ...ORDERS.shadow(id), Mode__c: 'Preview', As_Of__c: '2026-11-22T08:00:00.000Z' }),
};

describe('an order on the panel', () => {
  it.each(Object.entries(STATES))(
    '%s: says its actions, axe finds nothing wrong, nothing sticks out',
    async (_name, of) => {
      const cleared = { Faults__c: null, Message__c: null, Order_Number__c: null, Subscription_Number__c: null };
      orderOf(ids.blocked, { ...cleared, ...of(ids.blocked) });
      for (const look of [
        { width: 1280, theme: 'light' as const },
        { width: 320, theme: 'dark' as const },
      ]) {
        const { page, problems, close } = await open('blocked', look);
        expect(await textOf(page, '[data-id="actions"]')).toContain(
          'Platform Enterprise (Seats: 40 at USD 145 a month)',
        );
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
          0,
        );
        expect(await violations(page.locator('article[data-phase]'))).toEqual([]);
        expect(problems()).toEqual([]);
        await close();
      }
    },
  );
});

describe('who may see less', () => {
  // Seeing a Case by the defaults of the org does not let anybody see its Account, as owning it would.
  it.each([
    ['mentions', 'Case'],
    ['upsell', 'Opportunity'],
  ] as const)('sees %s without billing, where the Account is not shared', async (name, object) => {
    const shared = story.stack.org.org.object(object)!;
    const { sharing } = shared;
    shared.sharing = 'Read';
    const { page, problems, close } = await open(name, {}, USERS.otherRep);
    expect(await textOf(page)).toMatch(/Billing holds nothing for this (customer|account) that you may see\./);
    expect(await page.locator('[data-id="named"], [data-id="customer"], [data-id="readiness"]').count()).toBe(0);
    expect(await page.content()).not.toContain('A-S0');
    expect(problems()).toEqual([]);
    await close();
    shared.sharing = sharing;
  });

  it('is told which permission set is missing, and sees no figure', async () => {
    const org = story.stack.org.org;
    const admin = { userId: org.userNamed(USERS.admin)!.Id };
    const owner = async (to: string) => {
      const OwnerId = org.userNamed(to)!.Id;
      await org.update('Account', [{ Id: accountId, OwnerId }], admin);
      await org.update('Case', [{ Id: ids.mentions, OwnerId }], admin);
    };
    await owner(USERS.repWithoutBilling);
    const { page, problems, close } = await open('mentions', {}, USERS.repWithoutBilling);
    expect(await textOf(page)).toContain('Ask your Salesforce admin for the permission set “Billing Viewer”.');
    expect(await page.locator('[data-id="named"]').count()).toBe(0);
    expect(problems()).toEqual([]);
    await close();
    await owner(USERS.rep);
  });
});

describe('a bad answer', () => {
  const answerWith = (status: number, body: unknown) => (route: Route) =>
    route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
  const expired = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];

  it.each([
    ['of an expired session', answerWith(401, expired), 'Your session has ended.'],
    [
      'of too many requests',
      answerWith(429, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }]),
      'Salesforce is refusing requests for now',
    ],
    ['that never comes', (route: Route) => route.abort(), 'Salesforce did not answer.'],
  ])('%s is said in words, and asked again on request', async (_what, fault, words) => {
    const opened = await openPage(browser, `${story.stack.org.url}/lightning/o/Case/list`);
    const { page, close } = opened;
    await page.route('**/graphql', fault);
    await page.goto(addressOf('Case', ids.mentions, USERS.rep));
    await page.getByText(words).waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-id="named"]').waitFor();
    expect(await page.getByText(words).count()).toBe(0);
    await close();
  });

  it('for the record itself is said in words, and asked again on request', async () => {
    const { page, close } = await openPage(browser, `${story.stack.org.url}/lightning/o/Case/list`);
    const optional = (url: URL) => url.pathname.includes('/ui-api/records/') && url.search.includes('SuppliedEmail');
    await page.route(optional, answerWith(503, [{ message: 'Service unavailable (503)' }]));
    await page.goto(addressOf('Case', ids.mentions, USERS.rep));
    const panel = page.locator('article[data-phase="error"]');
    await panel.getByText('Salesforce did not answer.').waitFor();
    await page.unroute(optional);
    await panel.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-id="named"]').waitFor();
    await close();
  });

  it('that is a part of one leaves the rest, and says so', async () => {
    const { page, close } = await openPage(browser, `${story.stack.org.url}/lightning/o/Case/list`);
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { data: { uiapi: { query: Record<string, unknown> } } };
      body.data.uiapi.query['Billing_Subscription__c'] = null;
      await route.fulfill({ response, json: { ...body, errors: [{ message: 'Billing_Subscription__c timed out' }] } });
    });
    await page.goto(addressOf('Case', ids.mentions, USERS.rep));
    await page.getByText('Salesforce did not answer.').waitFor();
    expect(await textOf(page, '[data-id="named"]')).toContain(invoice);
    await close();
  });

  it('that is slow shows where it will stand, and moves nothing that is above it', async () => {
    const { page, close } = await openPage(browser, `${story.stack.org.url}/lightning/o/Case/list`);
    let go: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => (go = resolve));
    await page.route('**/graphql', async (route) => {
      await gone;
      await route.continue();
    });
    await page.goto(addressOf('Case', ids.mentions, USERS.rep));
    const heading = page.getByRole('heading', { name: 'Invoice context' });
    await page.locator('article[data-phase="loading"] .stencil').waitFor();
    const before = await heading.boundingBox();
    go!();
    await page.locator('[data-id="named"]').waitFor();
    expect(await heading.boundingBox()).toEqual(before);
    await close();
  });
});
