import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { settled } from '../support/settled.ts';
import { launchBrowser, openPage, type OpenPage, type PageOptions } from './browser.ts';

let story: Story;
let browser: Browser;
let accountId: string;
let customer: string;
let zuoraNumber: string;
let zuoraSubscription: string;

beforeAll(async () => {
  story = await beginStory({ pagesAtStart: true });
  browser = await launchBrowser();
  accountId = await story.account('Acme Corporation');
  customer = await story.stripe.customer('Acme self-serve', accountId);
  const growth = await story.stripe.price({ name: 'Growth', amountMinor: 49_000, currency: 'usd' });
  const calls = await story.stripe.meteredPrice({
    name: 'API calls',
    meter: 'api_calls',
    included: 100_000,
    overMinor: '0.05',
    currency: 'usd',
  });
  await story.stripe.subscribe(customer, [{ price: growth }, { price: calls }]);
  await story.stripe.recordUsage(customer, 'api_calls', 87_000);
  zuoraNumber = await story.zuora.account('Acme Europe', 'EUR', accountId);
  const plan = await story.zuora.ratePlan('Platform', 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
  ]);
  const today = new Date().toISOString().slice(0, 10);
  zuoraSubscription = await story.zuora.subscribe(zuoraNumber, plan, { start: today, months: 12, quantity: 25 });
  await story.zuora.bill(zuoraNumber, today);
  await story.zuora.pay(zuoraNumber);
  await settled(story.stack);
  await vi.waitUntil(() => story.rows('Billing_Payment__c', accountId).length === 2, { timeout: 30_000 });
  // No event tells of usage: it is there once the backend has asked for it.
  await vi.waitUntil(() => story.rows('Usage__c', accountId).some((row) => row['Quantity__c'] === 87_000), {
    timeout: 30_000,
  });
}, 240_000);

afterAll(async () => {
  await browser.close();
  await story.end();
});

async function open(options: PageOptions = {}, as: string = USERS.rep): Promise<OpenPage> {
  const url = `${story.stack.org.url}/lightning/r/Account/${accountId}/view?as=${encodeURIComponent(as)}`;
  const opened = await openPage(browser, url, options);
  await loaded(opened.page);
  return opened;
}

/** Resolves once the figures and the list that is open have their answers. */
async function loaded(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Billing 360' }).waitFor();
  await page.locator('section[aria-label="Billing health"]:not([data-phase="loading"])').waitFor();
  await shown(page);
}

/** The list that is open, once it has its answer. */
async function shown(page: Page): Promise<Locator> {
  const pane = page.locator('[role=tabpanel]:not(.slds-hide)');
  await pane.locator('section:not([data-phase="loading"])').first().waitFor();
  await expect.poll(() => pane.locator('.busy').count()).toBe(0);
  return pane;
}

/** Opens a tab. */
async function tab(page: Page, name: string): Promise<Locator> {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
  return shown(page);
}

/** Text as a person reads it: one kind of space. */
async function textOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replace(/\s+/g, ' ');
}

describe('the Account page', () => {
  it('shows what the customer has bought, owes and paid in both systems', async () => {
    const { page, problems, close } = await open();
    const figure = (name: string) => textOf(page.locator(`[data-id="${name}"]`).first());
    expect(await figure('status')).toBe('Good standing');
    expect(await figure('mrr')).toContain('€ 3,500');
    expect(await figure('mrr')).toContain('also $ 490');
    expect(await figure('arr')).toContain('€ 42,000');
    expect(await figure('outstanding')).toContain('€ 0');
    await page.getByRole('button', { name: `Charges of ${zuoraSubscription}` }).click();
    await page.locator('[data-id=charge]').first().waitFor();
    const subscriptions = await textOf(await tab(page, 'Subscriptions'));
    expect(subscriptions).toContain(zuoraSubscription);
    expect(subscriptions).toContain('Zuora · Acme Europe');
    expect(subscriptions).toContain('Stripe · Acme self-serve');
    expect(subscriptions).toContain('25 × EUR 140.00 a month = EUR 3,500.00 a month');
    expect(await textOf(await tab(page, 'Invoices'))).toContain('INV00000001');
    const payments = await textOf(await tab(page, 'Payments'));
    expect(payments).toContain('Visa •••• 4242');
    expect(payments).toContain('$ 490.00');
    expect(await textOf(await tab(page, 'Usage'))).toContain('87,000 used (87 %)');
    expect(await textOf(page.locator('[data-id="freshness"]').first())).toMatch(/checked (through|just now)/i);
    expect(problems()).toEqual([]);
    await close();
  });

  it('links every row into the billing system that it comes from', async () => {
    const { page, problems, close } = await open();
    const link = page.getByRole('link', { name: new RegExp(zuoraSubscription) }).first();
    const href = await link.getAttribute('href');
    expect(href).toContain(story.stack.zuora.url);
    expect((await fetch(href!)).status).toBe(200);
    expect(problems()).toEqual([]);
    await close();
  });

  it('leads from its header to the billing accounts, and from the next renewal to its subscription', async () => {
    const { page, problems, close } = await open();
    const links = page.locator('c-billing360 .accounts').getByRole('link');
    expect(await links.allInnerTexts()).toEqual(['Stripe · Acme self-serve', 'Zuora · Acme Europe']);
    const renewal = page.locator('[data-id="renewal"]').getByRole('link', { name: /open in/ });
    for (const link of [...(await links.all()), renewal])
      expect((await fetch((await link.getAttribute('href'))!)).status).toBe(200);
    expect(problems()).toEqual([]);
    await close();
  });

  it('asks Salesforce once for the figures and once for each list, when its tab is opened', async () => {
    const { page, close } = await open();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql')) asked.push(/query (\w+)/.exec(request.postData() ?? '')?.[1] ?? '');
    });
    await page.reload();
    await loaded(page);
    expect(asked.sort()).toEqual(['Billing360', 'BillingSubscriptions']);
    const tabs = {
      Invoices: 'BillingInvoices',
      Payments: 'BillingPayments',
      Usage: 'BillingUsage',
      Timeline: 'BillingTimeline',
    };
    for (const [name, query] of Object.entries(tabs)) {
      asked.length = 0;
      await tab(page, name);
      expect(asked, name).toEqual([query]);
    }
    asked.length = 0;
    await tab(page, 'Subscriptions');
    await tab(page, 'Invoices');
    expect(asked).toEqual([]);
    await page
      .getByRole('button', { name: /^Lines of invoice/ })
      .first()
      .click();
    await page.locator('[data-id=line]').first().waitFor();
    expect(asked).toEqual(['BillingInvoiceLines']);
    await close();
  });

  it.each([
    ['wide, light', { width: 1400, theme: 'light' as const }],
    ['narrow, dark', { width: 420, theme: 'dark' as const }],
  ])('has nothing that sticks out of a page that is %s', async (_what, options) => {
    const { page, problems, close } = await open(options);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(problems()).toEqual([]);
    await close();
  });

  it('tells a user who may not read billing so, and shows no figure', async () => {
    await story.stack.org.org.update(
      'Account',
      [{ Id: accountId, OwnerId: story.stack.org.org.userNamed(USERS.repWithoutBilling)!.Id }],
      {
        userId: story.stack.org.org.userNamed(USERS.admin)!.Id,
      },
    );
    const { page, problems, close } = await open({}, USERS.repWithoutBilling);
    await page
      .getByText(/no access|may not|permission/i)
      .first()
      .waitFor();
    expect(await page.getByText('3,500').count()).toBe(0);
    expect(problems()).toEqual([]);
    await close();
    await story.stack.org.org.update(
      'Account',
      [{ Id: accountId, OwnerId: story.stack.org.org.userNamed(USERS.rep)!.Id }],
      {
        userId: story.stack.org.org.userNamed(USERS.admin)!.Id,
      },
    );
  });
});

describe('a failed payment on an open page', () => {
  it.each([
    ['Stripe', () => story.act('stripe', 'fail-payment', { customer, declineCode: 'expired_card' }), /expired/i],
    ['Zuora', () => story.act('zuora', 'fail-payment', { account: zuoraNumber }), /not enough money/i],
  ])('of %s shows within 3 s of the webhook, with its reason', async (system, fail, reason) => {
    const { page, problems, close } = await open();
    expect(await textOf(await tab(page, 'Payments'))).not.toMatch(reason);
    if (system === 'Zuora') {
      const today = new Date().toISOString().slice(0, 10);
      await story.zuora.bill(zuoraNumber, `${Number(today.slice(0, 4)) + 1}${today.slice(4)}`);
    }
    await fail();
    const failedAt = Date.now();
    for (;;) {
      // Coming back to the page asks again.
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      // Rows of one change may reach Salesforce in two calls: the page is asked until it tells all of it.
      const failed = reason.test(await textOf(await shown(page)));
      if (failed && (await textOf(page.locator('[data-id="status"]').first())) === 'In dunning') break;
      if (Date.now() - failedAt > 3000) throw new Error('The page did not show the failed payment within 3 s');
    }
    expect(problems()).toEqual([]);
    await close();
  });
});
