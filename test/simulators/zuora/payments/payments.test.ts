import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rows, startTest, testCard, text, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
  account = await zuora.account({ paymentMethod: testCard(), autoPay: true });
});
afterEach(() => zuora.sim.close());

const put = (path: string, body: unknown = {}) => zuora.call('PUT', path, body);
const codeOf = (answer: { body: Loose }) => answer.body.reasons?.[0]?.code;

const invoice = async (amount: number, of = account, dueDate = '2026-11-21'): Promise<string> => {
  const made = await zuora.post('/v1/invoices', {
    accountId: of.id,
    invoiceDate: '2026-11-21',
    dueDate,
    status: 'Posted',
    invoiceItems: [{ amount, chargeName: 'Fee', serviceStartDate: '2026-11-21' }],
  });
  return text(made.id);
};

const external = (amount: number, more: object = {}): Promise<Loose> =>
  zuora.post('/v1/payments', {
    accountId: account.id,
    amount,
    currency: 'USD',
    type: 'External',
    paymentMethodType: 'Check',
    ...more,
  });

const balance = async (id: string) => (await zuora.get(`/v1/invoices/${id}`)).body.balance;
const methodId = async (of = account) =>
  text((await zuora.get(`/v1/accounts/${of.number}`)).body.billingAndPayment?.defaultPaymentMethodId);

describe('chargebacks', () => {
  const chargeback = (number: string, body: object) =>
    zuora.call('POST', `/v1/gateway-settlement/payments/${number}/chargeback`, body);

  it('free what was applied, and give it back outside of the gateway', async () => {
    const id = await invoice(100);
    const paid = await zuora.post('/v1/payments', {
      accountId: account.id,
      amount: 120,
      currency: 'USD',
      type: 'Electronic',
      invoices: [{ invoiceId: id, amount: 100 }],
    });
    const number = text(paid.number);
    expect(codeOf(await chargeback(number, {}))).toBe(59710022);
    expect(codeOf(await chargeback(number, { amount: 120.01 }))).toBe(59710030);
    expect(codeOf(await chargeback('P-none', { amount: 1 }))).toBe(50000040);
    const body = { amount: 50, gatewayReconciliationReason: 'fraudulent', gatewayReconciliationStatus: 'disputed' };
    expect((await chargeback(number, { ...body, settledOn: '2026-11-21 10:00:00' })).body).toMatchObject({
      type: 'External',
      amount: 50,
      reasonCode: 'Payment Reversal',
      gatewayReconciliationReason: 'fraudulent',
      settledOn: '2026-11-21 10:00:00',
      success: true,
    });
    expect(await balance(id)).toBe(30);
    expect((await zuora.get(`/v1/payments/${number}`)).body).toMatchObject({
      status: 'Processed',
      appliedAmount: 70,
      unappliedAmount: 0,
      refundAmount: 50,
      gatewayState: 'Settled',
      gatewayReconciliationStatus: 'disputed',
    });
    expect(codeOf(await chargeback(number, { amount: 71 }))).toBe(59710030);
  });

  it('and owner transfers are made by switches, too', async () => {
    const act = async (name: string, body: object) => {
      const response = await fetch(`${zuora.sim.url}/__sim/act/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Loose };
    };
    expect((await act('charge-back', { account: account.number })).status).toBe(400);
    const id = await invoice(100);
    await act('pay-invoice', { account: account.number });
    expect(await balance(id)).toBe(0);
    const made = await act('charge-back', { account: account.number, amount: 40 });
    expect(made.body).toMatchObject({ refund: { amount: 40 } });
    expect(await balance(id)).toBe(40);
    const other = await zuora.account({});
    const unknown = await act('transfer', { subscription: 'A-S-none', to: other.number });
    expect(unknown.status).toBe(404);
  });

  it('are of payments that went through a gateway', async () => {
    const { number } = await external(80);
    expect(codeOf(await chargeback(text(number), { amount: 80 }))).toBe(59710030);
  });
});

describe('settlement', () => {
  const tell = (number: string, what: string, body: object = {}) =>
    zuora.call('POST', `/v1/gateway-settlement/payments/${number}/${what}`, body);
  const electronic = async (id: string) =>
    text(
      (
        await zuora.post('/v1/payments', {
          accountId: account.id,
          amount: 100,
          currency: 'USD',
          type: 'Electronic',
          invoices: [{ invoiceId: id, amount: 100 }],
        })
      ).number,
    );

  it('of a payment answers with the payment and its gateway state, once', async () => {
    const id = await invoice(100);
    const number = await electronic(id);
    expect(codeOf(await tell(number, 'settle', { amount: 1 }))).toBe(59710021);
    expect(
      (await tell(number, 'settle', { payoutId: 'PAYOUT123', settledOn: '2026-11-21 10:00:00' })).body,
    ).toMatchObject({
      number,
      status: 'Processed',
      gatewayState: 'Settled',
      payoutId: 'PAYOUT123',
      settledOn: '2026-11-21 10:00:00',
      appliedAmount: 100,
      success: true,
    });
    expect(await balance(id)).toBe(0);
    expect(codeOf(await tell(number, 'settle'))).toBe(59710030);
    expect(codeOf(await tell(number, 'reject'))).toBe(59710030);
    expect(codeOf(await tell('P-none', 'settle'))).toBe(50000040);
    expect(codeOf(await tell(text((await external(80)).number), 'settle'))).toBe(59710030);
  });

  it('that fails gives the whole payment back outside of the gateway, and its documents are open again', async () => {
    const id = await invoice(100);
    const number = await electronic(id);
    const why = { gatewayResponseCode: '023', gatewayResponse: 'Insufficient funds' };
    expect((await tell(number, 'reject', why)).body).toMatchObject({
      type: 'External',
      amount: 100,
      reasonCode: 'Payment Rejection',
      ...why,
      success: true,
    });
    expect(await balance(id)).toBe(100);
    expect((await zuora.get(`/v1/payments/${number}`)).body).toMatchObject({
      status: 'Processed',
      gatewayState: 'FailedToSettle',
      appliedAmount: 0,
      refundAmount: 100,
    });
    expect(codeOf(await tell(number, 'reject'))).toBe(59710030);
  });
});

describe('payments', () => {
  it('are applied, unapplied, refunded and cancelled', async () => {
    const id = await invoice(100);
    const { number } = await external(80);
    const path = `/v1/payments/${text(number)}`;
    const part = (amount: number) => ({ invoices: [{ invoiceNumber: 'INV00000001', amount }] });
    expect((await put(`${path}/apply`, part(60))).body).toMatchObject({ appliedAmount: 60, unappliedAmount: 20 });
    expect(await balance(id)).toBe(40);
    expect(codeOf(await put(`${path}/apply`, part(21)))).toBe(59710030);
    expect(codeOf(await put(`${path}/unapply`, part(61)))).toBe(59710030);
    expect(codeOf(await put(`${path}/apply`))).toBe(59710022);
    const stranger = { accountId: account.id, amount: 1, currency: 'USD', type: 'External', paymentMethodId: 'none' };
    expect(codeOf(await zuora.call('POST', '/v1/payments', stranger))).toBe(59710030);
    expect((await put(`${path}/unapply`, part(60))).body).toMatchObject({ appliedAmount: 0 });
    expect(await balance(id)).toBe(100);
    const refund = await zuora.post(`${path}/refunds`, { type: 'External', methodType: 'Check', totalAmount: 30 });
    expect((await zuora.get(path)).body).toMatchObject({ refundAmount: 30, unappliedAmount: 50 });
    expect(codeOf(await put(`${path}/cancel`))).toBe(59710030);
    expect((await put(`/v1/refunds/${text(refund.id)}`, { comment: 'Sorry' })).body.comment).toBe('Sorry');
    expect((await zuora.get('/v1/refunds?status=Processed')).body.refunds).toMatchObject([{ amount: 30 }]);
    expect((await zuora.get(`/v1/refunds/${text(refund.number)}/parts`)).body.parts).toMatchObject([{ amount: 30 }]);
    expect((await put(`/v1/refunds/${text(refund.id)}/cancel`)).body.status).toBe('Canceled');
    expect((await put(`${path}/cancel`)).body).toMatchObject({ status: 'Canceled', unappliedAmount: 0 });
    expect((await zuora.call('DELETE', path)).body).toEqual({ success: true });
    expect((await put('/v1/payments/P-1/transfer')).status).toBe(501);
  });

  it('are refused for more than is open, for drafts, and for documents of others', async () => {
    const id = await invoice(10);
    const other = await zuora.account();
    const foreign = await invoice(10, other);
    const pay = (invoiceId: string, amount: number) =>
      zuora.call('POST', '/v1/payments', {
        accountId: account.id,
        amount,
        currency: 'USD',
        type: 'External',
        paymentMethodType: 'Check',
        invoices: [{ invoiceId, amount }],
      });
    expect(codeOf(await pay(id, 11))).toBe(59710030);
    expect(codeOf(await pay(foreign, 10))).toBe(59710030);
    expect(codeOf(await pay('nothing', 10))).toBe(59710020);
    expect((await zuora.get('/__sim/state')).body.payments).toBe(0);
  });

  it('are listed by what they are, sorted as asked', async () => {
    await external(5);
    await external(7);
    const listed = async (query: string) => rows((await zuora.get(`/v1/payments?${query}`)).body.payments);
    expect((await listed('sort=%2Bamount')).map((one) => one.amount)).toEqual([5, 7]);
    expect((await listed('amount=7&type=External')).map((one) => one.number)).toEqual(['P-00000002']);
    expect(await listed('createdDate=2026-11-20')).toEqual([]);
    expect((await listed('createdDate=2026-11-21')).length).toBe(2);
  });

  it('keep a snapshot of their method and a log of what the gateway said', async () => {
    await invoice(10);
    await zuora.post('/__sim/act/fail-payment', { account: account.number, code: 'do_not_honor' });
    const [payment] = rows((await zuora.get(`/v1/payments?accountId=${account.id}`)).body.payments);
    expect(payment).toMatchObject({
      status: 'Error',
      gatewayResponseCode: 'do_not_honor',
      gatewayState: 'NotSubmitted',
    });
    const snapshot = await zuora.get(`/v1/object/payment-method-snapshot/${text(payment?.paymentMethodSnapshotId)}`);
    expect(snapshot.body).toMatchObject({ CreditCardMaskNumber: '************1111', Type: 'CreditCard' });
    const logs = await zuora.post('/v1/action/query', {
      queryString: `select Id, GatewayReasonCode from PaymentTransactionLog where PaymentId = '${text(payment?.id)}'`,
    });
    expect(logs.records).toMatchObject([{ GatewayReasonCode: 'do_not_honor' }]);
    const log = await zuora.get(`/v1/object/payment-transaction-log/${text(logs.records?.[0]?.Id)}`);
    expect(log.body).toMatchObject({ GatewayTransactionType: 'Sale', PaymentId: payment?.id });
    expect((await zuora.get('/v1/paymentgateways')).body.paymentgateways).toMatchObject([{ isDefault: true }]);
  });
});

describe('payment methods', () => {
  it('are bank accounts too, with the number masked', async () => {
    const ach = {
      accountKey: account.id,
      type: 'ACH',
      bankABACode: '110000000',
      bankAccountName: 'Ada Byron',
      bankAccountNumber: '000123456789',
      bankAccountType: 'Checking',
      bankName: 'Bank',
    };
    const { id } = await zuora.post('/v1/payment-methods', ach);
    const { body } = await zuora.get(`/v1/accounts/${account.number}/payment-methods`);
    expect(body.ach).toMatchObject([{ id, bankAccountNumber: '********6789', isDefault: false }]);
    expect(body.creditcard).toMatchObject([{ isDefault: true }]);
    const bad = await zuora.call('POST', '/v1/payment-methods', { ...ach, bankABACode: '1' });
    expect(codeOf(bad)).toBe(57010020);
    expect((await zuora.call('POST', '/v1/payment-methods', { type: 'PayPalEC' })).status).toBe(501);
    expect(codeOf(await zuora.call('POST', '/v1/payment-methods', { type: 'Gold' }))).toBe(57010020);
  });

  it('are changed, scrubbed once, and deleted unless they are the default', async () => {
    const id = await methodId();
    expect((await put(`/v1/payment-methods/${id}`, { expirationYear: 2040 })).body).toEqual({ id, success: true });
    expect((await zuora.get(`/v1/payment-methods/${id}`)).body.expirationYear).toBe(2040);
    await put(`/v1/payment-methods/${id}/verify`);
    const logs = await zuora.post('/v1/action/query', {
      queryString: `select Id from PaymentMethodTransactionLog where PaymentMethodId = '${id}'`,
    });
    expect(logs.size).toBe(2);
    const log = await zuora.get(`/v1/object/payment-method-transaction-log/${text(logs.records?.[0]?.Id)}`);
    expect(log.body).toMatchObject({ PaymentMethodId: id, GatewayTransactionType: 'Validate' });
    const refused = await zuora.call('DELETE', `/v1/payment-methods/${id}`);
    expect([codeOf(refused), refused.body.reasons?.[0]?.message]).toEqual([
      50000030,
      'Cannot delete default payment method',
    ]);
    const other = text((await zuora.post('/v1/payment-methods', { accountKey: account.id, ...testCard() })).id);
    expect((await put(`/v1/payment-methods/${other}/scrub`)).status).toBe(200);
    expect((await zuora.get(`/v1/payment-methods/${other}`)).body).toMatchObject({
      status: 'Scrubbed',
      cardNumber: null,
    });
    expect(codeOf(await put(`/v1/payment-methods/${other}/scrub`))).toBe(50000020);
    expect((await zuora.call('DELETE', `/v1/payment-methods/${other}`)).status).toBe(200);
  });
});

describe('payment runs', () => {
  const run = (more: object) => zuora.post('/v1/payment-runs', { targetDate: '2026-11-30', ...more });
  const summary = async (key: Loose | undefined) => (await zuora.get(`/v1/payment-runs/${text(key)}/summary`)).body;

  it('collect what is due of accounts with auto-pay, after the answer', async () => {
    const due = await invoice(100);
    const later = await invoice(50, account, '2026-12-15');
    const manual = await zuora.account();
    const unpaid = await invoice(70, manual);
    const made = await run({});
    expect(made).toMatchObject({ number: 'PR-00000001', status: 'Pending' });
    expect((await zuora.get('/v1/payment-runs/PR-00000001')).body.status).toBe('Completed');
    expect([await balance(due), await balance(later), await balance(unpaid)]).toEqual([0, 50, 70]);
    expect(await summary(made.id)).toMatchObject({
      numberOfInvoices: 1,
      numberOfPayments: 1,
      numberOfErrors: 0,
      totalValues: [{ totalValueOfPayments: 'USD 100' }],
    });
  });

  it('leave a declined method alone within its retry window, and after three failures in a row', async () => {
    const card = await zuora.account({ paymentMethod: testCard('4000000000009995'), autoPay: true });
    const id = await invoice(30, card);
    const data = [{ accountId: card.id, documentType: 'Invoice', documentId: id, amount: 30 }];
    const result = async () => {
      const made = await zuora.post('/v1/payment-runs', { data });
      return rows((await zuora.get(`/v1/payment-runs/${text(made.id)}/data`)).body.data)[0];
    };
    expect(await result()).toMatchObject({
      result: 'Error',
      errorCode: 'insufficient_funds',
      amountCollected: 0,
      transactions: [{ type: 'Payment', status: 'Error' }],
    });
    expect(await result()).toMatchObject({ errorCode: 'RetryWindow', transactions: [] });
    for (const failures of [2, 3]) {
      await zuora.post('/__sim/clock', { advanceDays: 1.1 });
      expect(await result()).toMatchObject({ errorCode: 'insufficient_funds' });
      const method = await zuora.get(`/v1/payment-methods/${await methodId(card)}`);
      expect(method.body.numConsecutiveFailures).toBe(failures);
    }
    await zuora.post('/__sim/clock', { advanceDays: 30 });
    expect(await result()).toMatchObject({ errorCode: 'MaxConsecutiveFailures' });
  });

  it('retry by the rule of the method itself, and leave closed ones alone unless told otherwise', async () => {
    const id = await invoice(10);
    const method = await methodId();
    const change = (body: object) => put(`/v1/object/payment-method/${method}`, body);
    await change({ UseDefaultRetryRule: false, MaxConsecutivePaymentFailures: 2, PaymentRetryWindow: 1 });
    await zuora.post('/__sim/act/fail-payment', { account: account.number });
    await zuora.post('/__sim/clock', { advanceMs: 3_700_000 });
    const errors = async (more: object = {}) => (await summary((await run(more)).id)).numberOfErrors;
    expect(await errors()).toBe(1);
    expect((await zuora.get(`/v1/payment-methods/${method}`)).body.numConsecutiveFailures).toBe(2);
    await zuora.post('/__sim/act/pay-invoice', { account: account.number });
    const other = await invoice(10);
    expect((await change({ PaymentMethodStatus: 'Closed' })).body).toEqual({ Success: true, Id: method });
    expect([await errors(), await balance(other)]).toEqual([1, 10]);
    expect([await errors({ processPaymentWithClosedPM: true }), await balance(other)]).toEqual([0, 0]);
    expect(await balance(id)).toBe(0);
  });

  it('use unapplied money first, and pay several documents at once', async () => {
    await invoice(60);
    await invoice(40);
    await external(25);
    const made = await run({ autoApplyUnappliedPayment: true, consolidatedPayment: true });
    await zuora.get('/v1/payment-runs');
    const payments = rows((await zuora.get(`/v1/payments?accountId=${account.id}&type=Electronic`)).body.payments);
    expect(payments.map((one) => one.amount)).toEqual([75]);
    expect(await summary(made.id)).toMatchObject({ numberOfUnappliedPayments: 1, numberOfReceivables: 2 });
  });

  it('wait for their date, can be changed until then, and are refused with data and filters at once', async () => {
    const id = await invoice(10);
    const made = await run({ runDate: '2026-11-25 08:00:00' });
    expect((await zuora.get(`/v1/payment-runs/${text(made.id)}`)).body.status).toBe('Pending');
    await put(`/v1/payment-runs/${text(made.id)}`, { runDate: '2026-11-24 08:00:00' });
    await zuora.today('2026-11-24');
    expect((await zuora.get(`/v1/payment-runs/${text(made.id)}`)).body.status).toBe('Completed');
    expect(await balance(id)).toBe(0);
    const data = [{ accountId: account.id, documentType: 'Invoice', documentId: id }];
    expect(codeOf(await zuora.call('POST', '/v1/payment-runs', { data, batch: 'Batch1' }))).toBe(57210030);
    expect(codeOf(await zuora.call('POST', '/v1/payment-runs', {}))).toBe(57210022);
    for (const runDate of ['2026-02-30 08:00:00', '2026-11-25 25:00:00'])
      expect(codeOf(await zuora.call('POST', '/v1/payment-runs', { batch: 'Batch1', runDate }))).toBe(57210020);
    expect(codeOf(await zuora.get(`/v1/payment-runs/${text(made.id)}/data`))).toBe(57210030);
    expect((await zuora.call('DELETE', `/v1/payment-runs/${text(made.id)}`)).status).toBe(400);
  });

  it('end with an error when their document is gone, and hold up nothing', async () => {
    const id = await invoice(10);
    const data = [{ accountId: account.id, documentType: 'Invoice', documentId: id }];
    const made = await zuora.post('/v1/payment-runs', { data, runDate: '2026-11-25 08:00:00' });
    await put(`/v1/object/invoice/${id}`, { Status: 'Draft' });
    await zuora.call('DELETE', `/v1/invoices/${id}`);
    await zuora.today('2026-11-26');
    expect((await zuora.get(`/v1/payment-runs/${text(made.id)}`)).body.status).toBe('Error');
    expect((await zuora.call('DELETE', `/v1/payment-runs/${text(made.id)}`)).body).toEqual({ success: true });
  });
});
