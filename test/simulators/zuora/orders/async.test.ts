import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { rows, startTest, text, triggerDates, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };
let planId: string;

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-02');
  account = await zuora.account({ billCycleDay: 1 });
  ({ planId } = await zuora.plan([
    { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 100 }] },
  ]));
});
afterEach(() => zuora.sim.close());

const part = (plan = planId) => ({
  orderActions: [
    {
      type: 'CreateSubscription',
      triggerDates: triggerDates('2026-11-01'),
      createSubscription: {
        terms: { initialTerm: { termType: 'TERMED', period: 12, periodType: 'Month' } },
        subscribeToRatePlans: [{ productRatePlanId: plan }],
      },
    },
  ],
});
const order = (parts: unknown[]) => ({
  orderDate: '2026-11-02',
  existingAccountNumber: account.number,
  subscriptions: parts,
});
const job = async (answer: { jobId?: unknown }) => (await zuora.get(`/v1/async-jobs/${String(answer.jobId)}`)).body;

it('works on an order after it has answered', async () => {
  await zuora.post('/__sim/options', { asyncJobMs: 60_000 });
  const slow = await zuora.post('/v1/async/orders', order([part()]));
  expect(await job(slow)).toEqual({ status: 'Processing', errors: null, result: null, success: true });
  expect((await zuora.get('/v1/orders')).body.orders).toEqual([]);
  await zuora.post('/__sim/options', { asyncJobMs: 0 });
  const done = await job(await zuora.post('/v1/async/orders', order([part()])));
  expect(done).toMatchObject({
    status: 'Completed',
    errors: null,
    result: {
      success: true,
      jobType: 'AsyncCreateOrder',
      status: 'Completed',
      accountNumber: account.number,
      subscriptions: [{ status: 'Active' }],
    },
  });
  const ids = await job(await zuora.post('/v1/async/orders?returnIds=true', order([part()])));
  expect(text(ids.result?.subscriptions?.[0]?.subscriptionId)).toHaveLength(32);
});

it('tells in the job what was wrong, with the code in brackets', async () => {
  const failed = await job(await zuora.post('/v1/async/orders', order([part('none')])));
  expect(failed).toMatchObject({ status: 'Failed', result: null });
  expect(text(failed.errors)).toMatch(/^\[58730020\] /);
  expect((await zuora.get('/v1/async-jobs/none')).status).toBe(404);
});

it('answers 202, to a preview without `success`, and knows a job for as long as the switch says', async () => {
  const placed = await zuora.call('POST', '/v1/async/orders', order([part()]));
  expect([placed.status, placed.body.success]).toEqual([202, true]);
  const body = { ...order([part()]), previewOptions: { previewThruType: 'TermEnd', previewTypes: ['BillingDocs'] } };
  const previewed = await zuora.call('POST', '/v1/async/orders/preview', body);
  expect([previewed.status, Object.keys(previewed.body)]).toEqual([202, ['jobId']]);
  expect((await job(placed.body)).status).toBe('Completed');
  await zuora.post('/__sim/options', { asyncJobKeepMs: 0 });
  const path = `/v1/async-jobs/${text(placed.body.jobId)}`;
  await vi.waitUntil(async () => (await zuora.call('GET', path)).status === 404);
});

it('takes no second order of one number, whichever way it comes', async () => {
  const numbered = { ...order([part()]), orderNumber: 'SF-1' };
  expect((await job(await zuora.post('/v1/async/orders', numbered))).status).toBe('Completed');
  const again = await job(await zuora.post('/v1/async/orders', numbered));
  expect([again.status, again.errors]).toEqual(['Failed', '[58730030] The order number SF-1 already exists.']);
  const key = { 'idempotency-key': 'once' };
  const other = { ...numbered, orderNumber: 'SF-2' };
  const [first, second] = [
    await zuora.call('POST', '/v1/async/orders', other, key),
    await zuora.call('POST', '/v1/async/orders', other, key),
  ];
  expect(second.body.jobId).toBe(first.body.jobId);
});

it('meets a lock only while it works on an order, where the switch says so', async () => {
  const refusal = { method: 'JOB', path: '^/v1/async/orders$', code: 40000050, times: 1 };
  await zuora.post('/__sim/refusals', { refusals: [refusal] });
  expect(await job(await zuora.post('/v1/async/orders', order([part()])))).toMatchObject({
    status: 'Failed',
    errors: '[40000050] Operation failed due to a lock competition, please retry later.',
  });
  expect((await job(await zuora.post('/v1/async/orders', order([part()])))).status).toBe('Completed');
});

it('takes 300 subscriptions, where an order at once takes 50', async () => {
  const many = Array.from({ length: 51 }, () => part());
  const atOnce = await zuora.call('POST', '/v1/orders', order(many));
  expect([atOnce.status, atOnce.body.reasons?.[0]?.code]).toEqual([400, 58730020]);
  const done = await job(await zuora.post('/v1/async/orders', order(many)));
  expect(rows(done.result?.subscriptions)).toHaveLength(51);
  const tooMany = await zuora.call('POST', '/v1/async/orders', order(Array.from({ length: 301 }, () => part())));
  expect(tooMany.status).toBe(400);
});

it('previews, at once or later, and keeps nothing', async () => {
  const preview = (more: object = {}) => ({
    ...order([part()]),
    previewOptions: {
      previewThruType: 'NumberOfPeriods',
      previewNumberOfPeriods: 3,
      previewTypes: ['BillingDocs'],
      ...more,
    },
  });
  const { previewResult } = await zuora.post('/v1/orders/preview', preview());
  expect(previewResult?.invoices).toMatchObject([{ amount: 300 }]);
  expect(previewResult?.creditMemos).toEqual([]);
  expect(rows(previewResult?.invoices?.[0]?.invoiceItems)).toHaveLength(3);
  const later = await job(await zuora.post('/v1/async/orders/preview', preview()));
  expect(later).toMatchObject({ status: 'Completed', result: { previewResult, jobType: 'AsyncPreviewOrder' } });
  expect((await zuora.get('/__sim/state')).body).toMatchObject({ orders: 0, subscriptions: 0, accounts: 1 });
  const made = await zuora.post('/v1/orders', order([part()]));
  expect(made.orderNumber).toBe('O-00000001');

  const misspelled = await zuora.call('POST', '/v1/orders/preview', preview({ previewThroughType: 'TermEnd' }));
  expect(misspelled.body.reasons?.[0]?.code).toBe(58740021);
  const closed = await zuora.call('POST', '/v1/orders/preview', preview({ previewTypes: ['OrderMetrics'] }));
  expect(closed.body.reasons?.[0]?.code).toBe(58730030);
  const unknown = await zuora.call('POST', '/v1/orders/preview', { ...preview(), customFields: { Shoe__c: 1 } });
  expect(unknown.body.reasons?.[0]?.code).toBe(58730021);
  for (const previewTypes of [['BillingDocs'], ['ChargeMetrics']]) {
    const endless = preview({ previewThruType: 'SpecificDate', previewTypes });
    expect((await zuora.call('POST', '/v1/orders/preview', endless)).body.reasons?.[0]?.code).toBe(58730022);
  }
});

it('previews for a prospect who has no account', async () => {
  const body = (previewThruType: string, termType: string) => ({
    orderDate: '2026-11-02',
    previewAccountInfo: { billCycleDay: 15, currency: 'USD' },
    subscriptions: [
      {
        orderActions: [
          {
            ...part().orderActions[0],
            createSubscription: {
              terms: { initialTerm: { termType, ...(termType === 'TERMED' && { period: 1, periodType: 'Year' }) } },
              subscribeToRatePlans: [{ productRatePlanId: planId }],
            },
          },
        ],
      },
    ],
    previewOptions: { previewThruType, previewTypes: ['ChargeMetrics', 'BillingDocs', 'OrderDeltaMetrics'] },
  });
  const { previewResult } = await zuora.post('/v1/orders/preview', body('TermEnd', 'TERMED'));
  expect(previewResult).toMatchObject({
    chargeMetrics: [{ charges: [{ cmrr: { regular: 100, regularDelta: 100 }, tcv: { regular: 1200 } }] }],
    invoices: [{ amount: 1200 }],
    orderDeltaMetrics: { orderDeltaMrr: [{ grossAmount: 100, startDate: '2026-11-01', endDate: '2027-11-01' }] },
  });
  const elsewhere = { ...body('TermEnd', 'TERMED'), previewAccountInfo: { billCycleDay: 15, currency: 'usd' } };
  const lower = await zuora.call('POST', '/v1/orders/preview', elsewhere);
  expect(lower.body.reasons?.[0]?.code).toBe(58740020);
  const evergreen = await zuora.call('POST', '/v1/orders/preview', body('TermEnd', 'EVERGREEN'));
  expect(evergreen.body.reasons?.[0]?.code).toBe(58730030);
  expect((await zuora.get('/__sim/state')).body).toMatchObject({ accounts: 1, contacts: 1 });
});
