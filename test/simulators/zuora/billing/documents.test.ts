import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rows, startTest, text, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
  account = await zuora.account({ paymentTerm: 'Net 30' });
});
afterEach(() => zuora.sim.close());

const put = (path: string, body: unknown = {}) => zuora.call('PUT', path, body);
const codeOf = (answer: { body: Loose }) => answer.body.reasons?.[0]?.code;

const standalone = (more: Record<string, unknown> = {}, items?: unknown[]): Promise<Loose> =>
  zuora.post('/v1/invoices', {
    accountId: account.id,
    invoiceDate: '2026-11-21',
    status: 'Posted',
    invoiceItems: items ?? [
      { amount: 100, chargeName: 'Set up', serviceStartDate: '2026-11-21' },
      { amount: 50, chargeName: 'Training', serviceStartDate: '2026-11-21' },
    ],
    ...more,
  });

const invoiceOf = async (key: Loose | undefined) => (await zuora.get(`/v1/invoices/${text(key)}`)).body;
const itemsOf = async (key: Loose | undefined) =>
  rows((await zuora.get(`/v1/invoices/${text(key)}/items`)).body.invoiceItems);

describe('standalone invoices', () => {
  it('bill items with discounts and taxes that no subscription stands behind', async () => {
    const tax = {
      name: 'VAT',
      taxAmount: 18,
      taxCode: 'V',
      taxDate: '2026-11-21',
      taxMode: 'TaxExclusive',
      taxRate: 0.2,
      taxRateType: 'Percentage',
    };
    const made = await standalone({ comments: 'Thanks' }, [
      {
        amount: 100,
        chargeName: 'Set up',
        serviceStartDate: '2026-11-21',
        discountItems: [{ amount: -10, chargeName: 'Off' }],
        taxItems: [tax],
      },
    ]);
    expect(made).toMatchObject({
      sourceType: 'Standalone',
      amount: 108,
      amountWithoutTax: 90,
      taxAmount: 18,
      discount: 10,
      balance: 108,
      dueDate: '2026-12-21',
      comments: 'Thanks',
      status: 'Posted',
    });
    const [item, discount] = await itemsOf(made.id);
    expect(item).toMatchObject({ taxAmount: 18, subscriptionId: null, taxationItems: { data: [{ name: 'VAT' }] } });
    expect(discount).toMatchObject({ processingType: 'Discount', chargeAmount: -10, appliedToItemId: item?.id });
  });

  it('are refused without items, and with an amount below zero', async () => {
    const code = async (body: object) =>
      codeOf(await zuora.call('POST', '/v1/invoices', { accountId: account.id, invoiceDate: '2026-11-21', ...body }));
    expect(await code({})).toBe(59210022);
    expect(await code({ invoiceItems: [] })).toBe(59210020);
    expect(await code({ invoiceItems: [{ amount: -1, serviceStartDate: '2026-11-21' }] })).toBe(59210020);
    expect(await code({ invoiceItems: [{ amount: 1, serviceStartDate: '21.11.2026' }] })).toBe(59210020);
    expect(await code({ invoiceItems: [null] })).toBe(59210020);
    expect(await code({ invoiceItems: [{ amount: 1, serviceStartDate: '2026-11-21', shoe: 1 }] })).toBe(59210021);
    const item = { amount: 1, serviceStartDate: '2026-11-21', revRecCode: 'R' };
    const body = { accountId: account.id, invoiceDate: '2026-11-21', invoiceItems: [item] };
    expect((await zuora.call('POST', '/v1/invoices', body)).status).toBe(501);
  });

  it('are posted, made drafts again, cancelled and deleted', async () => {
    const { id } = await standalone({ status: 'Draft' });
    const status = async (value: string) => put(`/v1/object/invoice/${text(id)}`, { Status: value });
    expect((await status('Posted')).body).toEqual({ Success: true, Id: id });
    expect((await invoiceOf(id)).postedDate).toBe('2026-11-21');
    expect((await status('Canceled')).status).toBe(400);
    expect((await zuora.call('DELETE', `/v1/invoices/${text(id)}`)).status).toBe(400);
    await status('Draft');
    await status('Canceled');
    expect(await invoiceOf(id)).toMatchObject({ status: 'Canceled', balance: 0 });
    expect((await zuora.call('DELETE', `/v1/invoices/${text(id)}`)).body).toEqual({ id, success: true });
    expect((await zuora.get(`/v1/invoices/${text(id)}`)).status).toBe(404);
  });

  it('leave by email and as a PDF', async () => {
    const { id } = await standalone();
    expect((await zuora.call('POST', `/v1/invoices/${text(id)}/emails`, {})).body).toEqual({ success: true });
    expect((await invoiceOf(id)).lastEmailSentDate).toMatch(/^2026-11-21 /);
    const { body } = await zuora.get(`/v1/invoices/${text(id)}/files`);
    const file = await zuora.get(text(body.invoiceFiles?.[0]?.pdfFileUrl));
    expect([file.headers.get('content-type'), file.text.slice(0, 5)]).toEqual(['application/pdf', '%PDF-']);
    const draft = await standalone({ status: 'Draft' });
    expect((await zuora.call('POST', `/v1/invoices/${text(draft.id)}/emails`, {})).status).toBe(400);
  });

  it('come back whole by a reversal, unless money moved on them', async () => {
    const { id } = await standalone();
    const { body } = await put(`/v1/invoices/${text(id)}/reverse`);
    expect(await invoiceOf(id)).toMatchObject({ reversed: true, balance: 0, creditMemoAmount: 150, status: 'Posted' });
    const memo = (await zuora.get(`/v1/creditmemos/${text(body.creditMemo?.id)}`)).body;
    expect(memo).toMatchObject({ amount: 150, appliedAmount: 150, unappliedAmount: 0, referredInvoiceId: id });
    expect(codeOf(await put(`/v1/invoices/${text(id)}/reverse`))).toBe(59210030);
  });

  it('are written off for what is left of them', async () => {
    const { id } = await standalone();
    const payment = {
      accountId: account.id,
      amount: 120,
      currency: 'USD',
      type: 'External',
      paymentMethodType: 'Check',
    };
    await zuora.post('/v1/payments', { ...payment, invoices: [{ invoiceId: id, amount: 120 }] });
    const { body } = await put(`/v1/invoices/${text(id)}/write-off`, { reasonCode: 'Bankrupt' });
    expect(await invoiceOf(id)).toMatchObject({ balance: 0, paymentAmount: 120, creditMemoAmount: 30 });
    const memo = (await zuora.get(`/v1/creditmemos/${text(body.creditMemo?.id)}`)).body;
    expect(memo).toMatchObject({ amount: 30, reasonCode: 'Bankrupt' });
    expect(codeOf(await put(`/v1/invoices/${text(id)}/write-off`))).toBe(59210030);
    const parts = (await zuora.get(`/v1/invoices/${text(id)}/application-parts`)).body.applicationParts;
    expect(rows(parts).map((one) => [one.appliedAmount, one.paymentId !== null])).toEqual([
      [120, true],
      [30, false],
    ]);
  });

  it('want a body on actions by PUT: 415 without one, whatever the version', async () => {
    const { id } = await standalone();
    for (const version of ['2025-08-12', '186.0']) {
      const answer = await zuora.call('PUT', `/v1/invoices/${text(id)}/reverse`, undefined, {
        'zuora-version': version,
      });
      expect([version, answer.status, codeOf(answer)]).toEqual([version, 415, 50000045]);
    }
  });
});

describe('credit memos', () => {
  const fromInvoice = async (invoice: Loose, amount: number, more: object = {}) => {
    const [item] = await itemsOf(invoice.id);
    return zuora.call('POST', `/v1/invoices/${text(invoice.id)}/creditmemos`, {
      items: [{ invoiceItemId: item!.id, skuName: 'Set up', amount }],
      ...more,
    });
  };

  it('from an invoice apply to it upon posting, and take off no more than was charged', async () => {
    const invoice = await standalone();
    const memo = await fromInvoice(invoice, 40, { autoPost: true, autoApplyToInvoiceUponPosting: true });
    expect(memo.body).toMatchObject({
      number: 'CM00000001',
      status: 'Posted',
      appliedAmount: 40,
      sourceType: 'Invoice',
    });
    expect(await invoiceOf(invoice.id)).toMatchObject({ balance: 110, creditMemoAmount: 40 });
    expect((await itemsOf(invoice.id))[0]?.availableToCreditAmount).toBe(60);
    expect(codeOf(await fromInvoice(invoice, 61))).toBe(59410030);
  });

  it('from charges are drafts, then posted, applied in part, unapplied, refunded', async () => {
    const { charge } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 25 }] },
    ]);
    const invoice = await standalone();
    const made = await zuora.post('/v1/creditmemos', {
      accountNumber: account.number,
      charges: [{ chargeId: charge.Fee, productRatePlanChargeId: charge.Fee }],
    });
    expect(made).toMatchObject({ status: 'Draft', amount: 25, unappliedAmount: 0, sourceType: 'Standalone' });
    expect(made).not.toHaveProperty('balance');
    const path = `/v1/creditmemos/${text(made.number)}`;
    const part = (amount: number) => ({ invoices: [{ invoiceId: invoice.id, amount }] });
    expect(codeOf(await put(`${path}/apply`, part(20)))).toBe(59410030);
    expect((await put(`${path}/post`)).body).toMatchObject({ status: 'Posted', unappliedAmount: 25 });
    const totals = async () => (await zuora.get(`/v1/accounts/${account.number}`)).body.metrics;
    expect(await totals()).toMatchObject({ unappliedCreditMemoAmount: 25, balance: 125 });
    expect((await put(`${path}/apply`, part(20))).body).toMatchObject({ appliedAmount: 20, unappliedAmount: 5 });
    expect(codeOf(await put(`${path}/apply`, part(6)))).toBe(59410030);
    expect(codeOf(await put(`${path}/unpost`))).toBe(59410030);
    expect((await zuora.get(`${path}/parts`)).body.parts).toMatchObject([{ amount: 20, invoiceId: invoice.id }]);
    expect((await put(`${path}/unapply`, part(12))).body).toMatchObject({ appliedAmount: 8 });
    const refund = await zuora.post(`${path}/refunds`, { type: 'External', methodType: 'Check', totalAmount: 17 });
    expect(refund).toMatchObject({ number: 'R-00000001', creditMemoId: made.id, amount: 17, status: 'Processed' });
    expect((await zuora.get(path)).body).toMatchObject({ refundAmount: 17, unappliedAmount: 0 });
    const more = { type: 'External', methodType: 'Check', totalAmount: 1 };
    expect(codeOf(await zuora.call('POST', `${path}/refunds`, more))).toBe(59810030);
  });

  it('can be cancelled and deleted as drafts only', async () => {
    const invoice = await standalone();
    const { number } = (await fromInvoice(invoice, 10)).body;
    const path = `/v1/creditmemos/${text(number)}`;
    expect((await zuora.call('DELETE', path)).status).toBe(400);
    await put(`${path}/post`);
    expect(codeOf(await put(`${path}/cancel`))).toBe(59410030);
    await put(`${path}/unpost`);
    expect((await put(`${path}/cancel`)).body.status).toBe('Canceled');
    expect((await zuora.call('DELETE', path)).body).toEqual({ success: true });
  });

  it('name the text of an item comment, and description from version 257 on', async () => {
    const invoice = await standalone();
    const [item] = await itemsOf(invoice.id);
    const { body } = await zuora.call('POST', `/v1/invoices/${text(invoice.id)}/creditmemos`, {
      items: [{ invoiceItemId: item!.id, skuName: 'Set up', amount: 1, comment: 'Sorry' }],
    });
    const keys = async (version: string) => {
      const answer = await zuora.get(`/v1/creditmemos/${text(body.id)}/items`, { 'zuora-version': version });
      const [one] = rows(answer.body.items);
      return [one?.comment, one?.description];
    };
    expect(await keys('256.0')).toEqual(['Sorry', undefined]);
    expect(await keys('257.0')).toEqual([undefined, 'Sorry']);
  });

  it('are listed by filters, newest first, with an absolute next page', async () => {
    const invoice = await standalone();
    await fromInvoice(invoice, 1, { autoPost: true });
    await fromInvoice(invoice, 2);
    const listed = async (query: string) => rows((await zuora.get(`/v1/creditmemos?${query}`)).body.creditmemos);
    expect((await listed('status=Draft')).map((one) => one.amount)).toEqual([2]);
    expect((await listed(`accountId=${account.id}&sort=-amount`)).map((one) => one.amount)).toEqual([2, 1]);
    expect((await zuora.get('/v1/creditmemos?shoe=1')).status).toBe(400);
    expect((await zuora.get('/v1/creditmemos?sort=shoe')).status).toBe(400);
    const { body } = await zuora.get('/v1/creditmemos?pageSize=1');
    expect(text(body.nextPage)).toMatch(/^http:.*page=2/);
    const items = async (query: string) =>
      rows((await zuora.get(`/v1/creditmemos/${text(body.creditmemos?.[0]?.id)}/items?${query}`)).body.items);
    expect(await items('amount=2&sort=-amount')).toHaveLength(1);
    expect(await items('amount=3')).toEqual([]);
  });

  it('become owed again by a reversal or a write-off, as a debit memo', async () => {
    const invoice = await standalone();
    const { number } = (await fromInvoice(invoice, 30, { autoPost: true })).body;
    const { body } = await put(`/v1/creditmemos/${text(number)}/reverse`);
    expect((await zuora.get(`/v1/debitmemos/${text(body.debitMemo?.id)}`)).body).toMatchObject({
      amount: 30,
      balance: 0,
      beAppliedAmount: 30,
      sourceType: 'CreditMemo',
    });
    expect((await zuora.get(`/v1/creditmemos/${text(number)}`)).body).toMatchObject({
      reversed: true,
      appliedAmount: 30,
    });
    expect(codeOf(await put(`/v1/creditmemos/${text(number)}/write-off`))).toBe(59410030);
  });
});

describe('debit memos', () => {
  it('are owed once posted, and are collected or paid', async () => {
    const { charge } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 25 }] },
    ]);
    const made = await zuora.post('/v1/debitmemos', {
      accountId: account.id,
      autoPost: true,
      charges: [{ chargeId: charge.Fee, productRatePlanChargeId: charge.Fee, memoItemAmount: 80 }],
    });
    expect(made).toMatchObject({ number: 'DM00000001', amount: 80, balance: 80, dueDate: '2026-12-21' });
    const pay = { accountId: account.id, amount: 30, currency: 'USD', type: 'External', paymentMethodType: 'Cash' };
    await zuora.post('/v1/payments', { ...pay, debitMemos: [{ debitMemoId: made.id, amount: 30 }] });
    const memo = (await zuora.get('/v1/debitmemos/DM00000001')).body;
    expect(memo).toMatchObject({ balance: 50, beAppliedAmount: 30 });
    expect((await zuora.get(`/v1/accounts/${account.id}`)).body.metrics).toMatchObject({ totalDebitMemoBalance: 50 });
    expect((await zuora.get('/v1/debitmemos?status=Posted&sort=-balance')).body.debitmemos).toMatchObject([{}]);
    expect(codeOf(await zuora.call('POST', '/v1/debitmemos', { accountId: account.id, charges: [] }))).toBe(59420020);
  });
});

describe('bill runs', () => {
  const fee = { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 100 }] };

  it('bill the accounts of their batches after the answer, are posted, and their documents tell of them', async () => {
    const { planId } = await zuora.plan([fee]);
    const other = await zuora.account({ batch: 'Batch2' });
    await zuora.subscribe(account, planId, '2026-11-01');
    await zuora.subscribe(other, planId, '2026-11-01');
    const run = await zuora.post('/v1/bill-runs', { batches: ['Batch1'], targetDate: '2026-11-30' });
    expect(run).toMatchObject({ billRunNumber: 'BR-00000001', status: 'Pending' });
    expect((await zuora.get('/v1/bill-runs/BR-00000001')).body.status).toBe('Completed');
    const invoices = async (key: string) =>
      rows((await zuora.get(`/v1/transactions/invoices/accounts/${key}`)).body.invoices);
    expect(await invoices(account.number)).toMatchObject([{ status: 'Draft', amount: 100 }]);
    expect(await invoices(other.number)).toEqual([]);
    expect((await zuora.call('PUT', '/v1/bill-runs/BR-00000001/post')).status).toBe(415);
    expect((await put('/v1/bill-runs/BR-00000001/post')).body.status).toBe('Posted');
    expect((await invoices(account.number))[0]?.status).toBe('Posted');
    expect((await invoiceOf((await invoices(account.number))[0]?.id)).billRunId).toBe(run.id);
    expect(codeOf(await put('/v1/bill-runs/BR-00000001/cancel'))).toBe(59310030);
  });

  it('give back by a cancellation what they had charged', async () => {
    const { planId } = await zuora.plan([fee]);
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    const filters = [{ filterType: 'Subscription', accountId: account.id, subscriptionId: number }];
    await zuora.post('/v1/bill-runs', { billRunFilters: filters, targetDate: '2026-11-30' });
    expect((await put('/v1/bill-runs/BR-00000001/cancel')).body.status).toBe('Canceled');
    expect((await zuora.get('/v1/invoices/INV00000001')).body.status).toBe('Canceled');
    expect((await zuora.call('DELETE', '/v1/bill-runs/BR-00000001')).status).toBe(200);
    await zuora.post('/v1/bill-runs', { billRunFilters: filters, targetDate: '2026-11-30', autoPost: true });
    expect((await zuora.get('/v1/invoices/INV00000002')).body).toMatchObject({ status: 'Posted', amount: 100 });
  });

  it('make a document of its own for a subscription that is invoiced separately', async () => {
    const { planId } = await zuora.plan([fee]);
    await zuora.subscribe(account, planId, '2026-11-01');
    await zuora.subscribe(account, planId, '2026-11-01');
    const separate = await zuora.subscribe(account, planId, '2026-11-01', { invoiceSeparately: true });
    const made = await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate: '2026-11-30' });
    expect(rows(made.invoices).map((one) => one.amount)).toEqual([200, 100]);
    const [item] = await itemsOf(made.invoices?.[1]?.id);
    expect(item?.subscriptionName).toBe(separate);
  });

  it('are refused with both or neither of batches and filters, and as schedules', async () => {
    const code = async (body: object) => codeOf(await zuora.call('POST', '/v1/bill-runs', body));
    expect(await code({ targetDate: '2026-11-30' })).toBe(59310030);
    const filter = { filterType: 'Account', accountId: account.id };
    expect(await code({ batches: ['Batch1'], billRunFilters: [filter] })).toBe(59310030);
    expect(await code({ billRunFilters: [{ ...filter, filterType: 'Subscription' }] })).toBe(59310022);
    const schedule = { repeatType: 'Daily', repeatFrom: '2026-11-21', runTime: 1 };
    expect((await zuora.call('POST', '/v1/bill-runs', { batches: ['Batch1'], schedule })).status).toBe(501);
  });

  it('are previewed for an account without making anything', async () => {
    const { planId } = await zuora.plan([fee]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const preview = await zuora.post('/v1/operations/billing-preview', {
      accountNumber: account.number,
      targetDate: '2026-12-31',
    });
    expect(preview.invoiceItems).toMatchObject([
      { chargeAmount: '100', serviceStartDate: '2026-11-01', serviceEndDate: '2026-11-30' },
      { chargeAmount: '100', serviceStartDate: '2026-12-01', serviceEndDate: '2026-12-31' },
    ]);
    expect((await zuora.get('/__sim/state')).body).toMatchObject({ invoices: 0 });
    const { body } = await zuora.call('POST', '/v1/operations/invoice-collect', {
      accountKey: account.number,
      invoiceTargetDate: '2026-11-30',
    });
    expect(body.reasons).toMatchObject([{ code: 59210021 }]);
  });

  it('stand with every other document of the account in one list', async () => {
    const { id } = await standalone();
    await put(`/v1/invoices/${text(id)}/write-off`);
    const { body } = await zuora.get(`/v1/billing-documents?accountId=${account.id}`);
    expect(rows(body.documents).map((one) => [one.documentType, one.amount, one.balance])).toEqual([
      ['Invoice', 150, 0],
      ['CreditMemo', 150, 0],
    ]);
    expect((await zuora.get('/v1/billing-documents')).status).toBe(400);
    expect((await zuora.get('/v1/invoice-schedules/IS-1')).status).toBe(501);
  });
});
