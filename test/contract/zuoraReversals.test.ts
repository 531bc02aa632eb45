import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testCard } from '../simulators/zuora/testClient.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: ZuoraRig;
let account: string;
let card: string;

beforeEach(async () => {
  rig = await startZuoraRig();
  account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
  const made = await rig.client.post('/v1/payment-methods', { accountKey: account, ...testCard() });
  card = String(made.id);
});
afterEach(() => rig.close());

/** A payment of 100 US dollars that pays nothing yet, so that it can be given back. */
async function paid(): Promise<string> {
  const body = { accountNumber: account, amount: 100, currency: 'USD', type: 'Electronic', paymentMethodId: card };
  const made = await rig.client.post('/v1/payments', body);
  await rig.readAnew(account);
  return String(made.number);
}

const refund = (payment: string, totalAmount: number, more: object = {}) =>
  rig.client.post(`/v1/payments/${payment}/refunds`, { totalAmount, type: 'Electronic', ...more });
const rowOf = (payment: string) => rig.bench.row('Billing_Payment__c', `zuora:payment:${payment}`);

describe('a refund', () => {
  test('by the gateway is told by its callout, in part and then as a whole, with its reason', async () => {
    const payment = await paid();
    expect(rowOf(payment)).toMatchObject({ Status__c: 'Succeeded', Refunded__c: 0, Disputed_Amount__c: 0 });
    await refund(payment, 40, { reasonCode: 'Standard Refund' });
    await rig.work();
    expect(rowOf(payment)).toMatchObject({
      Status__c: 'Partially Refunded',
      Amount__c: 100,
      Refunded__c: 40,
      Refund_Reason__c: 'Standard Refund.',
      Dispute_Status__c: null,
    });
    expect(String(rowOf(payment)['Refunded_At__c']).slice(0, 10)).toBe('2026-11-21');
    await refund(payment, 60);
    await rig.work();
    expect(rowOf(payment)).toMatchObject({ Status__c: 'Refunded', Refunded__c: 100 });
  });

  test('outside of the gateway is found by a sweep, and one that is canceled gives nothing back', async () => {
    const payment = await paid();
    const { cursor } = await rig.connection.changes.sweep(null, () => Promise.resolve());
    const made = await refund(payment, 25, {
      type: 'External',
      methodType: 'Check',
      refundDate: '2026-11-20',
      reasonCode: 'Customer Satisfaction',
    });
    const sweep = await rig.connection.changes.sweep(cursor, (events) => Promise.resolve(rig.bench.receive(events)));
    await rig.work();
    expect(rowOf(payment)).toMatchObject({ Refunded__c: 25, Refund_Reason__c: 'Customer Satisfaction.' });
    // The day that it is for, of which Zuora tells no time.
    expect(rowOf(payment)['Refunded_At__c']).toBe('2026-11-20T20:00:00.000Z');

    rig.clock.setOffset(rig.clock.now().getTime() + 60_000 - Date.now());
    await rig.client.call('PUT', `/v1/refunds/${String(made.id)}/cancel`, {});
    await rig.connection.changes.sweep(sweep.cursor, (events) => Promise.resolve(rig.bench.receive(events)));
    await rig.work();
    expect(rowOf(payment)).toMatchObject({
      Status__c: 'Succeeded',
      Refunded__c: 0,
      Refunded_At__c: null,
      Refund_Reason__c: null,
    });
  });

  test('that the gateway refused, or that it still works on, is told as that', async () => {
    const payment = await paid();
    await refund(payment, 10, { reasonCode: 'Overpaid' });
    await refund(payment, 20);
    const [first, second] = rig.sim.tenant.data.refunds;
    Object.assign(first!, { status: 'Processing' });
    Object.assign(second!, { status: 'Error', gatewayResponse: 'Account is closed' });
    await rig.readAnew(account);
    const told = String(rowOf(payment)['Refund_Reason__c']);
    expect(told).toContain('A refund of USD 20.00 failed: Account is closed.');
    expect(told).toContain('Overpaid; USD 10.00 is on its way.');
  });

  test('with the reason of a chargeback is a lost dispute as well', async () => {
    const payment = await paid();
    await refund(payment, 100, { type: 'External', methodType: 'CreditCard', reasonCode: 'Chargeback' });
    await rig.readAnew(account);
    expect(rowOf(payment)).toMatchObject({
      Status__c: 'Refunded',
      Dispute_Status__c: 'Lost',
      Dispute_Reason__c: 'Chargeback',
      Dispute_Due__c: null,
      Disputed_Amount__c: 100,
    });
  });

  test('with that reason, in a state that nobody knows, is a dispute in that state', async () => {
    const payment = await paid();
    await refund(payment, 100, { type: 'External', methodType: 'CreditCard', reasonCode: 'Chargeback' });
    Object.assign(rig.sim.tenant.data.refunds[0]!, { status: 'UnderReview' });
    await rig.readAnew(account);
    expect(rowOf(payment)).toMatchObject({ Dispute_Status__c: 'UnderReview', Disputed_Amount__c: 100 });
  });

  test('that a person gave with words of their own is none', async () => {
    const payment = await paid();
    await refund(payment, 100, { type: 'External', methodType: 'CreditCard', reasonCode: 'Standard Refund' });
    await rig.readAnew(account);
    expect(rowOf(payment)).toMatchObject({ Status__c: 'Refunded', Dispute_Status__c: null, Disputed_Amount__c: 0 });
  });

  test('of a credit memo belongs to the memo, and to no payment', async () => {
    const payment = await paid();
    const plan = await rig.zuora.ratePlan('Platform', 'USD', [
      { name: 'Seats', kind: 'perUnit', price: '30', period: 'Month' },
    ]);
    const charges = [{ amount: 30, productRatePlanChargeId: plan.charges[0]!.id }];
    await rig.client.post('/v1/creditmemos', { accountNumber: account, effectiveDate: '2026-11-21', charges });
    const [memo] = rig.sim.tenant.data.creditMemos;
    await rig.client.call('PUT', `/v1/creditmemos/${memo!.id}/post`, {});
    await rig.client.post(`/v1/creditmemos/${memo!.id}/refunds`, {
      totalAmount: 12,
      type: 'Electronic',
      paymentMethodId: card,
    });
    await rig.work();
    expect(rig.bench.row('Billing_Credit_Memo__c', `zuora:creditmemo:${memo!.number}`)).toMatchObject({
      Refunded__c: 12,
      Balance__c: 18,
    });
    expect(rowOf(payment)).toMatchObject({ Status__c: 'Succeeded', Refunded__c: 0, Refunded_At__c: null });
  });

  const refuse = (refusals: object[]) =>
    fetch(`${rig.sim.url}/__sim/refusals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refusals }),
    });
  const REFUSED = [{ method: 'GET', path: '^/v1/refunds', times: 100, code: 50000010 }];

  test('is absent where the tenant never told of any, and the payment is still right', async () => {
    await refuse(REFUSED);
    const payment = await paid();
    await refund(payment, 40, { reasonCode: 'Standard Refund' });
    await rig.readAnew(account);
    expect(rowOf(payment)).toMatchObject({
      Status__c: 'Partially Refunded',
      Refunded__c: 40,
      Refund_Reason__c: null,
      Disputed_Amount__c: null,
    });
  });

  test('stays as it was while refunds may not be read, and the one that came meanwhile is read once they may', async () => {
    const payment = await paid();
    await refund(payment, 40, { reasonCode: 'Standard Refund' });
    await rig.work();
    const before = rowOf(payment);
    expect(before).toMatchObject({ Refunded__c: 40, Refund_Reason__c: 'Standard Refund.' });
    const key = `zuora:account:${rig.sim.tenant.account(account).id}`;
    await refuse(REFUSED);
    await rig.readAnew(account);
    expect(rowOf(payment)).toEqual(before);

    await refund(payment, 10, { reasonCode: 'Overpaid' });
    await rig.work();
    // How much of it was given back the payment says itself.
    expect(rowOf(payment)).toMatchObject({ Refunded__c: 50, Refund_Reason__c: 'Standard Refund.' });
    expect(rig.bench.open(key)).toBe(1);
    expect(rig.bench.again.get(key)!.getTime() - rig.bench.realNow.getTime()).toBe(3_600_000);
    await refuse([]);
    await rig.bench.workAgain(key);
    expect(rig.bench.open(key)).toBe(0);
    expect(String(rowOf(payment)['Refund_Reason__c'])).toContain('Overpaid.');
  });

  test('costs one call for all payments of an account, and an account that never paid costs none', async () => {
    const refundsRead = () => rig.sim.ctx.calls.counts.get('GET /v1/refunds') ?? 0;
    await rig.readAnew(account);
    expect(refundsRead()).toBe(0);
    await paid();
    await paid();
    rig.sim.ctx.calls.clear();
    await rig.readAnew(account);
    expect(refundsRead()).toBe(1);
  });
});

describe('a chargeback', () => {
  const chargeback = (payment: string, body: object) =>
    rig.client.post(`/v1/gateway-settlement/payments/${payment}/chargeback`, body);
  const invoiceRow = () => rig.bench.rowsOf('Billing_Invoice__c', ACCOUNT)[0]!.fields;

  /** A payment that paid an invoice of 100 US dollars. */
  async function paidInvoice(): Promise<string> {
    const { id } = await rig.client.post('/v1/invoices', {
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
      paymentMethodId: card,
      invoices: [{ invoiceId: id, amount: 100 }],
    });
    await rig.readAnew(account);
    return String(made.number);
  }

  /** No event tells of it: what a sweep finds is worked. */
  async function sweepAfter(change: () => Promise<unknown>): Promise<void> {
    const { cursor } = await rig.connection.changes.sweep(null, () => Promise.resolve());
    await change();
    await rig.connection.changes.sweep(cursor, (events) => Promise.resolve(rig.bench.receive(events)));
    await rig.work();
  }

  test('takes the money of a paid invoice back: the dispute is on the payment, and the invoice is open again', async () => {
    const payment = await paidInvoice();
    expect(invoiceRow()).toMatchObject({ Status__c: 'Paid', Balance__c: 0 });
    expect(rowOf(payment)).toMatchObject({ Status__c: 'Succeeded', Dispute_Status__c: null, Disputed_Amount__c: 0 });
    await sweepAfter(() =>
      chargeback(payment, {
        amount: 100,
        gatewayReconciliationStatus: 'payment_failed',
        gatewayReconciliationReason: 'product_not_received',
      }),
    );
    expect(rowOf(payment)).toMatchObject({
      Status__c: 'Refunded',
      Amount__c: 100,
      Refunded__c: 100,
      Dispute_Status__c: 'Lost',
      Dispute_Reason__c: 'Product not received',
      Dispute_Due__c: null,
      Disputed_Amount__c: 100,
    });
    expect(invoiceRow()).toMatchObject({ Status__c: 'Open', Balance__c: 100 });
    // Taken once: neither as a refund and a loss, nor not at all.
    expect(rig.bench.rowsOf('Billing_Balance__c', ACCOUNT)[0]!.fields).toMatchObject({
      Lifetime_Value__c: 0,
      Outstanding__c: 100,
    });
  });

  test('of a part leaves the rest paid', async () => {
    const payment = await paidInvoice();
    await sweepAfter(() => chargeback(payment, { amount: 30 }));
    expect(rowOf(payment)).toMatchObject({
      Status__c: 'Partially Refunded',
      Refunded__c: 30,
      Dispute_Status__c: 'Lost',
      Dispute_Reason__c: 'Payment Reversal',
      Disputed_Amount__c: 30,
    });
    expect(invoiceRow()).toMatchObject({ Status__c: 'Open', Balance__c: 30 });
  });

  test('is known by what the gateway reported where the tenant has no reason code for it', async () => {
    const payment = await paidInvoice();
    await chargeback(payment, { amount: 100, gatewayReconciliationStatus: 'reversed' });
    Object.assign(rig.sim.tenant.data.refunds[0]!, { reasonCode: 'Standard Refund' });
    await rig.readAnew(account);
    expect(rowOf(payment)).toMatchObject({ Dispute_Status__c: 'Lost', Dispute_Reason__c: 'Standard Refund' });
    // A payment that never settled was disputed by nobody.
    Object.assign(rig.sim.tenant.data.refunds[0]!, { reasonCode: 'Payment Rejection' });
    await rig.readAnew(account);
    expect(rowOf(payment)).toMatchObject({ Status__c: 'Refunded', Dispute_Status__c: null, Disputed_Amount__c: 0 });
  });
});

describe('what the gateway tells of a payment later', () => {
  const tell = (payment: string, what: string, body: object = {}) =>
    rig.client.post(`/v1/gateway-settlement/payments/${payment}/${what}`, body);
  const invoiceRow = () => rig.bench.rowsOf('Billing_Invoice__c', ACCOUNT)[0]!.fields;

  async function paidInvoice(): Promise<string> {
    const { id } = await rig.client.post('/v1/invoices', {
      accountId: rig.sim.tenant.account(account).id,
      invoiceDate: '2026-11-21',
      dueDate: '2026-11-21',
      status: 'Posted',
      invoiceItems: [{ amount: 100, chargeName: 'Fee', serviceStartDate: '2026-11-21' }],
    });
    const paying = { type: 'Electronic', paymentMethodId: card, invoices: [{ invoiceId: id, amount: 100 }] };
    const made = await rig.client.post('/v1/payments', {
      accountNumber: account,
      amount: 100,
      currency: 'USD',
      ...paying,
    });
    await rig.readAnew(account);
    return String(made.number);
  }

  test('that it settled changes nothing of what people see', async () => {
    const payment = await paidInvoice();
    const before = rowOf(payment);
    await tell(payment, 'settle', { payoutId: 'PAYOUT123' });
    await rig.readAnew(account);
    expect(rowOf(payment)).toEqual(before);
    expect(invoiceRow()).toMatchObject({ Status__c: 'Paid', Balance__c: 0 });
  });

  test('that it was rejected makes it a failed one, with what the gateway said, and the invoice is open again', async () => {
    const payment = await paidInvoice();
    const { cursor } = await rig.connection.changes.sweep(null, () => Promise.resolve());
    await tell(payment, 'reject', { gatewayResponseCode: 'insufficient_funds', gatewayResponse: 'Insufficient funds' });
    await rig.connection.changes.sweep(cursor, (events) => Promise.resolve(rig.bench.receive(events)));
    await rig.work();
    expect(rowOf(payment)).toMatchObject({
      Status__c: 'Failed',
      Decline_Code__c: 'insufficient_funds',
      Amount__c: 100,
      // The money never came, so that none was given back, and nobody disputed it.
      Refunded__c: 0,
      Refund_Reason__c: null,
      Dispute_Status__c: null,
    });
    expect(invoiceRow()).toMatchObject({ Status__c: 'Open', Balance__c: 100 });
    expect(rig.bench.rowsOf('Billing_Balance__c', ACCOUNT)[0]!.fields).toMatchObject({
      Lifetime_Value__c: 0,
      Outstanding__c: 100,
    });
    expect(rig.bench.rowsOf('Dunning_Case__c', ACCOUNT)[0]?.fields).toMatchObject({
      Status__c: 'Open',
      Decline_Code__c: 'insufficient_funds',
    });
  });
});

test('a bank account shows as what it is, with the bank and four digits, and not as a card', async () => {
  const made = await rig.client.post('/v1/payment-methods', {
    accountKey: account,
    type: 'ACH',
    bankABACode: '123456780',
    bankAccountName: 'Acme',
    bankAccountNumber: '000123456789',
    bankAccountType: 'BusinessChecking',
    bankName: 'Chase',
  });
  await rig.client.call('PUT', `/v1/accounts/${account}`, { defaultPaymentMethodId: made.id });
  await rig.readAnew(account);
  expect(rig.bench.rowsOf('Billing_Account__c', ACCOUNT)[0]?.fields).toMatchObject({
    Payment_Method__c: 'ACH Direct Debit, Chase •••• 6789',
    Card_Brand__c: null,
    Card_Last4__c: null,
    Card_Expiry__c: null,
  });
});
