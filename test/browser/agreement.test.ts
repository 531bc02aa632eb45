import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccounts } from '../../scripts/demo/accounts.ts';
import { seedDemo } from '../../scripts/demo/seed.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { charges, rows, text, TestClient } from '../simulators/zuora/testClient.ts';
import { ops } from '../support/ops.ts';
import { testFolder } from '../support/postgres.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { launchBrowser, openPage } from './browser.ts';

/**
 * Figures of every situation of the demo, four times: worked out here from what the billing systems answer, as rows in
 * Salesforce, from `ops explain`, and on the page.
 */

/** Amounts in minor units of two digits, whatever the currency has: only equality counts. */
type Truth = {
  subscriptions: Map<string, { mrr: number; tcv: number | null; currency: string }>;
  outstanding: Map<string, number>;
};

let stack: Stack;
let browser: Browser;
const dataDir = testFolder();

const cents = (major: unknown): number => Math.round(Number(major) * 100);

beforeAll(async () => {
  stack = await startStack({ dataDir, pagesAtStart: true });
  await seedDemo(stack, dataDir, () => {}, AbortSignal.timeout(200_000));
  browser = await launchBrowser();
}, 240_000);

afterAll(async () => {
  await browser.close();
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function owe(truth: Truth, currency: string, amount: number): void {
  truth.outstanding.set(currency, (truth.outstanding.get(currency) ?? 0) + amount);
}

async function askStripe(accountId: string, truth: Truth): Promise<void> {
  const { hostname: host, port } = new URL(stack.stripe.url);
  const stripe = new Stripe(stack.secrets.stripeSecretKey, { host, port, protocol: 'http' });
  for await (const customer of stripe.customers.list({ limit: 100 })) {
    if (customer.metadata['salesforce_account_id'] !== accountId) continue;
    const of = { customer: customer.id, limit: 100 } as const;
    for await (const { id, status, currency, items } of stripe.subscriptions.list({ ...of, status: 'all' })) {
      const licensed = items.data.filter(({ price }) => price.recurring?.usage_type === 'licensed');
      expect(licensed.map(({ price }) => [price.recurring?.interval, price.recurring?.interval_count])).toEqual(
        licensed.map(() => ['month', 1]),
      );
      const minor = licensed.reduce((sum, { price, quantity }) => sum + price.unit_amount! * (quantity ?? 1), 0);
      const mrr = ['active', 'past_due'].includes(status) ? minor * (currency === 'jpy' ? 100 : 1) : 0;
      truth.subscriptions.set(id, { mrr, tcv: null, currency: currency.toUpperCase() });
    }
    for await (const { currency, amount_remaining: left } of stripe.invoices.list({ ...of, status: 'open' }))
      owe(truth, currency.toUpperCase(), left * (currency === 'jpy' ? 100 : 1));
  }
}

async function askZuora(zuora: TestClient, accountId: string, truth: Truth): Promise<void> {
  for (const { id } of stack.zuora.tenant.data.accounts) {
    const account = (await zuora.call('GET', `/v1/accounts/${id}`)).body;
    if (String(account.basicInfo?.CRMAccountId__c) !== accountId) continue;
    const currency = text(account.billingAndPayment?.currency);
    owe(truth, currency, cents(account.metrics?.totalInvoiceBalance));
    const path = `/v1/subscriptions/accounts/${id}?charge-detail=current-segment`;
    for (const subscription of rows((await zuora.call('GET', path)).body.subscriptions)) {
      const mrr = charges(subscription).reduce((sum, charge) => sum + cents(charge.mrr ?? 0), 0);
      const isTermed = String(subscription.termType) === 'TERMED';
      const tcv = isTermed ? cents(subscription.totalContractedValue) : null;
      truth.subscriptions.set(text(subscription.subscriptionNumber), { mrr, tcv, currency });
    }
  }
}

/** An amount as the page writes it. */
function onPage(amount: number, currency: string): string {
  const digits = amount % 100 === 0 || currency === 'JPY' ? 0 : 2;
  return new Intl.NumberFormat('en-US', { style: 'currency', currency, minimumFractionDigits: digits })
    .format(amount / 100)
    .replace(/^(\D+?)\s*(?=\d)/, '$1 ')
    .replace(/\.00$/, '');
}

async function figure(page: Page, name: string): Promise<string> {
  return (await page.locator(`[data-id="${name}"]`).first().innerText()).replace(/\s+/g, ' ');
}

async function openAccount(accountId: string) {
  const url = `${stack.org.url}/lightning/r/Account/${accountId}/view?as=${encodeURIComponent(USERS.rep)}`;
  const opened = await openPage(browser, url);
  await opened.page.getByRole('heading', { name: 'Billing 360' }).waitFor();
  await opened.page.locator('c-billing-subscriptions section[data-phase]:not([data-phase="loading"])').waitFor();
  return opened;
}

describe.each(demoAccounts.map(({ name, situation }) => [name, situation] as const))('%s (%s)', (name) => {
  let accountId: string;
  let truth: Truth;

  beforeAll(async () => {
    accountId = String(stack.org.org.all('Account').find((row) => row['Name'] === name)!.Id);
    truth = { subscriptions: new Map(), outstanding: new Map() };
    await askStripe(accountId, truth);
    await askZuora(await new TestClient(stack.zuora).signIn(), accountId, truth);
  });

  const of = (object: string) =>
    stack.org.org.all(object).filter((row) => row['Account__c'] === accountId && row['Status__c'] !== 'Removed');

  const mrrIn = (currency: string): number =>
    [...truth.subscriptions.values()].filter((one) => one.currency === currency).reduce((sum, one) => sum + one.mrr, 0);

  it('has in Salesforce what billing says', () => {
    const told = of('Billing_Subscription__c').map((row) => [
      row['Number__c'],
      {
        mrr: cents(row['MRR__c']),
        tcv: row['TCV__c'] === null ? null : cents(row['TCV__c']),
        currency: row['Currency_Code__c'],
      },
    ]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(truth.subscriptions));
    for (const balance of of('Billing_Balance__c')) {
      const currency = String(balance['Currency_Code__c']);
      expect(cents(balance['MRR__c'])).toBe(mrrIn(currency));
      expect(cents(balance['ARR__c'])).toBe(12 * mrrIn(currency));
      expect(cents(balance['Outstanding__c'])).toBe(truth.outstanding.get(currency) ?? 0);
    }
    const currencies = [...truth.subscriptions.values()].map(({ currency }) => currency);
    expect(of('Billing_Balance__c').map((row) => row['Currency_Code__c'])).toEqual(expect.arrayContaining(currencies));
  });

  it('is explained to the same figures', async () => {
    for (const [number, { mrr, tcv, currency }] of truth.subscriptions) {
      const { code, json, err } = await ops({ DATA_DIR: dataDir }, ['explain', number, '--json']);
      expect([code, err]).toEqual([0, '']);
      const [found] = json as { mrr: object; tcv: object | null; charges: { mrr: { amount: string } }[] }[];
      const amount = (minor: number) => ({ amount: expect.any(String) as string, currency, minor });
      const read = (told: object | null) =>
        told === null ? null : { ...told, minor: cents((told as { amount: string }).amount) };
      expect(read(found!.mrr)).toEqual(amount(mrr));
      expect(read(found!.tcv)).toEqual(tcv === null ? null : amount(tcv));
      expect(found!.charges.reduce((sum, charge) => sum + cents(charge.mrr.amount), 0)).toBe(mrr);
    }
  });

  it('shows them on the page', async () => {
    const { page, problems, close } = await openAccount(accountId);
    const main = of('Billing_Health__c')[0]?.['Currency_Code__c'];
    for (const balance of of('Billing_Balance__c')) {
      const currency = String(balance['Currency_Code__c']);
      const amounts = [mrrIn(currency), 12 * mrrIn(currency), truth.outstanding.get(currency) ?? 0];
      for (const [index, name] of ['mrr', 'arr', 'outstanding'].entries())
        // Nothing in a currency that is not the main one is left out.
        if (amounts[index]! > 0 || currency === main)
          expect(await figure(page, name)).toContain(onPage(amounts[index]!, currency));
    }
    const showAll = page.locator('c-billing-subscriptions').getByRole('button', { name: /^Show all/ });
    if ((await showAll.count()) > 0) await showAll.click();
    const panel = (await page.locator('c-billing-subscriptions').innerText()).replace(/\s+/g, ' ');
    for (const [number, { mrr, currency }] of truth.subscriptions) {
      expect(panel).toContain(number.startsWith('sub_') ? 'Stripe' : number);
      if (mrr > 0) expect(panel).toContain(onPage(mrr, currency));
    }
    if (truth.subscriptions.size === 0) expect(panel).toMatch(/no subscription/i);
    expect(problems()).toEqual([]);
    await close();
  });
});
