import { afterEach, beforeEach, expect, it } from 'vitest';
import { charges, rows, startTest, text, triggerDates, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };
let number: string;

beforeEach(async () => {
  zuora = await startTest({
    customFields: { subscription: ['Opportunity__c'], ratePlan: ['Line__c'], ratePlanCharge: ['Sku__c'] },
  });
  await zuora.today('2026-06-15');
  account = await zuora.account({ billCycleDay: 1 });
  const { planId } = await zuora.plan([
    {
      Name: 'Seats',
      ChargeModel: 'Per Unit Pricing',
      UOM: 'Seat',
      DefaultQuantity: 10,
      tiers: [{ Currency: 'USD', Price: 5 }],
    },
  ]);
  number = await zuora.subscribe(account, planId, '2026-01-01');
  for (const [day, quantity] of [
    ['2026-04-01', 13],
    ['2026-09-01', 20],
  ] as const)
    await zuora.act(account, number, day, {
      type: 'UpdateProduct',
      updateProduct: {
        subscriptionRatePlanNumber: 'SRP-00000001',
        chargeUpdates: [{ chargeNumber: 'C-00000001', pricing: { recurringPerUnit: { quantity } } }],
      },
    });
});
afterEach(() => zuora.sim.close());

it('show the last segment unless asked for another, and tell what the last order added', async () => {
  const shown = async (query: string) => {
    const { body } = await zuora.get(`/v1/subscriptions/${number}${query}`);
    return charges(body).map((one) => [one.segment, one.quantity, one.mrr, one.dmrc, one.dtcv]);
  };
  expect(await shown('')).toEqual([[3, 20, 100, 35, 400]]);
  expect(await shown('?charge-detail=current-segment')).toEqual([[2, 13, 65, 15, -260]]);
  expect(await shown('?charge-detail=specific-segment&as-of-date=2026-03-31')).toEqual([[1, 10, 50, 50, -450]]);
  expect(await shown('?charge-detail=specific-segment&as-of-date=2027-01-01')).toEqual([]);
  expect(await shown('?charge-detail=all-segments')).toHaveLength(3);
  for (const bad of [
    '?charge-detail=first-segment',
    '?charge-detail=specific-segment',
    '?getDetailedMetrics=true&asOfDay=today',
  ])
    expect((await zuora.get(`/v1/subscriptions/${number}${bad}`)).status).toBe(400);
});

it('nest all segments in chargeSegments where the switch says so', async () => {
  await zuora.post('/__sim/options', { allSegments: 'nested' });
  const [only, ...more] = charges(await zuora.subscription(number, 'all-segments'));
  expect([more.length, only?.segment]).toEqual([0, 3]);
  expect(rows(only?.chargeSegments).map((one) => one.segment)).toEqual([1, 2, 3]);
});

it('leave plans without charges out when asked to', async () => {
  const read = async (query: string) =>
    rows(
      (await zuora.get(`/v1/subscriptions/${number}?charge-detail=specific-segment&as-of-date=2028-01-01${query}`)).body
        .ratePlans,
    );
  expect(await read('')).toHaveLength(1);
  expect(await read('&exclude-rate-plans-with-no-charges=true')).toEqual([]);
  const plan = { productRatePlanId: (await zuora.subscription(number)).ratePlans?.[0]?.productRatePlanId };
  await zuora.act(account, number, '2026-10-01', { type: 'AddProduct', addProduct: { ...plan, uniqueToken: 'new' } });
  await zuora.act(account, number, '2026-09-01', { type: 'RemoveProduct', removeProduct: { uniqueToken: 'new' } });
  const last = async (query: string) =>
    charges((await zuora.get(`/v1/subscriptions/${number}${query}`)).body).map((one) => one.number as unknown);
  expect(await last('')).toEqual(['C-00000001', 'C-00000002']);
  expect(await last('?exclude-rate-plans-with-no-charges=true')).toEqual(['C-00000001']);
});

it('know every version by number, and each by its id', async () => {
  const latest = await zuora.subscription(number);
  const first = (await zuora.get(`/v1/subscriptions/${number}/versions/1`)).body;
  expect([latest.version, latest.isLatestVersion, first.version, first.isLatestVersion]).toEqual([3, true, 1, false]);
  expect((await zuora.get(`/v1/subscriptions/${text(first.id)}`)).body.version).toBe(1);
  expect((await zuora.get(`/v1/subscriptions/${number}/versions/4`)).status).toBe(404);
});

it('tell owners when asked to', async () => {
  const query = '?getInvoiceOwnerDetails=true&getSubscriptionOwnerDetails=true';
  const { body } = await zuora.get(`/v1/subscriptions/${number}${query}`);
  const details = { accountId: account.id, accountNumber: account.number, accountName: 'Acme' };
  expect([body.invoiceOwnerAccountDetails, body.accountOwnerDetails]).toEqual([details, details]);
});

it('list metrics of several subscriptions as of a day', async () => {
  const path = '/v1/subscriptions/subscription-metrics';
  const { body } = await zuora.get(`${path}?subscriptionNumbers[]=${number}&asOfDay=2026-02-01`);
  expect(body.subscriptionMetrics).toMatchObject([
    { subscriptionNumber: number, contractedMrr: 100, asOfDayGrossMrr: 50 },
  ]);
  expect((await zuora.get(path)).body.reasons?.[0]?.code).toBe(50000023);
  expect((await zuora.get(`${path}?subscriptionNumbers[]=none`)).status).toBe(404);
});

it('show a rate plan with the order that last changed it', async () => {
  const plan = (await zuora.subscription(number)).ratePlans?.[0];
  const read = (await zuora.get(`/v1/rateplans/${text(plan?.id)}`)).body;
  expect(read).toMatchObject({
    id: plan?.id,
    lastChangeType: 'Update',
    subscriptionVersion: 3,
    order: { orderNumber: 'O-00000003', orderActions: [{ type: 'UpdateProduct', sequence: 0 }] },
  });
  expect((await zuora.get('/v1/rateplans/none')).status).toBe(404);
});

it('have custom fields at the top, set without a new version', async () => {
  const before = await zuora.subscription(number);
  expect(before.Opportunity__c).toBe(null);
  const put = (body: object, path = 'customFields') => zuora.call('PUT', `/v1/subscriptions/${number}/${path}`, body);
  const plan = before.ratePlans?.[0];
  const answer = await put({
    customFields: { Opportunity__c: '006' },
    ratePlans: [
      {
        ratePlanId: plan?.id,
        customFields: { Line__c: 'A' },
        charges: [{ chargeNumber: 'C-00000001', customFields: { Sku__c: 'S' } }],
      },
    ],
  });
  expect(answer.body).toEqual({ success: true });
  const after = await zuora.subscription(number);
  expect([after.version, after.Opportunity__c, after.ratePlans?.[0]?.Line__c, charges(after)[0]?.Sku__c]).toEqual([
    3,
    '006',
    'A',
    'S',
  ]);
  expect((await put({ customFields: { Unknown__c: 1 } })).body.reasons?.[0]?.code).toBe(53100021);
  expect((await put({ ratePlans: [{ ratePlanId: 'none' }] })).body.reasons?.[0]?.code).toBe(53100020);
  expect((await put({ customFields: { Opportunity__c: 'old' } }, 'versions/1/customFields')).body).toEqual({
    success: true,
  });
  expect((await zuora.subscription(number)).Opportunity__c).toBe('006');
});

it('of an account come newest first, latest versions only', async () => {
  const { planId } = await zuora.plan([
    { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 5 }] },
  ]);
  await zuora.post('/__sim/clock', { advanceMs: 1000 });
  const second = await zuora.subscribe(account, planId, '2026-06-15');
  const { body } = await zuora.get(`/v1/subscriptions/accounts/${account.number}?pageSize=1`);
  expect(rows(body.subscriptions).map((one) => one.subscriptionNumber as unknown)).toEqual([second]);
  expect((await zuora.get(text(body.nextPage))).body.subscriptions).toMatchObject([
    { subscriptionNumber: number, version: 3 },
  ]);
});

it('show a subscription that was cancelled before its suspension ended as cancelled', async () => {
  await zuora.act(account, number, '2026-06-15', { type: 'Suspend', suspend: { suspendPolicy: 'Today' } });
  expect((await zuora.subscription(number)).status).toBe('Suspended');
  await zuora.post('/v1/orders', {
    orderDate: '2026-06-15',
    existingAccountNumber: account.number,
    subscriptions: [
      {
        subscriptionNumber: number,
        orderActions: [
          { type: 'Resume', triggerDates: triggerDates('2026-06-15'), resume: { resumePolicy: 'SuspendDate' } },
          {
            type: 'CancelSubscription',
            triggerDates: triggerDates('2026-06-15'),
            cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: '2026-06-15' },
          },
        ],
      },
    ],
  });
  expect(await zuora.subscription(number)).toMatchObject({ status: 'Cancelled', version: 5 });
});

it('say that a segment is done once all of it is billed', async () => {
  const { planId } = await zuora.plan([
    { Name: 'Setup', ChargeType: 'OneTime', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 9 }] },
    { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 5 }] },
  ]);
  const one = await zuora.subscribe(account, planId, '2026-01-01');
  const done = async () => charges(await zuora.subscription(one)).map(({ name, done }) => [name, done]);
  expect(await done()).toEqual([
    ['Setup', false],
    ['Fee', false],
  ]);
  const billUntil = (targetDate: string) =>
    zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate });
  await billUntil('2026-06-15');
  expect(await done()).toEqual([
    ['Setup', true],
    ['Fee', false],
  ]);
  await billUntil('2027-01-01');
  expect(await done()).toEqual([
    ['Setup', true],
    ['Fee', true],
  ]);
});
