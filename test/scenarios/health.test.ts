import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { settled } from '../support/settled.ts';

const folder = mkdtempSync(join(tmpdir(), 'reporting-'));
const file = join(folder, 'reporting.json');
const DAY_MS = 86_400_000;
let story: Story;

function writeRates(date: string, rates: Record<string, string>): void {
  const bands = [
    { name: 'Mid-Market', from: '12000' },
    { name: 'Small', from: '0.01' },
  ];
  writeFileSync(
    file,
    JSON.stringify({ conversion: { currency: 'USD', date, rates }, tiers: { currency: 'USD', bands } }),
  );
}

beforeAll(async () => {
  writeRates('2026-11-01', { EUR: '1.0834' });
  story = await beginStory({ env: { REPORTING_FILE: file } });
});
afterAll(async () => {
  await story.end();
  rmSync(folder, { recursive: true });
});

/** The only row of an object that an Account has. */
function only(object: string, accountId: string) {
  const rows = story.rows(object, accountId);
  expect(rows, object).toHaveLength(1);
  return rows[0]!;
}
const health = (accountId: string) => only('Billing_Health__c', accountId);
const balance = (accountId: string) => only('Billing_Balance__c', accountId);
const dunning = (accountId: string) => only('Dunning_Case__c', accountId);
const account = (accountId: string) => story.stack.org.org.get('Account', accountId)!;
const reasons = (accountId: string) => String(health(accountId)['Reasons__c'] ?? '').split('\n');
const today = () => story.stack.clock.now().toISOString().slice(0, 10);

/** Waits for what no event tells. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`It never came to ${String(isSo)}`);
    await settled(story.stack);
  }
  await settled(story.stack);
}

/** Moves business time, for all systems, and waits for what nothing but the calendar tells. */
async function goTo(days: number, isSo: () => boolean): Promise<void> {
  story.stack.clock.setOffset(days * DAY_MS);
  await until(isSo);
}

describe('a customer of Zuora', () => {
  it('that fails payments, goes overdue, cancels, pays and leaves is told rightly each time', async () => {
    const accountId = await story.account('From good to gone');
    const number = await story.zuora.account('From good to gone', 'EUR', accountId);
    const plan = await story.zuora.ratePlan('Platform', 'EUR', [
      { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
    ]);
    const began = today();
    const subscription = await story.zuora.subscribe(number, plan, { start: began, months: 12, quantity: 25 });
    await story.zuora.bill(number, began);
    await settled(story.stack);
    expect(health(accountId)).toMatchObject({
      Score__c: 100,
      Tier__c: 'Healthy',
      Churn_Risk__c: 'Low',
      Churn_Risk_Score__c: 0,
      Recommended_Action__c: 'Nothing needs to be done.',
    });
    // Zuora bills a part of a month up to its bill cycle day.
    const owed = Number(only('Billing_Invoice__c', accountId)['Amount__c']);
    expect(owed).toBeGreaterThan(0);
    expect(balance(accountId)).toMatchObject({
      Outstanding__c: owed,
      Not_Due__c: owed,
      Days_1_30__c: 0,
      Lifetime_Value__c: 0,
      ARR_Converted__c: 45_502.8,
      Outstanding_Converted__c: expect.closeTo(owed * 1.0834, 2),
    });
    expect(account(accountId)).toMatchObject({
      Subscription_Health__c: 'Healthy',
      Billing_ARR__c: 42_000,
      Billing_ARR_Converted__c: 45_502.8,
      Billing_Converted_Currency__c: 'USD',
      Billing_Rates_Date__c: '2026-11-01',
      Billing_Converted_Note__c: 'EUR 42,000.00 at 1.0834, by rates of 1 Nov 2026.',
      Billing_Tier__c: 'Mid-Market',
    });
    expect(story.rows('Dunning_Case__c', accountId)).toEqual([]);

    await story.zuora.failPayment(number);
    await settled(story.stack);
    const invoice = only('Billing_Invoice__c', accountId);
    expect(dunning(accountId)).toMatchObject({
      Key__c: `zuora:dunning:${String(invoice['Number__c'])}`,
      Billing_Invoice__c: invoice['Id'],
      Status__c: 'Open',
      Attempts__c: 1,
      Balance__c: owed,
    });
    expect(dunning(accountId)['Decline_Reason__c']).toBeTruthy();
    expect(account(accountId)).toMatchObject({ Billing_Status__c: 'In Dunning' });
    const failed = Number(health(accountId)['Score__c']);
    expect(failed).toBeLessThan(100);

    await goTo(35, () => balance(accountId)['Days_1_30__c'] === owed);
    expect(balance(accountId)).toMatchObject({ Outstanding__c: owed, Overdue__c: owed, Not_Due__c: 0 });
    expect(reasons(accountId)).toContainEqual(
      expect.stringMatching(/^-10: EUR [\d,.]+ is overdue, the oldest for 1 to 30 days/),
    );
    const overdue = Number(health(accountId)['Score__c']);
    expect(overdue).toBeLessThan(failed);

    await goTo(65, () => balance(accountId)['Days_31_60__c'] === owed);
    expect(balance(accountId)['Days_1_30__c']).toBe(0);
    expect(Number(health(accountId)['Score__c'])).toBe(overdue - 10);

    const leaves = new Date(story.stack.clock.now().getTime() + 10 * DAY_MS).toISOString().slice(0, 10);
    await story.zuora.cancel(number, subscription, leaves);
    await settled(story.stack);
    expect(account(accountId)).toMatchObject({ Churn_Risk__c: 'High' });
    expect(reasons(accountId)).toContainEqual(expect.stringMatching(/^-40: Everything is canceled/));

    await story.zuora.pay(number);
    await settled(story.stack);
    expect(dunning(accountId)).toMatchObject({
      Status__c: 'Closed',
      Stage__c: 'Recovered',
      Balance__c: 0,
      Amount__c: owed,
      Next_Step__c: null,
      Outcome__c: expect.stringMatching(/^Paid on /),
    });
    expect(balance(accountId)).toMatchObject({ Outstanding__c: 0, Days_31_60__c: 0, Lifetime_Value__c: owed });
    expect(health(accountId)).toMatchObject({ Score__c: 60, Tier__c: 'Watch', Churn_Risk_Score__c: 80 });

    await goTo(76, () => account(accountId)['Billing_Status__c'] === 'Churned');
    expect(health(accountId)).toMatchObject({ Score__c: 0, Tier__c: 'Churned' });
    expect(account(accountId)).toMatchObject({
      Subscription_Health__c: 'Churned',
      Churn_Risk__c: null,
      Churn_Risk_Score__c: null,
      Billing_ARR_Converted__c: 0,
      Billing_Tier__c: null,
      Billing_Lifetime_Value__c: owed,
    });
    await goTo(0, () => account(accountId)['Billing_Status__c'] !== 'Churned');
  }, 240_000);
});

describe('a customer of Stripe', () => {
  it('whose card is declined has a case that says what helps, until it pays', async () => {
    const accountId = await story.account('Declined');
    const customer = await story.stripe.customer('Declined', accountId);
    const price = await story.stripe.price({ name: 'Growth', amountMinor: 49_000, currency: 'usd' });
    await story.stripe.subscribe(customer, [{ price, quantity: 2 }]);
    await settled(story.stack);
    expect(account(accountId)).toMatchObject({ Subscription_Health__c: 'Healthy', Billing_Tier__c: 'Small' });

    await story.act('stripe', 'fail-payment', { customer, declineCode: 'insufficient_funds' });
    await settled(story.stack);
    expect(dunning(accountId)).toMatchObject({
      Status__c: 'Open',
      Stage__c: 'Retrying',
      Attempts__c: 1,
      Balance__c: 980,
    });
    expect(String(dunning(accountId)['Next_Step_At__c'])).toMatch(/^\d{4}-/);
    expect(health(accountId)).toMatchObject({ Score__c: 90, Churn_Risk_Score__c: 10 });

    // Stripe knows seconds: of two attempts within one nobody can tell which is the later.
    const { clock } = story.stack;
    clock.setOffset(clock.offsetMs + 2000);
    await story.act('stripe', 'fail-payment', { customer, declineCode: 'expired_card' });
    await settled(story.stack);
    expect(dunning(accountId)).toMatchObject({
      Stage__c: 'Customer Action',
      Attempts__c: 2,
      Decline_Code__c: 'expired_card',
    });
    expect(health(accountId)).toMatchObject({
      Score__c: 75,
      Recommended_Action__c: 'Ask the customer for another payment method: a further attempt does not help.',
    });

    clock.setOffset(clock.offsetMs + 2000);
    await story.act('stripe', 'pay-invoice', { customer });
    await settled(story.stack);
    expect(dunning(accountId)).toMatchObject({ Status__c: 'Closed', Stage__c: 'Recovered', Attempts__c: 3 });
    expect(health(accountId)['Score__c']).toBe(100);
    expect(balance(accountId)['Lifetime_Value__c']).toBe(1960);
  }, 120_000);
});

describe('other rates', () => {
  it('hold for every Account from the next start on, and one that is missing leaves no total', async () => {
    const accountId = await story.account('Two currencies');
    for (const currency of ['eur', 'usd']) {
      const customer = await story.stripe.customer(`In ${currency}`, accountId);
      const price = await story.stripe.price({ name: 'Growth', amountMinor: 10_000, currency });
      await story.stripe.subscribe(customer, [{ price, quantity: 1 }]);
    }
    await settled(story.stack);
    expect(account(accountId)).toMatchObject({ Billing_ARR_Converted__c: 2500.08, Billing_Tier__c: 'Small' });

    for (const [rates, total, tier, note] of [
      [{ EUR: '10' }, 13_200, 'Mid-Market', 'EUR 1,200.00 at 10 + USD 1,200.00, by rates of 1 Dec 2026.'],
      [{ CHF: '10' }, null, null, 'Not converted: the rates of 1 Dec 2026 have none for EUR.'],
    ] as const) {
      writeRates('2026-12-01', rates);
      await story.stack.backend.stop('SIGTERM');
      story.stack.backend = await startBackend(story.stack.env);
      await until(() => account(accountId)['Billing_Converted_Note__c'] === note);
      expect(account(accountId)).toMatchObject({
        Billing_ARR__c: 1200,
        Billing_ARR_Converted__c: total,
        Billing_Tier__c: tier,
        Billing_Rates_Date__c: '2026-12-01',
      });
    }
    const converted = story.rows('Billing_Balance__c', accountId).map((row) => row['ARR_Converted__c']);
    expect(converted.toSorted()).toEqual([1200, null]);
  }, 240_000);
});
