import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unknownWordsOf } from '../../server/domain/account/unknownWords.ts';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import { explain, explanationInWords } from '../../server/domain/metrics/explain.ts';
import type { Subscription } from '../../server/domain/subscription/subscription.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { testCard } from '../simulators/zuora/testClient.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: ZuoraRig;
let account: string;

beforeEach(async () => {
  rig = await startZuoraRig();
  account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
});
afterEach(() => rig.close());

const accountRow = () => rig.bench.rowsOf('Billing_Account__c', ACCOUNT)[0]!.fields;
const balance = () => rig.bench.rowsOf('Billing_Balance__c', ACCOUNT)[0]!.fields;
const unknown = (): string[] =>
  [...rig.bench.mirror.records.values()].flatMap(({ body }) => unknownWordsOf(body as BillingObject));

/** An electronic payment of 100 US dollars for an invoice of as much. */
async function paid(): Promise<{ key: string; invoice: string }> {
  const { id: paymentMethodId } = await rig.client.post('/v1/payment-methods', { accountKey: account, ...testCard() });
  const invoice = await rig.client.post('/v1/invoices', {
    accountId: rig.sim.tenant.account(account).id,
    invoiceDate: '2026-11-21',
    dueDate: '2026-11-21',
    status: 'Posted',
    invoiceItems: [{ amount: 100, chargeName: 'Fee', serviceStartDate: '2026-11-21' }],
  });
  const made = await rig.client.post('/v1/payments', {
    accountNumber: account,
    amount: 100,
    currency: 'USD',
    type: 'Electronic',
    paymentMethodId,
    invoices: [{ invoiceId: invoice.id, amount: 100 }],
  });
  return { key: `zuora:payment:${String(made.number)}`, invoice: String(invoice.invoiceNumber) };
}

test.each([
  ['Active', 'Active', []],
  ['Draft', 'Draft', []],
  ['Canceled', 'Canceled', []],
  ['Frozen', 'Frozen', ['billing account status']],
])('an account of status %s shows as %s', async (status, shown, counted) => {
  Object.assign(rig.sim.tenant.account(account), { status });
  await rig.readAnew(account);
  expect(accountRow()['Status__c']).toBe(shown);
  expect(unknown()).toEqual(counted);
});

test.each([
  ['Draft', 'Pending', 0, []],
  ['Processing', 'Pending', 0, []],
  ['Pending', 'Pending', 0, []],
  ['Processed', 'Succeeded', 100, []],
  ['Posted', 'Succeeded', 100, []],
  ['Error', 'Failed', 0, []],
  ['Canceled', 'Canceled', 0, []],
  ['Voided', 'Canceled', 0, []],
  // Whether the money came in is not known, so that it counts neither as received nor as failed.
  ['UnderReview', 'UnderReview', 0, ['payment status']],
])('a payment of status %s shows as %s, and %d of its 100 as received', async (status, shown, received, counted) => {
  const { key } = await paid();
  Object.assign(rig.sim.tenant.data.payments[0]!, { status });
  await rig.readAnew(account);
  expect(rig.bench.row('Billing_Payment__c', key)).toMatchObject({ Status__c: shown, Amount__c: 100 });
  expect(balance()['Lifetime_Value__c']).toBe(received);
  expect(unknown()).toEqual(counted);
});

test('a payment of a status that nobody knows is no attempt that failed, no news, and no end that a callout told', async () => {
  const { key, invoice } = await paid();
  const [payment] = rig.sim.tenant.data.payments;
  const [open] = rig.sim.tenant.data.invoices;
  Object.assign(payment!, { status: 'UnderReview', applications: [], appliedAmount: 0 });
  Object.assign(open!, { balance: 100 });
  await rig.readAnew(account);
  expect(rig.bench.rowsOf('Dunning_Case__c', ACCOUNT)).toEqual([]);
  expect(rig.bench.row('Account', ACCOUNT)).toMatchObject({
    Billing_Status__c: 'No Subscription',
    Billing_Last_Payment_Date__c: null,
    Billing_Outstanding__c: 100,
  });
  const kinds = rig.bench.rowsOf('Billing_Event__c', ACCOUNT).map(({ fields }) => fields['Kind__c']);
  expect(kinds).not.toContain('Payment Received');
  expect(kinds).not.toContain('Payment Failed');

  // What it became in the end is read once it is told, although the payment is known under that number.
  Object.assign(payment!, { status: 'Error', gatewayResponseCode: 'insufficient_funds', updatedDate: Date.now() });
  rig.bench.receive([
    {
      connection: 'zuora',
      eventId: 'declined',
      kind: 'PaymentDeclined',
      key: `zuora:account:${rig.sim.tenant.account(account).id}`,
      occurredAt: null,
      payload: { paymentNumber: payment!.number, invoiceNumber: invoice },
    },
  ]);
  await rig.work();
  expect(rig.bench.row('Billing_Payment__c', key)).toMatchObject({
    Status__c: 'Failed',
    Decline_Code__c: 'insufficient_funds',
  });
});

describe('a word of Zuora that nobody knows', () => {
  type Json = Record<string, unknown>;
  const id = () => rig.sim.tenant.account(account).id;

  /** Of 50 US dollars a month, billed. */
  beforeEach(async () => {
    const plan = await rig.zuora.ratePlan('Platform', 'USD', [
      { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
    ]);
    await rig.zuora.subscribe(account, plan, { start: '2026-11-01', months: 12, quantity: 5 });
    await rig.zuora.bill(account, '2026-11-21');
    await rig.work();
  });

  /** Has Zuora answer with its own answer, changed. */
  async function answerWith(asked: string, path: string, change: (answer: Json) => void): Promise<void> {
    const { body } = await rig.client.get(asked);
    const answer = JSON.parse(JSON.stringify(body)) as Json;
    change(answer);
    rig.sim.ctx.faults.set([{ path, status: 200, body: answer }]);
    await rig.readAnew(account);
  }
  const subscriptionsWith = (change: (subscription: Json) => void) =>
    answerWith(
      `/v1/subscriptions/accounts/${id()}?charge-detail=all-segments`,
      '^/v1/subscriptions/accounts/',
      (answer) => (answer['subscriptions'] as Json[]).forEach(change),
    );
  const chargesWith = (change: (charge: Json) => void) =>
    subscriptionsWith((one) => {
      const charges = (one['ratePlans'] as Json[]).flatMap((plan) => plan['ratePlanCharges'] as Json[]);
      charges
        .flatMap((charge) => [charge, ...((charge['chargeSegments'] as Json[] | undefined) ?? [])])
        .forEach(change);
    });
  const invoicesWith = (more: Json) =>
    answerWith(`/object-query/invoices?filter[]=accountid.EQ:${id()}`, '^/object-query/invoices$', (answer) =>
      (answer['data'] as Json[]).forEach((invoice) => Object.assign(invoice, more)),
    );
  const subscriptionRow = () => rig.bench.rowsOf('Billing_Subscription__c', ACCOUNT)[0]!.fields;

  test('for the status of a subscription stands as it came: it earns nothing, is not live, has not ended, and says so', async () => {
    expect(subscriptionRow()).toMatchObject({ Status__c: 'Active', MRR__c: 50 });
    await subscriptionsWith((one) => Object.assign(one, { status: 'Hibernating' }));
    expect(subscriptionRow()).toMatchObject({
      Status__c: 'Hibernating',
      MRR__c: 0,
      ARR__c: 0,
      MRR_Reason__c: 'Its status Hibernating is not known here: does not count.',
      Next_Renewal_Date__c: null,
    });
    expect(rig.bench.rowsOf('Billing_Charge__c', ACCOUNT)[0]!.fields).toMatchObject({
      MRR__c: 0,
      MRR_Reason__c: 'Its status Hibernating is not known here: does not count.',
    });
    const told = rig.bench.row('Account', ACCOUNT);
    expect(told).toMatchObject({ Billing_MRR__c: 0 });
    expect(rig.bench.rowsOf('Billing_Health__c', ACCOUNT)[0]!.fields['Status__c']).not.toBe('Churned');
    expect(unknown()).toEqual(['subscription status']);
    const body = rig.bench.mirror.records.get(`zuora:subscription:${String(subscriptionRow()['Number__c'])}`)!.body;
    const lines = explanationInWords(explain(body as Subscription, calendarDate('2026-11-21')));
    expect(lines.join('\n')).toContain('Its status Hibernating is not known here: does not count.');
    rig.sim.ctx.faults.set([]);
    await rig.readAnew(account);
    expect(subscriptionRow()).toMatchObject({ Status__c: 'Active', MRR__c: 50 });
  });

  test('for the status of a part of its life is counted, and the parts that are known hold', async () => {
    await subscriptionsWith((one) =>
      Object.assign(one, {
        statusHistory: [
          { status: 'Hibernating', startDate: '2026-10-01', endDate: '2026-11-01' },
          { status: 'Active', startDate: '2026-11-01', endDate: null },
        ],
      }),
    );
    expect(subscriptionRow()).toMatchObject({ Status__c: 'Active', MRR__c: 50 });
    expect(unknown()).toEqual(['subscription status']);
  });

  test('for its term leaves its MRR, and tells no value of a contract whose end nobody knows', async () => {
    expect(subscriptionRow()).toMatchObject({ Term_Type__c: 'Termed', TCV__c: 600 });
    await subscriptionsWith((one) => Object.assign(one, { termType: 'ROLLING' }));
    expect(subscriptionRow()).toMatchObject({ Term_Type__c: 'ROLLING', Status__c: 'Active', MRR__c: 50, TCV__c: null });
    expect(unknown()).toEqual(['term type']);
  });

  test.each([
    ['Draft', 'Draft', 0, []],
    ['PendingForTax', 'Draft', 0, []],
    ['Generating', 'Draft', 0, []],
    ['CancelInProgress', 'Draft', 0, []],
    ['Canceled', 'Void', 0, []],
    ['Error', 'Void', 0, []],
    ['Posted', 'Open', 50, []],
    // Whether it is owed is not known, so that it is neither open nor paid.
    ['Half-posted', 'Half-posted', 0, ['invoice status']],
  ])('for the status of an invoice: %s shows as %s, and %d of it as owed', async (status, shown, owed, counted) => {
    await rig.act('fail-payment', { account, code: 'insufficient_funds' });
    await invoicesWith({ status, balance: 50, amount: 50 });
    expect(rig.bench.rowsOf('Billing_Invoice__c', ACCOUNT)[0]!.fields).toMatchObject({
      Status__c: shown,
      Amount__c: 50,
      Balance__c: owed,
    });
    expect(balance()).toMatchObject({ Outstanding__c: owed, Overdue__c: 0 });
    expect(unknown()).toEqual(counted);
    if (counted.length === 0) return;
    const cases = rig.bench.rowsOf('Dunning_Case__c', ACCOUNT).map(({ fields }) => fields['Status__c']);
    expect(cases.filter((one) => one !== 'Removed')).toEqual([]);
    expect(rig.bench.row('Account', ACCOUNT)['Billing_Status__c']).not.toBe('In Dunning');
    const events = rig.bench.rowsOf('Billing_Event__c', ACCOUNT).map(({ fields }) => fields);
    expect(events.find((one) => one['Kind__c'] === 'Invoice In Unknown State')?.['Sentence__c']).toContain(
      'has the state Half-posted, which is not known here: it counts neither as owed nor as paid',
    );
    expect(events.some((one) => one['Kind__c'] === 'Invoice Posted')).toBe(false);
  });

  test('for the state of an invoice is no end that a callout told: it is read again', async () => {
    const [invoice] = rig.sim.tenant.data.invoices;
    await invoicesWith({ status: 'Half-posted' });
    const row = () => rig.bench.row('Billing_Invoice__c', `zuora:invoice:${invoice!.invoiceNumber}`);
    expect(row()['Status__c']).toBe('Half-posted');
    rig.sim.ctx.faults.set([]);
    rig.bench.receive([
      {
        connection: 'zuora',
        eventId: 'posted',
        kind: 'InvoicePosted',
        key: `zuora:account:${id()}`,
        occurredAt: null,
        payload: { invoiceNumber: invoice!.invoiceNumber },
      },
    ]);
    await rig.work();
    expect(row()).toMatchObject({ Status__c: 'Open', Balance__c: 50 });
  });

  test('for the bands of a price, or its billing period, counts nothing and shows the word', async () => {
    const tiers = [{ tier: 1, startingUnit: 0, endingUnit: null, price: 10, priceFormat: 'Per Dozen' }];
    await chargesWith((charge) => Object.assign(charge, { model: 'Tiered', tiers, price: null }));
    expect(subscriptionRow()).toMatchObject({ MRR__c: 0 });
    expect(String(subscriptionRow()['MRR_Reason__c'])).toContain('Per Dozen is not known here');
    expect(unknown()).toEqual(['charge model']);
    rig.sim.ctx.faults.set([]);
    await chargesWith((charge) => Object.assign(charge, { billingPeriod: 'Leap_Year' }));
    expect(subscriptionRow()).toMatchObject({ MRR__c: 0, Billing_Interval__c: 'Leap_Year' });
    expect(unknown()).toEqual(['billing interval']);
  });

  test.each([
    [{ discountLevel: 'galaxy' }, 'galaxy', 'charge model'],
    [{ applyDiscountTo: 'SEASONAL' }, 'SEASONAL', 'charge model'],
    [{ billingPeriod: 'Leap_Year' }, 'Leap_Year', 'billing interval'],
  ])('for what a discount reduces (%o) leaves no price of which it may be a part', async (more, word, counted) => {
    const discount = {
      model: 'Discount-Percentage',
      number: 'C-99',
      name: 'Launch',
      price: null,
      discountPercentage: 10,
      discountLevel: 'subscription',
      applyDiscountTo: 'RECURRING',
      chargeSegments: null,
    };
    const add = (extra: object) =>
      subscriptionsWith((one) => {
        const [plan] = one['ratePlans'] as { ratePlanCharges: Json[] }[];
        plan!.ratePlanCharges.push({ ...plan!.ratePlanCharges[0], ...discount, ...extra });
      });
    await add({});
    expect(subscriptionRow()).toMatchObject({ MRR__c: 45 });
    rig.sim.ctx.faults.set([]);
    await add(more);
    expect(subscriptionRow()).toMatchObject({ Status__c: 'Active', MRR__c: 0 });
    expect(String(subscriptionRow()['MRR_Reason__c'])).toContain(`${word} of the discount`);
    expect(unknown()).toEqual([counted]);
  });
});

test('usage in a state that nobody knows is left out of the quantity, and said to be', async () => {
  const plan = await rig.zuora.ratePlan('Calls', 'USD', [
    { name: 'Calls', kind: 'overage', price: '0.01', included: 1000, uom: 'API call' },
  ]);
  await rig.zuora.subscribe(account, plan, { start: '2026-11-01', months: 12 });
  for (const quantity of [400, 70]) await rig.act('record-usage', { account, uom: 'API call', quantity });
  await rig.readAnew(account);
  const usage = () => rig.bench.rowsOf('Usage__c', ACCOUNT)[0]!.fields;
  expect(usage()).toMatchObject({ Quantity__c: 470, Left_Out__c: null });
  const record = rig.sim.tenant.data.usages.find(({ quantity }) => Number(quantity) === 70)!;
  Object.assign(record, { status: 'Disowned' });
  rig.sim.tenant.touch();
  await rig.readAnew(account);
  expect(usage()).toMatchObject({ Quantity__c: 400 });
  expect(usage()['Left_Out__c']).toBe('70 API call in the state Disowned, which is not known here.');
  expect(unknown()).toEqual(['usage status']);
});

test('usage by a period of which nobody knows the length has no quantity, and the period is counted', async () => {
  const plan = await rig.zuora.ratePlan('Calls', 'USD', [
    { name: 'Calls', kind: 'overage', price: '0.01', included: 1000, uom: 'API call' },
  ]);
  await rig.zuora.subscribe(account, plan, { start: '2026-11-01', months: 12 });
  await rig.act('record-usage', { account, uom: 'API call', quantity: 400 });
  const path = `/v1/subscriptions/accounts/${rig.sim.tenant.account(account).id}`;
  const { body } = await rig.client.get(`${path}?charge-detail=all-segments`);
  const answer = JSON.stringify(body).replaceAll('"billingPeriod":"Month"', '"billingPeriod":"Leap_Year"');
  expect(answer).toContain('Leap_Year');
  rig.sim.ctx.faults.set([{ path: `^${path}$`, status: 200, body: JSON.parse(answer) as object }]);
  await rig.readAnew(account);
  expect(rig.bench.rowsOf('Usage__c', ACCOUNT).filter(({ fields }) => fields['Status__c'] !== 'Removed')).toEqual([]);
  expect(unknown()).toContain('billing interval');
});
