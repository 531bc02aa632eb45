import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { metric, settled } from '../support/settled.ts';

let story: Story;

beforeAll(async () => {
  story = await beginStory();
});
afterAll(() => story.end());

/** The only row of an object that an Account has. */
function only(object: string, accountId: string) {
  const rows = story.rows(object, accountId);
  expect(rows, object).toHaveLength(1);
  return rows[0]!;
}

function health(accountId: string) {
  return only('Billing_Health__c', accountId);
}

async function stripeCustomer(
  name: string,
  quantity = 2,
): Promise<{ accountId: string; customer: string; subscription: string }> {
  const accountId = await story.account(name);
  const customer = await story.stripe.customer(name, accountId);
  const price = await story.stripe.price({ name: 'Growth', amountMinor: 49_000, currency: 'usd' });
  const subscription = await story.stripe.subscribe(customer, [{ price, quantity }]);
  await settled(story.stack);
  return { accountId, customer, subscription: subscription.id };
}

async function zuoraCustomer(name: string): Promise<{ accountId: string; number: string; subscription: string }> {
  const accountId = await story.account(name);
  const number = await story.zuora.account(name, 'EUR', accountId);
  const plan = await story.zuora.ratePlan('Platform', 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
  ]);
  const today = new Date().toISOString().slice(0, 10);
  const subscription = await story.zuora.subscribe(number, plan, { start: today, months: 12, quantity: 25 });
  await story.zuora.bill(number, today);
  await settled(story.stack);
  return { accountId, number, subscription };
}

describe('a customer of Stripe', () => {
  it('is on the Account with what was bought, billed and paid', async () => {
    const { accountId, customer, subscription } = await stripeCustomer('Stripe only');
    expect(only('Billing_Account__c', accountId)).toMatchObject({
      Key__c: `stripe:account:${customer}`,
      Name: 'Stripe only',
      Source__c: 'Stripe',
    });
    expect(only('Billing_Subscription__c', accountId)).toMatchObject({
      Key__c: `stripe:subscription:${subscription}`,
      Status__c: 'Active',
      Plan__c: 'Growth',
      MRR__c: 980,
      ARR__c: 11_760,
    });
    expect(only('Billing_Invoice__c', accountId)).toMatchObject({ Status__c: 'Paid', Amount__c: 980, Balance__c: 0 });
    expect(only('Billing_Payment__c', accountId)).toMatchObject({ Status__c: 'Succeeded', Amount__c: 980 });
    expect(only('Billing_Balance__c', accountId)).toMatchObject({
      Currency_Code__c: 'USD',
      MRR__c: 980,
      Outstanding__c: 0,
    });
    expect(story.stack.org.org.get('Account', accountId)).toMatchObject({
      Billing_Status__c: 'Good Standing',
      Billing_MRR__c: 980,
      Billing_Currency__c: 'USD',
    });
  });

  it('has the lines of its invoice and the credit note that corrects it, each with its invoice', async () => {
    const { accountId, customer, subscription } = await stripeCustomer('Credited in Stripe', 3);
    const { stripe } = story.stripe;
    const [paid] = (await stripe.invoices.list({ customer })).data;
    await stripe.creditNotes.create({
      invoice: paid!.id!,
      amount: 49_000,
      refund_amount: 49_000,
      memo: 'One seat back',
    });
    await settled(story.stack);

    const invoice = only('Billing_Invoice__c', accountId);
    expect(only('Billing_Invoice_Item__c', accountId)).toMatchObject({
      Key__c: `stripe:invoiceitem:${paid!.lines.data[0]!.id}`,
      Billing_Invoice__c: invoice['Id'],
      Billing_Subscription__c: only('Billing_Subscription__c', accountId)['Id'],
      Subscription_Number__c: subscription,
      Kind__c: 'Charge',
      Quantity__c: 3,
      Unit_Price__c: 490,
      Amount__c: 1470,
      Tax__c: 0,
    });
    expect(only('Billing_Credit_Memo__c', accountId)).toMatchObject({
      Billing_Invoice__c: invoice['Id'],
      Status__c: 'Posted',
      Kind__c: 'Credit',
      Amount__c: 490,
      Refunded__c: 490,
      Applied__c: 0,
      Comment__c: 'One seat back',
    });
  });

  it('falls into dunning by a failed payment and comes out of it by paying', async () => {
    const { accountId, customer } = await stripeCustomer('Declined in Stripe');
    await story.act('stripe', 'fail-payment', { customer, declineCode: 'insufficient_funds' });
    await settled(story.stack);
    expect(health(accountId)['Status__c']).toBe('In Dunning');
    const failed = story.rows('Billing_Payment__c', accountId).find((row) => row['Status__c'] === 'Failed')!;
    expect(failed).toMatchObject({ Amount__c: 980, Decline_Code__c: 'insufficient_funds' });
    expect(failed['Decline_Reason__c']).toMatch(/not enough money/);
    expect(only('Billing_Subscription__c', accountId)['Status__c']).toBe('Past Due');
    expect(only('Billing_Balance__c', accountId)['Outstanding__c']).toBe(980);

    await story.act('stripe', 'pay-invoice', { customer });
    await settled(story.stack);
    expect(health(accountId)['Status__c']).toBe('Good Standing');
    expect(only('Billing_Balance__c', accountId)['Outstanding__c']).toBe(0);
  });

  it('changes with an upgrade and a cancellation, which remove nothing', async () => {
    const { accountId, customer, subscription } = await stripeCustomer('Comes and goes');
    await story.act('stripe', 'upgrade', { subscription, quantity: 5 });
    await settled(story.stack);
    expect(only('Billing_Subscription__c', accountId)).toMatchObject({ MRR__c: 2450, Quantity__c: 5 });
    await story.act('stripe', 'cancel', { subscription });
    await settled(story.stack);
    expect(only('Billing_Subscription__c', accountId)).toMatchObject({ Status__c: 'Canceled', MRR__c: 0 });
    expect(health(accountId)['Status__c']).toBe('Churned');
    expect(only('Billing_Account__c', accountId)['Number__c']).toBe(customer);
  });

  it('that was deleted leaves rows marked Removed with amounts zero, and a late update does not bring it back', async () => {
    const { accountId, customer } = await stripeCustomer('Deleted');
    await story.stripe.stripe.customers.del(customer);
    await settled(story.stack);
    expect(only('Billing_Subscription__c', accountId)).toMatchObject({ Status__c: 'Removed', MRR__c: 0, ARR__c: 0 });
    expect(only('Billing_Account__c', accountId)).toMatchObject({ Status__c: 'Removed', Balance__c: 0 });
    expect(only('Billing_Invoice_Item__c', accountId)).toMatchObject({
      Status__c: 'Removed',
      Amount__c: 0,
      Quantity__c: 0,
    });
    expect(story.stack.org.org.get('Account', accountId)!['Billing_MRR__c']).toBe(0);
  });
});

describe('a customer of Zuora', () => {
  it('is on the Account in its own currency, and a declined payment is told with its reason', async () => {
    const { accountId, number, subscription } = await zuoraCustomer('Zuora only');
    expect(only('Billing_Subscription__c', accountId)).toMatchObject({
      Key__c: `zuora:subscription:${subscription}`,
      Status__c: 'Active',
      MRR__c: 3500,
      TCV__c: 42_000,
      Currency_Code__c: 'EUR',
    });
    const invoice = only('Billing_Invoice__c', accountId);
    expect(invoice['Status__c']).toBe('Open');
    expect(only('Billing_Invoice_Item__c', accountId)).toMatchObject({
      Billing_Invoice__c: invoice['Id'],
      Subscription_Number__c: subscription,
      Description__c: 'Platform: Seats',
      Quantity__c: 25,
      Amount__c: invoice['Amount__c'],
      Currency_Code__c: 'EUR',
    });
    const ofInvoice = story.stack.zuora.tenant.data.invoices.find((one) => one.invoiceNumber === invoice['Number__c'])!;
    Object.assign(ofInvoice.items[0]!, { processingType: 'StoredValue' });
    await story.act('zuora', 'fail-payment', { account: number });
    await settled(story.stack);
    expect(health(accountId)['Status__c']).toBe('In Dunning');
    // A word that nobody knows is shown as it is, and counted.
    expect(only('Billing_Invoice_Item__c', accountId)['Kind__c']).toBe('StoredValue');
    expect(await metric(story.stack.backend.url, 'billing360_unknown_words_total')).toBeGreaterThan(0);
    expect(only('Billing_Payment__c', accountId)).toMatchObject({
      Status__c: 'Failed',
      Decline_Code__c: 'insufficient_funds',
    });

    await story.act('zuora', 'pay-invoice', { account: number });
    await settled(story.stack);
    expect(only('Billing_Invoice__c', accountId)).toMatchObject({ Status__c: 'Paid', Balance__c: 0 });
    expect(health(accountId)['Status__c']).toBe('Good Standing');
  });
});

describe('an Account billed in both systems', () => {
  it('has the rows of both, and totals that never add two currencies', async () => {
    const { accountId, number } = await zuoraCustomer('Both systems');
    const customer = await story.stripe.customer('Both systems, self-serve', accountId);
    const price = await story.stripe.price({ name: 'Seats', amountMinor: 2_900, currency: 'usd' });
    await story.stripe.subscribe(customer, [{ price, quantity: 12 }]);
    await settled(story.stack);
    expect(
      story
        .rows('Billing_Account__c', accountId)
        .map((row) => row['Number__c'])
        .toSorted(),
    ).toEqual([number, customer].toSorted());
    const mrr = story.rows('Billing_Balance__c', accountId).map((row) => [row['Currency_Code__c'], row['MRR__c']]);
    expect(Object.fromEntries(mrr)).toEqual({ EUR: 3500, USD: 348 });
    expect(story.stack.org.org.get('Account', accountId)).toMatchObject({
      Billing_Currency__c: 'EUR',
      Billing_MRR__c: 3500,
    });
  });
});

describe('a billing account that names no Account', () => {
  it('is kept, counted in /metrics, and shown as soon as it names one', async () => {
    const before = await metric(story.stack.backend.url, 'billing360_billing_accounts_without_account');
    const customer = await story.stripe.customer('Nobody yet', null);
    const price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
    await story.stripe.subscribe(customer, [{ price }]);
    await settled(story.stack);
    expect(await metric(story.stack.backend.url, 'billing360_billing_accounts_without_account')).toBe(before + 1);

    const accountId = await story.account('Somebody now');
    await story.stripe.stripe.customers.update(customer, { metadata: { salesforce_account_id: accountId } });
    await settled(story.stack);
    expect(only('Billing_Subscription__c', accountId)['MRR__c']).toBe(10);
    expect(await metric(story.stack.backend.url, 'billing360_billing_accounts_without_account')).toBe(before);
  });

  it('moves with all its rows when it names another one', async () => {
    const { accountId, customer } = await stripeCustomer('First owner');
    const other = await story.account('Second owner');
    await story.stripe.stripe.customers.update(customer, { metadata: { salesforce_account_id: other } });
    await settled(story.stack);
    expect(story.rows('Billing_Subscription__c', accountId)).toEqual([]);
    expect(only('Billing_Subscription__c', other)['MRR__c']).toBe(980);
    expect(story.rows('Billing_Invoice_Item__c', accountId)).toEqual([]);
    expect(only('Billing_Invoice_Item__c', other)).toMatchObject({ Status__c: 'Current', Amount__c: 980 });
    expect(story.stack.org.org.get('Account', accountId)!['Billing_MRR__c']).toBe(0);
  });
});

describe('time', () => {
  it('makes an invoice overdue with no event', async () => {
    const { accountId } = await zuoraCustomer('Pays late');
    expect(health(accountId)['Status__c']).not.toBe('Overdue');
    story.stack.clock.setOffset(35 * 86_400_000);
    const deadline = Date.now() + 15_000;
    while (health(accountId)['Status__c'] !== 'Overdue') {
      if (Date.now() > deadline) throw new Error(`Still ${String(health(accountId)['Status__c'])} 35 days later`);
      await settled(story.stack);
    }
    expect(only('Billing_Balance__c', accountId)['Overdue__c']).toBeGreaterThan(0);
    story.stack.clock.setOffset(0);
  });
});

describe('the backend', () => {
  it('loses nothing that it acknowledged when it is killed, and hears what it missed meanwhile', async () => {
    const { accountId, subscription } = await stripeCustomer('Survives');
    await story.stack.backend.stop('SIGKILL');
    await story.stripe.stripe.subscriptions.update(subscription, { metadata: { note: 'while it was down' } });
    await story.act('stripe', 'upgrade', { subscription, quantity: 9 });
    story.stack.backend = await startBackend(story.stack.env);
    await settled(story.stack);
    expect(only('Billing_Subscription__c', accountId)).toMatchObject({ Quantity__c: 9, MRR__c: 4410 });
  });

  it('stops cleanly at SIGTERM', async () => {
    expect(await story.stack.backend.stop('SIGTERM')).toBe(0);
    story.stack.backend = await startBackend(story.stack.env);
  });
});
