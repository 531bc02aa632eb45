import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../kit/clock.ts';
import { charges, rows, startTest, text, triggerDates, type TestClient } from '../testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  // Set before the start, for the daily job follows the clock forward only.
  zuora = await startTest({ clock: new SimClock(Date.parse('2026-11-21T20:00:00Z') - Date.now()) });
});
afterEach(() => zuora.sim.close());

const seats = { Name: 'Seats', ChargeModel: 'Per Unit Pricing', UOM: 'Seat', tiers: [{ Currency: 'USD', Price: 20 }] };

async function sell(quantity = 10, start = '2026-11-01') {
  const account = await zuora.account();
  const { planId, charge } = await zuora.plan([seats]);
  const number = await zuora.subscribe(account, planId, start, {
    chargeOverrides: [
      { productRatePlanChargeId: charge['Seats'], pricing: { recurringPerUnit: { quantity, listPrice: 19.99 } } },
    ],
  });
  return { account, planId, number };
}

describe('orders', () => {
  it('makes a subscription with exclusive end dates, exact MRR and TCV', async () => {
    const { number } = await sell(60);
    const subscription = await zuora.subscription(number);
    expect(subscription).toMatchObject({
      version: 1,
      status: 'Active',
      termStartDate: '2026-11-01',
      termEndDate: '2027-11-01',
      subscriptionEndDate: '2027-11-01',
      contractedMrr: 1199.4,
      totalContractedValue: 14392.8,
      isLatestVersion: true,
      notes: null,
    });
    expect(charges(subscription)).toMatchObject([
      { number: 'C-00000001', model: 'PerUnit', quantity: 60, price: 19.99, mrr: 1199.4, tcv: 14392.8, segment: 1 },
    ]);
    expect(subscription.ratePlans?.[0]).toMatchObject({
      lastChangeType: null,
      subscriptionRatePlanNumber: 'SRP-00000001',
    });
  });

  it('makes a new version with a new segment when a quantity changes', async () => {
    const { account, number } = await sell(10);
    const before = await zuora.subscription(number);
    await zuora.act(account, number, '2027-02-01', {
      type: 'UpdateProduct',
      updateProduct: {
        subscriptionRatePlanNumber: before.ratePlans?.[0]?.subscriptionRatePlanNumber,
        chargeUpdates: [{ chargeNumber: 'C-00000001', pricing: { recurringPerUnit: { quantity: 15 } } }],
      },
    });
    const current = await zuora.subscription(number, 'current-segment');
    const last = (await zuora.get(`/v1/subscriptions/${number}`)).body;
    const all = await zuora.subscription(number, 'all-segments');
    expect(current.version).toBe(2);
    expect(current.id).not.toBe(before.id);
    expect(current.ratePlans?.[0]?.id).not.toBe(before.ratePlans?.[0]?.id);
    expect(charges(current)).toMatchObject([{ quantity: 10, mrr: 199.9, effectiveEndDate: '2027-02-01' }]);
    expect(charges(last)).toMatchObject([{ quantity: 15, mrr: 299.85, effectiveStartDate: '2027-02-01' }]);
    expect(charges(all).map((one) => [one.segment, one.quantity, one.originalChargeId])).toEqual([
      [1, 10, charges(before)[0]?.originalChargeId],
      [2, 15, charges(before)[0]?.originalChargeId],
    ]);
    expect(last.contractedMrr).toBe(299.85);
    const first = await zuora.get(`/v1/subscriptions/${number}/versions/1`);
    expect(first.body).toMatchObject({ version: 1, isLatestVersion: false });
  });

  it('adds and removes products', async () => {
    const { account, number, planId } = await sell(10);
    await zuora.act(account, number, '2026-11-15', { type: 'AddProduct', addProduct: { productRatePlanId: planId } });
    const added = await zuora.subscription(number);
    expect(rows(added.ratePlans).map((plan) => plan.lastChangeType)).toEqual([null, 'Add']);
    await zuora.act(account, number, '2026-11-20', {
      type: 'RemoveProduct',
      removeProduct: { ratePlanId: added.ratePlans?.[0]?.id },
    });
    const removed = await zuora.subscription(number);
    expect(removed.version).toBe(3);
    expect(rows(removed.ratePlans).map((plan) => [plan.lastChangeType, rows(plan.ratePlanCharges).length])).toEqual([
      ['Remove', 0],
      ['Add', 1],
    ]);
    expect(removed.contractedMrr).toBe(20);
  });

  it('renews by order and, on its day, by itself', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([seats]);
    const number = await zuora.subscribe(account, planId, '2025-12-01', { terms: { autoRenew: true } });
    await zuora.today('2026-11-30');
    expect(await zuora.subscription(number)).toMatchObject({ version: 1, termEndDate: '2026-12-01' });
    await zuora.today('2026-12-01');
    const renewed = await zuora.subscription(number);
    expect(renewed).toMatchObject({
      version: 2,
      termStartDate: '2026-12-01',
      termEndDate: '2027-12-01',
      status: 'Active',
    });
    expect(charges(renewed)[0]?.effectiveEndDate).toBe('2027-12-01');
    await zuora.act(account, number, '2026-12-01', { type: 'RenewSubscription', renewSubscription: {} });
    expect(await zuora.subscription(number)).toMatchObject({ version: 3, termEndDate: '2028-12-01' });
  });

  it('renews in a bill run, as often as it takes', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([seats]);
    const number = await zuora.subscribe(account, planId, '2024-06-01', { terms: { autoRenew: true } });
    expect(await zuora.subscription(number)).toMatchObject({ version: 1, termEndDate: '2025-06-01' });
    const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number });
    expect(billed.invoices).toMatchObject([{ amount: 600 }]);
    expect(await zuora.subscription(number)).toMatchObject({
      version: 3,
      termEndDate: '2027-06-01',
      contractedMrr: 20,
    });
  });

  it('leaves a term that ran out without renewal active', async () => {
    const { number } = await sell(1, '2025-11-01');
    const ended = await zuora.subscription(number);
    expect(ended).toMatchObject({ status: 'Active', termEndDate: '2026-11-01' });
    expect(ended.statusHistory).toEqual([
      { startDate: '2025-11-01', endDate: '2026-11-01', status: 'Active' },
      { startDate: '2026-11-01', endDate: null, status: 'OutOfTerm' },
    ]);
    expect(charges(ended)).toEqual([]);
  });

  it('cancels from a day on, by the tenant’s calendar, and takes no change after it', async () => {
    const { account, number } = await sell(10);
    await zuora.act(account, number, '2026-11-21', {
      type: 'CancelSubscription',
      cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: '2026-12-01' },
    });
    expect(await zuora.subscription(number)).toMatchObject({ status: 'Active', subscriptionEndDate: '2026-12-01' });
    // Still 30 November in Los Angeles.
    await zuora.post('/__sim/clock', { now: '2026-12-01T07:59:00Z' });
    expect((await zuora.subscription(number)).status).toBe('Active');
    await zuora.post('/__sim/clock', { now: '2026-12-01T08:01:00Z' });
    expect((await zuora.subscription(number)).status).toBe('Cancelled');
    const late = await zuora.call('POST', '/v1/orders', {
      orderDate: '2026-12-01',
      existingAccountNumber: account.number,
      subscriptions: [{ subscriptionNumber: number, orderActions: [{ type: 'RenewSubscription' }] }],
    });
    expect([late.status, late.body.reasons?.[0]?.code]).toEqual([400, 58730020]);
  });

  it('changes terms', async () => {
    const { account, number } = await sell(10);
    await zuora.act(account, number, '2026-11-21', {
      type: 'TermsAndConditions',
      termsAndConditions: { autoRenew: true, lastTerm: { termType: 'TERMED', period: 24, periodType: 'Month' } },
    });
    const changed = await zuora.subscription(number);
    expect(changed).toMatchObject({ autoRenew: true, termEndDate: '2028-11-01', currentTerm: 24 });
    expect(charges(changed)[0]?.effectiveEndDate).toBe('2028-11-01');
    await zuora.act(account, number, '2026-11-21', {
      type: 'TermsAndConditions',
      termsAndConditions: { lastTerm: { termType: 'EVERGREEN' } },
    });
    const evergreen = await zuora.subscription(number);
    expect(evergreen).toMatchObject({ termType: 'EVERGREEN', termEndDate: null, totalContractedValue: null });
    expect(charges(evergreen)).toMatchObject([{ effectiveEndDate: null, tcv: null, dtcv: null }]);
    await zuora.act(account, number, '2026-11-21', {
      type: 'TermsAndConditions',
      termsAndConditions: { lastTerm: { termType: 'TERMED', period: 6, periodType: 'Month' } },
    });
    expect(charges(await zuora.subscription(number))).toMatchObject([{ effectiveEndDate: '2027-05-01' }]);
    await zuora.act(account, number, '2027-05-01', { type: 'RenewSubscription' });
    const moved = await zuora.call('POST', '/v1/orders', {
      orderDate: '2026-11-21',
      existingAccountNumber: account.number,
      subscriptions: [
        {
          subscriptionNumber: number,
          orderActions: [
            {
              type: 'TermsAndConditions',
              termsAndConditions: {
                lastTerm: { termType: 'TERMED', period: 6, periodType: 'Month', startDate: '2027-06-01' },
              },
            },
          ],
        },
      ],
    });
    expect(moved.body.reasons?.[0]?.code).toBe(58730030);
  });

  it('does all of an order or nothing', async () => {
    const { planId } = await zuora.plan([seats]);
    const create = {
      type: 'CreateSubscription',
      triggerDates: triggerDates('2026-11-01'),
      createSubscription: {
        terms: { initialTerm: { termType: 'EVERGREEN' } },
        subscribeToRatePlans: [{ productRatePlanId: planId }],
      },
    };
    const order = (action: unknown) =>
      zuora.call('POST', '/v1/orders', {
        orderDate: '2026-11-01',
        newAccount: {
          name: 'New',
          currency: 'USD',
          billCycleDay: 0,
          billToContact: { firstName: 'A', lastName: 'B', country: 'France' },
        },
        subscriptions: [{ orderActions: [create, action] }],
      });
    expect((await order({ type: 'AddProduct', addProduct: { productRatePlanId: 'none' } })).status).toBe(400);
    expect((await zuora.get('/object-query/accounts')).body.data).toEqual([]);
    const done = await order({
      type: 'AddProduct',
      triggerDates: triggerDates('2026-11-05'),
      addProduct: { productRatePlanId: planId },
    });
    expect(done.body).toMatchObject({ success: true, accountNumber: 'A00000001', status: 'Completed' });
    const subscription = await zuora.subscription(text(done.body.subscriptions?.[0]?.subscriptionNumber));
    expect(subscription).toMatchObject({
      version: 1,
      termEndDate: null,
      totalContractedValue: null,
      contractedMrr: 40,
    });
  });

  it('refuses what it does not know, and says so', async () => {
    const { account, number, planId } = await sell(1);
    const order = (action: unknown) =>
      zuora.call('POST', '/v1/orders', {
        orderDate: '2026-11-21',
        existingAccountNumber: account.number,
        subscriptions: [{ subscriptionNumber: number, orderActions: [action] }],
      });
    const featured = await order({
      type: 'AddProduct',
      addProduct: { productRatePlanId: planId, subscriptionProductFeatures: [{ featureId: 'f' }] },
    });
    expect(featured.status).toBe(501);
    expect((await zuora.get('/__sim/unsupported')).body).toEqual({ 'orders: subscriptionProductFeatures': 1 });
    const merged = await order({ type: 'MergeSubscription' });
    expect([merged.status, merged.body.reasons?.[0]?.code]).toEqual([400, 58730020]);
    const twoBodies = await order({ type: 'AddProduct', addProduct: { productRatePlanId: planId }, removeProduct: {} });
    expect(twoBodies.body.reasons?.[0]?.code).toBe(58730021);
    const wrongPricing = await order({
      type: 'UpdateProduct',
      updateProduct: {
        subscriptionRatePlanNumber: 'SRP-00000001',
        chargeUpdates: [{ chargeNumber: 'C-00000001', pricing: { recurringFlatFee: { listPrice: 1 } } }],
      },
    });
    expect(wrongPricing.body.reasons?.[0]?.code).toBe(58730030);
  });

  it('takes an order number once', async () => {
    const { account, number } = await sell(1);
    const order = {
      orderDate: '2026-11-21',
      orderNumber: 'SF-1',
      existingAccountNumber: account.number,
      subscriptions: [{ subscriptionNumber: number, orderActions: [{ type: 'RenewSubscription' }] }],
    };
    expect((await zuora.post('/v1/orders', order)).orderNumber).toBe('SF-1');
    expect((await zuora.call('POST', '/v1/orders', order)).status).toBe(400);
    expect((await zuora.get('/v1/orders/SF-1')).body.order?.subscriptions).toMatchObject([
      { baseVersion: 1, newVersion: 2 },
    ]);
    const first = (await zuora.get('/v1/orders/O-00000001')).body.order?.subscriptions?.[0]?.orderActions?.[0];
    const versionOne = (await zuora.get(`/v1/subscriptions/${number}/versions/1`)).body;
    expect(first?.createSubscription?.subscribeToRatePlans).toMatchObject([
      { newRatePlanId: versionOne.ratePlans?.[0]?.id },
    ]);
  });
});
