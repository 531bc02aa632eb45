import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../kit/clock.ts';
import { charges, rows, startTest, text, triggerDates, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };
let planId: string;

beforeEach(async () => {
  zuora = await startTest({
    // Set before the start, for the daily job follows the clock forward only.
    clock: new SimClock(Date.parse('2026-11-02T20:00:00Z') - Date.now()),
    customFields: { order: ['Campaign__c'], orderAction: ['Line__c'] },
  });
  account = await zuora.account({ billCycleDay: 1 });
  const plan = await zuora.plan([
    { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 100 }] },
    {
      Name: 'Service',
      ChargeModel: 'Flat Fee Pricing',
      TriggerEvent: 'ServiceActivation',
      tiers: [{ Currency: 'USD', Price: 50 }],
    },
  ]);
  planId = plan.planId;
});
afterEach(() => zuora.sim.close());

const create = (dates: unknown = triggerDates('2026-11-01'), more: Record<string, unknown> = {}) => ({
  type: 'CreateSubscription',
  triggerDates: dates,
  createSubscription: {
    terms: { initialTerm: { termType: 'TERMED', period: 12, periodType: 'Month' } },
    subscribeToRatePlans: [{ productRatePlanId: planId }],
    ...more,
  },
});

const order = (parts: unknown[], more: Record<string, unknown> = {}) => ({
  orderDate: '2026-11-02',
  existingAccountNumber: account.number,
  subscriptions: parts,
  ...more,
});

const put = (path: string, body: unknown = {}) => zuora.call('PUT', path, body);
const code = (answer: { status: number; body: Loose }) => [answer.status, answer.body.reasons?.[0]?.code];
const statusOf = async (number: string) => (await zuora.get(`/v1/orders/${number}`)).body.order?.status;

describe('drafts', () => {
  it('change nothing until they are activated', async () => {
    const draft = await zuora.post('/v1/orders', order([{ orderActions: [create()] }], { status: 'Draft' }));
    expect(draft).toMatchObject({ status: 'Draft', orderNumber: 'O-00000001', accountNumber: account.number });
    expect(draft.subscriptions).toBeUndefined();
    expect((await zuora.get(`/v1/subscriptions/accounts/${account.number}`)).body.subscriptions).toEqual([]);
    const changed = await put('/v1/orders/O-00000001', order([{ orderActions: [create()] }], { description: 'Later' }));
    expect(changed.body).toMatchObject({ success: true, status: 'Draft' });
    const activated = await put('/v1/orders/O-00000001/activate');
    expect(activated.body).toMatchObject({ status: 'Completed', subscriptions: [{ status: 'Active' }] });
    expect((await zuora.get('/v1/orders/O-00000001')).body.order).toMatchObject({
      description: 'Later',
      status: 'Completed',
    });
    expect(code(await put('/v1/orders/O-00000001/activate'))).toEqual([400, 58730030]);
    expect(code(await put('/v1/orders/O-00000001', order([{ orderActions: [create()] }])))).toEqual([400, 58730030]);
  });

  it('can be cancelled and deleted', async () => {
    await zuora.post('/v1/orders', order([{ orderActions: [create()] }], { status: 'Draft' }));
    const cancelled = await put('/v1/orders/O-00000001/cancel', { cancelReason: 'Lost' });
    expect(cancelled.body).toEqual({
      success: true,
      orderNumber: 'O-00000001',
      accountNumber: account.number,
      status: 'Cancelled',
      cancelReason: 'Lost',
    });
    expect(code(await put('/v1/orders/O-00000001/cancel'))).toEqual([400, 58730030]);
    expect((await zuora.call('DELETE', '/v1/orders/O-00000001')).body).toEqual({ success: true });
    expect((await zuora.get('/v1/orders/O-00000001')).status).toBe(404);
  });

  it('keep the account that they were made for', async () => {
    await zuora.post('/v1/orders', order([{ orderActions: [create()] }], { status: 'Draft' }));
    const other = await zuora.account();
    const moved = await put(
      '/v1/orders/O-00000001',
      order([{ orderActions: [create()] }], { existingAccountNumber: other.number }),
    );
    expect(code(moved)).toEqual([400, 58730030]);
  });
});

describe('scheduled orders', () => {
  const later = { status: 'Scheduled', schedulingOptions: { scheduledDate: '2026-11-10' } };

  it('are carried out on their day', async () => {
    const made = await zuora.post('/v1/orders', order([{ orderActions: [create()] }], later));
    expect(made.status).toBe('Scheduled');
    await zuora.today('2026-11-09');
    expect(await statusOf('O-00000001')).toBe('Scheduled');
    await zuora.today('2026-11-10');
    expect((await zuora.get('/v1/orders/O-00000001')).body.order).toMatchObject({
      status: 'Completed',
      schedulingOptions: { scheduledDate: '2026-11-10', scheduledDatePolicy: 'SpecificDate' },
      subscriptions: [{ newVersion: 1 }],
    });
  });

  it('fail when they cannot be carried out', async () => {
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    const renewal = { subscriptionNumber: number, orderActions: [{ type: 'RenewSubscription' }] };
    await zuora.post('/v1/orders', order([renewal], later));
    await zuora.act(account, number, '2026-11-05', {
      type: 'CancelSubscription',
      cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: '2026-11-05' },
    });
    expect(rows((await zuora.get(`/v1/orders/subscription/${number}/pending`)).body.orders)).toHaveLength(1);
    await zuora.today('2026-11-10');
    expect(await statusOf('O-00000002')).toBe('Failed');
    expect((await zuora.get('/v1/orders?status=failed')).body.orders).toMatchObject([{ orderNumber: 'O-00000002' }]);
  });

  it('need a date', async () => {
    const dateless = await zuora.call(
      'POST',
      '/v1/orders',
      order([{ orderActions: [create()] }], { status: 'Scheduled' }),
    );
    expect(code(dateless)).toEqual([400, 58730022]);
  });
});

describe('a tenant that asks for activation and acceptance', () => {
  const contractOnly = [{ name: 'ContractEffective', triggerDate: '2026-11-01' }];

  beforeEach(async () => {
    await zuora.post('/__sim/options', { requireServiceActivation: true, requireCustomerAcceptance: true });
  });

  it('keeps a new subscription pending until both dates are given', async () => {
    const made = await zuora.post('/v1/orders', order([{ orderActions: [create(contractOnly)] }]));
    const number = text(made.subscriptions?.[0]?.subscriptionNumber);
    expect(made).toMatchObject({ status: 'Pending', subscriptions: [{ status: 'Pending Activation' }] });
    const pending = await zuora.subscription(number, 'last-segment');
    expect(pending).toMatchObject({
      status: 'Pending Activation',
      serviceActivationDate: null,
      customerAcceptanceDate: null,
      contractedMrr: 0,
    });
    expect(charges(pending)).toMatchObject([
      { name: 'Fee', effectiveStartDate: '2026-11-01' },
      { name: 'Service', effectiveStartDate: null, effectiveEndDate: null, mrr: null },
    ]);
    const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number });
    expect(billed.invoices).toEqual([]);
    const change = await zuora.call(
      'POST',
      '/v1/orders',
      order([
        {
          subscriptionNumber: number,
          orderActions: [{ type: 'RenewSubscription', triggerDates: triggerDates('2026-11-02') }],
        },
      ]),
    );
    expect(code(change)).toEqual([400, 58730030]);

    const dates = (name: string, triggerDate: string) =>
      put('/v1/orders/O-00000001/triggerDates', {
        subscriptions: [
          { subscriptionNumber: number, orderActions: [{ sequence: 0, triggerDates: [{ name, triggerDate }] }] },
        ],
      });
    expect((await dates('ServiceActivation', '2026-11-15')).body).toMatchObject({
      status: 'Pending',
      subscriptions: [{ subscriptionNumber: number, status: 'Pending Acceptance' }],
    });
    expect(code(await dates('CustomerAcceptance', '2026-11-14'))).toEqual([400, 58730030]);
    expect((await dates('CustomerAcceptance', '2026-11-20')).body).toMatchObject({
      status: 'Completed',
      subscriptions: [{ status: 'Active' }],
    });
    const active = await zuora.subscription(number, 'last-segment');
    expect(active).toMatchObject({ version: 1, contractedMrr: 150, serviceActivationDate: '2026-11-15' });
    expect(charges(active)[1]).toMatchObject({
      effectiveStartDate: '2026-11-15',
      effectiveEndDate: '2027-11-01',
      mrr: 50,
    });
    expect(code(await dates('ServiceActivation', '2026-11-16'))).toEqual([400, 58730030]);
  });

  it('keeps a change pending, and the subscription as it is', async () => {
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    const waiting = await zuora.post(
      '/v1/orders',
      order([
        {
          subscriptionNumber: number,
          orderActions: [{ type: 'AddProduct', triggerDates: contractOnly, addProduct: { productRatePlanId: planId } }],
        },
      ]),
    );
    expect(waiting).toMatchObject({ status: 'Pending', orderNumber: 'O-00000002' });
    expect(await zuora.subscription(number)).toMatchObject({ version: 1, status: 'Active' });
    const given = await put('/v1/orders/O-00000002/triggerDates', {
      subscriptions: [
        {
          subscriptionNumber: number,
          orderActions: [
            {
              sequence: 0,
              triggerDates: [
                { name: 'ServiceActivation', triggerDate: '2026-11-03' },
                { name: 'CustomerAcceptance', triggerDate: '2026-11-03' },
              ],
            },
          ],
        },
      ],
    });
    expect(given.body).toMatchObject({ status: 'Completed', subscriptions: [{ status: 'Active' }] });
    expect(await zuora.subscription(number)).toMatchObject({ version: 2, contractedMrr: 300 });
  });
});

describe('deleting a completed order', () => {
  it('brings its subscriptions back to the version before, unless they are billed', async () => {
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    await zuora.act(account, number, '2026-11-02', { type: 'RenewSubscription' });
    expect(code(await zuora.call('DELETE', '/v1/orders/O-00000001'))[0]).toBe(400);
    expect((await zuora.call('DELETE', '/v1/orders/O-00000002')).body).toEqual({ success: true });
    expect(await zuora.subscription(number)).toMatchObject({ version: 1, termEndDate: '2027-11-01' });
    await zuora.post('/__sim/act/post-invoice', { account: account.number });
    expect((await zuora.call('DELETE', '/v1/orders/O-00000001')).status).toBe(400);
  });
});

describe('reverting a completed order', () => {
  it('brings its subscriptions back in a new version, and gives back what was billed', async () => {
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    await zuora.act(account, number, '2026-11-01', { type: 'AddProduct', addProduct: { productRatePlanId: planId } });
    await zuora.post('/__sim/act/post-invoice', { account: account.number });
    const revert = (order: string, body: object) => zuora.call('POST', `/v1/orders/${order}/revert`, body);
    expect(code(await revert('O-00000002', {}))).toEqual([400, 70770022]);
    expect(code(await revert('O-00000001', { orderDate: '2026-11-03' }))).toEqual([400, 70770030]);
    expect((await revert('O-00000002', { orderDate: '2026-11-03' })).body).toEqual({
      success: true,
      orderNumber: 'O-00000003',
      accountNumber: account.number,
      status: 'Completed',
      subscriptionNumbers: [number],
    });
    expect(await statusOf('O-00000002')).toBe('Reverted');
    const reverted = await zuora.subscription(number);
    expect(reverted).toMatchObject({ version: 3, contractedMrr: 150, totalContractedValue: 1800 });
    expect(rows(reverted.ratePlans).map((plan) => plan.lastChangeType)).toEqual([null, 'Remove']);
    const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number });
    expect(billed.creditMemos).toMatchObject([{ amount: 150 }]);
    expect(code(await revert('O-00000002', { orderDate: '2026-11-03' }))).toEqual([400, 70770030]);
  });

  it('takes an update back to the segment before it', async () => {
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    await zuora.act(account, number, '2026-12-01', {
      type: 'UpdateProduct',
      updateProduct: {
        subscriptionRatePlanNumber: 'SRP-00000001',
        chargeUpdates: [{ chargeNumber: 'C-00000001', pricing: { recurringFlatFee: { listPrice: 130 } } }],
      },
    });
    await zuora.post('/v1/orders/O-00000002/revert', { orderDate: '2026-11-03' });
    const all = charges(await zuora.subscription(number, 'all-segments'));
    expect(all.map((one) => [one.segment, one.effectiveEndDate, one.price, one.tcv])).toEqual([
      [1, '2027-11-01', 100, 1200],
      [1, '2027-11-01', 50, 600],
    ]);
  });
});

describe('lists of orders', () => {
  it('go by dates, subscription, owner and payer, newest first', async () => {
    const payer = await zuora.account();
    const number = text(
      (
        await zuora.post('/v1/orders', {
          ...order([{ orderActions: [create(undefined, { subscriptionOwnerAccountNumber: account.number })] }]),
          existingAccountNumber: payer.number,
          orderDate: '2026-10-01',
        })
      ).subscriptions?.[0]?.subscriptionNumber,
    );
    await zuora.act(payer, number, '2026-11-02', { type: 'RenewSubscription' });
    const numbers = async (path: string) =>
      rows((await zuora.get(path)).body.orders).map((one) => one.orderNumber as unknown);
    expect(await numbers('/v1/orders')).toEqual(['O-00000002', 'O-00000001']);
    expect(await numbers('/v1/orders?startDate=2026-10-01&endDate=2026-10-31')).toEqual(['O-00000001']);
    expect(await numbers('/v1/orders?dateFilterOption=updatedDate&startDate=2026-11-03')).toEqual([]);
    expect(await numbers(`/v1/orders/subscriptionOwner/${account.number}`)).toEqual(['O-00000002', 'O-00000001']);
    expect(await numbers(`/v1/orders/invoiceOwner/${account.number}`)).toEqual([]);
    expect(await numbers(`/v1/orders/invoiceOwner/${payer.number}?pageSize=1`)).toEqual(['O-00000002']);
    expect(await numbers(`/v1/orders/invoiceOwner/${payer.number}?status=draft`)).toEqual([]);
    expect((await zuora.get('/v1/orders?status=done')).status).toBe(400);
    expect((await zuora.get('/v1/orders?startDate=November')).status).toBe(400);
    expect((await zuora.get('/v1/orders/invoiceOwner/none')).status).toBe(404);
  });
});

describe('custom fields', () => {
  it('stand on orders and actions, and can be set later', async () => {
    await zuora.post(
      '/v1/orders',
      order([{ orderActions: [{ ...create(), customFields: { Line__c: '1' } }] }], {
        customFields: { Campaign__c: 'A' },
      }),
    );
    const read = async () => (await zuora.get('/v1/orders/O-00000001')).body.order;
    const before = await read();
    expect(before?.customFields).toEqual({ Campaign__c: 'A' });
    const { subscriptionNumber } = before?.subscriptions?.[0] ?? {};
    await put('/v1/orders/O-00000001/customFields', {
      customFields: { Campaign__c: 'B' },
      subscriptions: [{ subscriptionNumber, orderActions: [{ sequence: 0, customFields: { Line__c: '2' } }] }],
    });
    const after = await read();
    expect(after?.customFields).toEqual({ Campaign__c: 'B' });
    expect(after?.subscriptions?.[0]?.orderActions?.[0]?.customFields).toEqual({ Line__c: '2' });
    expect(code(await put('/v1/orders/O-00000001/customFields', { customFields: { Other__c: 'B' } }))).toEqual([
      400, 58730021,
    ]);
  });
});
