import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charges, rows, startTest, testCard, text, type TestClient } from './testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
});
afterEach(() => zuora.sim.close());

const fee = (price: number, more: Record<string, unknown> = {}, currency = 'USD') => ({
  Name: 'Fee',
  ChargeModel: 'Flat Fee Pricing',
  tiers: [{ Currency: currency, Price: price }],
  ...more,
});

const generate = async (account: { number: string }, targetDate: string) => {
  const body = { targetDate, effectiveDate: targetDate, autoPost: true };
  const answer = await zuora.post(`/v1/accounts/${account.number}/billing-documents/generate`, body);
  const id = answer.invoices?.[0]?.id;
  return id === undefined ? undefined : (await zuora.get(`/v1/invoices/${text(id)}`)).body;
};

const items = async (invoice: unknown) =>
  rows((await zuora.get(`/v1/invoices/${(invoice as { id: string }).id}/items`)).body.invoiceItems);

describe('invoices', () => {
  it('bill in advance period by period, with inclusive service dates and a due date by the term', async () => {
    const account = await zuora.account({ paymentTerm: 'Net 30' });
    const { planId } = await zuora.plan([fee(100)]);
    const number = await zuora.subscribe(account, planId, '2026-10-15');
    const invoice = await generate(account, '2026-11-21');
    expect(invoice).toMatchObject({
      invoiceNumber: 'INV00000001',
      status: 'Posted',
      amount: 200,
      balance: 200,
      invoiceDate: '2026-11-21',
      dueDate: '2026-12-21',
      postedDate: '2026-11-21',
    });
    expect(await items(invoice)).toMatchObject([
      { serviceStartDate: '2026-10-15', serviceEndDate: '2026-11-14', chargeAmount: 100 },
      { serviceStartDate: '2026-11-15', serviceEndDate: '2026-12-14', chargeAmount: 100 },
    ]);
    expect(charges(await zuora.subscription(number))[0]?.chargedThroughDate).toBe('2026-12-15');
    expect(await generate(account, '2026-11-30')).toBeUndefined();
    const listed = (await zuora.get(`/v1/transactions/invoices/accounts/${account.number}`)).body;
    expect(listed.invoices).toMatchObject([{ invoiceNumber: 'INV00000001', balance: 200, invoiceItems: [{}, {}] }]);
    const { body } = await zuora.get(`/v1/accounts/${account.number}`);
    expect(body.metrics).toMatchObject({ balance: 200, totalInvoiceBalance: 200, contractedMrr: 100 });
  });

  it('bill stubs by actual days up to the bill cycle day, and in arrears', async () => {
    const account = await zuora.account({ billCycleDay: 1 });
    const { planId } = await zuora.plan([
      fee(300, { BillCycleType: 'DefaultFromCustomer', BillingTiming: 'In Arrears' }),
    ]);
    await zuora.subscribe(account, planId, '2026-09-21');
    expect(await items(await generate(account, '2026-11-01'))).toMatchObject([
      { serviceStartDate: '2026-09-21', serviceEndDate: '2026-09-30', chargeAmount: 100 },
      { serviceStartDate: '2026-10-01', serviceEndDate: '2026-10-31', chargeAmount: 300 },
    ]);
  });

  it('round to the smallest unit of the currency', async () => {
    const yen = await zuora.account({ currency: 'JPY', billCycleDay: 1 });
    const { planId } = await zuora.plan([fee(1000, { BillCycleType: 'DefaultFromCustomer' }, 'JPY')]);
    await zuora.subscribe(yen, planId, '2026-11-11');
    expect((await generate(yen, '2026-11-21'))?.amount).toBe(667);
  });

  it('put a discount below what it reduces', async () => {
    const account = await zuora.account();
    const off = {
      Name: 'Off',
      ChargeModel: 'Discount-Percentage',
      ApplyDiscountTo: 2,
      tiers: [{ Currency: 'USD', DiscountPercentage: 10 }],
    };
    const { planId } = await zuora.plan([fee(99.99), off, fee(50, { Name: 'Setup', ChargeType: 'OneTime' })]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const invoice = await generate(account, '2026-11-21');
    const found = await items(invoice);
    expect(found).toMatchObject([
      { chargeName: 'Fee', chargeAmount: 99.99, processingType: 'Charge' },
      { chargeName: 'Off', chargeAmount: -10, processingType: 'Discount' },
      { chargeName: 'Setup', chargeAmount: 50, chargeType: 'OneTime' },
    ]);
    expect(found[1]?.appliedToItemId).toBe(found[0]?.id);
    expect(invoice?.amount).toBe(139.99);
  });

  it('give back what was billed beyond an upgrade or a cancellation', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([fee(300)]);
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    await generate(account, '2026-11-01');
    await zuora.act(account, number, '2026-11-21', {
      type: 'UpdateProduct',
      updateProduct: {
        subscriptionRatePlanNumber: 'SRP-00000001',
        chargeUpdates: [{ chargeNumber: 'C-00000001', pricing: { recurringFlatFee: { listPrice: 600 } } }],
      },
    });
    expect(await items(await generate(account, '2026-11-21'))).toMatchObject([
      {
        chargeName: 'Fee -- Proration Credit',
        serviceStartDate: '2026-11-21',
        serviceEndDate: '2026-11-30',
        chargeAmount: -100,
      },
      { serviceStartDate: '2026-11-21', serviceEndDate: '2026-11-30', chargeAmount: 200 },
    ]);
    await zuora.post('/__sim/act/cancel', { subscription: number });
    const memo = await zuora.post('/__sim/act/post-invoice', { account: account.number });
    expect(memo).toMatchObject({ invoices: [], creditMemos: [{ number: 'CM00000001', amount: 200 }] });
    const { body } = await zuora.get(`/v1/accounts/${account.number}`);
    expect(body.metrics).toMatchObject({ balance: 200, totalInvoiceBalance: 400, unappliedCreditMemoAmount: 200 });
  });

  it('of a run for a past day are dated that day', async () => {
    const account = await zuora.account({ paymentTerm: 'Net 15' });
    const { planId } = await zuora.plan([fee(10)]);
    await zuora.subscribe(account, planId, '2026-10-01');
    const ran = await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate: '2026-10-05' });
    expect(ran.invoices).toMatchObject([{ amount: 10, status: 'Posted', dueDate: '2026-10-20' }]);
  });

  it('are posted once', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([fee(10)]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const drafted = await zuora.post(`/v1/accounts/${account.number}/billing-documents/generate`, {});
    const id = text(drafted.invoices?.[0]?.id);
    const posting = { invoices: [{ id }] };
    expect((await zuora.get(`/v1/invoices/${id}`)).body).toMatchObject({ status: 'Draft', postedDate: null });
    await zuora.post('/v1/invoices/bulk-post', posting);
    const again = await zuora.call('POST', '/v1/invoices/bulk-post', posting);
    expect([again.status, again.body.reasons?.[0]?.code]).toEqual([400, 59210020]);
  });
});

describe('usage', () => {
  const calls = {
    Name: 'Calls',
    ChargeType: 'Usage',
    ChargeModel: 'Overage Pricing',
    UOM: 'Call',
    IncludedUnits: 1000,
    tiers: [{ Currency: 'USD', Price: 0.05 }],
  };
  const record = (account: { id: string }, Quantity: number, StartDateTime: string, more = {}) =>
    zuora.post('/v1/object/usage', { AccountId: account.id, Quantity, StartDateTime, UOM: 'Call', ...more });

  it('costs what is above the included units of a period', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([calls]);
    const number = await zuora.subscribe(account, planId, '2026-10-01');
    expect(charges(await zuora.subscription(number))).toMatchObject([
      { model: 'Overage', includedUnits: 1000, overagePrice: 0.05, mrr: 0, tcv: 0, quantity: null },
    ]);
    await record(account, 900, '2026-10-05', { SubscriptionNumber: number });
    await record(account, 350.5, '2026-10-31T23:30:00', { SubscriptionNumber: number });
    // 1 November in UTC, still October in Los Angeles.
    await record(account, 1, '2026-11-01T05:00:00Z', { SubscriptionNumber: number });
    await record(account, 5000, '2026-11-01', { SubscriptionNumber: number });
    const invoice = await generate(account, '2026-11-01');
    expect(await items(invoice)).toMatchObject([{ chargeType: 'Usage', quantity: 1251.5, chargeAmount: 12.58 }]);
    const usage = (await zuora.get(`/v1/usage/accounts/${account.number}`)).body;
    expect(rows(usage.usage).map((one) => [one.quantity, one.status, one.startDateTime])).toEqual([
      [5000, 'Pending', '2026-11-01 00:00:00'],
      [1, 'Processed', '2026-10-31 22:00:00'],
      [350.5, 'Processed', '2026-10-31 23:30:00'],
      [900, 'Processed', '2026-10-05 00:00:00'],
    ]);
  });

  it('counts for every subscription with the unit when it names none', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([calls]);
    await zuora.subscribe(account, planId, '2026-10-01');
    await zuora.subscribe(account, planId, '2026-10-01');
    await record(account, 1100, '2026-10-05');
    expect((await generate(account, '2026-11-01'))?.amount).toBe(10);
  });

  it('is refused for a unit that nobody has bought, and with a negative quantity', async () => {
    const account = await zuora.account();
    await expect(record(account, 1, '2026-10-05')).rejects.toThrow('No usage charge');
    await expect(record(account, -1, '2026-10-05')).rejects.toThrow('INVALID_VALUE');
  });
});

describe('payments', () => {
  async function owing(cardNumber?: string) {
    const account = await zuora.account({ paymentMethod: testCard(cardNumber), autoPay: true });
    const { planId } = await zuora.plan([fee(120)]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const invoice = (await generate(account, '2026-11-01'))!;
    return { account, invoiceId: text(invoice.id) };
  }

  it('apply to invoices and never above their balance', async () => {
    const { account, invoiceId } = await owing();
    const pay = (amount: number) =>
      zuora.call('POST', '/v1/payments', {
        accountId: account.id,
        amount,
        currency: 'USD',
        type: 'External',
        paymentMethodType: 'Check',
        invoices: [{ invoiceId, amount }],
      });
    expect((await pay(50.5)).body).toMatchObject({
      number: 'P-00000001',
      status: 'Processed',
      appliedAmount: 50.5,
      unappliedAmount: 0,
      gatewayResponse: null,
    });
    expect((await zuora.get(`/v1/invoices/${invoiceId}`)).body).toMatchObject({ balance: 69.5, paymentAmount: 50.5 });
    expect((await pay(70)).status).toBe(400);
    const listed = (await zuora.get(`/v1/payments?accountId=${account.id}`)).body;
    expect(listed.payments).toMatchObject([{ number: 'P-00000001' }]);
    const older = (await zuora.get(`/v1/transactions/payments/accounts/${account.number}`)).body;
    expect(older.payments).toMatchObject([{ paymentNumber: 'P-00000001', paidInvoices: [{ invoiceId }] }]);
  });

  it('stand as errors when the gateway declines, and count on the method', async () => {
    const { account, invoiceId } = await owing('4000000000009995');
    const body = {
      accountId: account.id,
      amount: 120,
      currency: 'USD',
      type: 'Electronic',
      invoices: [{ invoiceId, amount: 120 }],
    };
    expect(await zuora.post('/v1/payments', body)).toMatchObject({
      status: 'Error',
      appliedAmount: 0,
      gatewayResponseCode: 'insufficient_funds',
      gatewayResponse: 'Your card has insufficient funds.',
    });
    await zuora.post('/v1/payments', body);
    const methods = (await zuora.get(`/v1/accounts/${account.number}/payment-methods`)).body;
    expect(methods.creditcard).toMatchObject([{ numConsecutiveFailures: 2, lastTransaction: 'Declined' }]);
    expect((await zuora.get(`/v1/invoices/${invoiceId}`)).body.balance).toBe(120);
    await zuora.post('/__sim/act/pay-invoice', { account: account.number });
    const after = (await zuora.get(`/v1/accounts/${account.number}/payment-methods`)).body;
    expect(after.creditcard).toMatchObject([{ numConsecutiveFailures: 0 }]);
    expect((await zuora.get(`/v1/accounts/${account.number}`)).body.metrics).toMatchObject({ balance: 0 });
  });

  it('are collected with the invoices of a run', async () => {
    const account = await zuora.account({ paymentMethod: testCard() });
    const { planId } = await zuora.plan([fee(80)]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const answer = await zuora.post('/v1/operations/invoice-collect', {
      accountKey: account.number,
      targetDate: '2026-11-21',
    });
    expect(answer).toMatchObject({ success: true, amountCollected: 80, invoices: [{ invoiceAmount: 80 }] });
  });
});
