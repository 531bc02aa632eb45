import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charges, rows, startTest, text, type CatalogCharge, type TestClient } from '../testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest({ customFields: { product: ['Line__c'], productRatePlanCharge: ['Gl__c'] } });
  await zuora.today('2026-01-01');
});
afterEach(() => zuora.sim.close());

const crud = (method: string, path: string, body?: unknown) => zuora.call(method, `/v1/object/${path}`, body);
const usd = (Price: number) => [{ Currency: 'USD', Price }];
const product = { Name: 'Platform', EffectiveStartDate: '2020-01-01', EffectiveEndDate: '2040-01-01' };

const bands = [
  { Currency: 'USD', StartingUnit: 0, EndingUnit: 10, Price: 10 },
  { Currency: 'USD', StartingUnit: 11, EndingUnit: 20, Price: 8, PriceFormat: 'Flat Fee' },
];

const charge = (more: Record<string, unknown> = {}) => ({
  Name: 'Fee',
  ChargeModel: 'Flat Fee Pricing',
  ChargeType: 'Recurring',
  BillCycleType: 'DefaultFromCustomer',
  BillingPeriod: 'Semi-Annual',
  TriggerEvent: 'ContractEffective',
  UseDiscountSpecificAccountingCode: false,
  ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: usd(600) },
  ...more,
});

async function plan(): Promise<{ productId: string; planId: string }> {
  const productId = text((await crud('POST', 'product', product)).body.Id);
  const made = await crud('POST', 'product-rate-plan', { Name: 'Standard', ProductId: productId });
  return { productId, planId: text(made.body.Id) };
}

describe('CRUD', () => {
  it('makes, reads, changes and deletes products, plans and charges', async () => {
    const { productId, planId } = await plan();
    expect((await crud('GET', `product/${productId}`)).body).toMatchObject({
      Id: productId,
      Name: 'Platform',
      SKU: 'SKU-00000001',
      ProductNumber: 'PC-00000001',
    });
    expect((await crud('PUT', `product/${productId}`, { Category: 'Base Products', Line__c: 'A' })).body).toEqual({
      Success: true,
      Id: productId,
    });
    expect((await crud('GET', `product/${productId}`)).body).toMatchObject({
      Category: 'Base Products',
      Line__c: 'A',
      SKU: 'SKU-00000001',
    });
    await crud('PUT', `product-rate-plan/${planId}`, { Grade: 3 });
    const id = text(
      (await crud('POST', 'product-rate-plan-charge', charge({ ProductRatePlanId: planId, Gl__c: '40' }))).body.Id,
    );
    expect((await crud('GET', `product-rate-plan/${planId}`)).body).toMatchObject({
      Grade: 3,
      ActiveCurrencies: ['USD'],
    });
    expect((await crud('GET', `product-rate-plan-charge/${id}`)).body).toMatchObject({
      Id: id,
      BillingPeriod: 'Semi-Annual',
      ListPriceBase: 'Per Billing Period',
      BillingTiming: 'In Advance',
      EndDateCondition: 'SubscriptionEnd',
      Gl__c: '40',
    });
    await crud('PUT', `product-rate-plan-charge/${id}`, {
      RevRecCode: 'R1',
      PriceChangeOption: 'UseLatestProductCatalogPricing',
    });
    const read = (await zuora.get(`/v1/product-rate-plan-charges/${id}`)).body;
    expect(read).toMatchObject({
      revRecCode: 'R1',
      priceChangeOption: 'UseLatestProductCatalogPricing',
      billingPeriod: 'Semi_Annual',
      listPriceBase: 'Per_Billing_Period',
      billingTiming: 'IN_ADVANCE',
      pricing: [{ currency: 'USD', price: 600 }],
      success: true,
    });
    expect((await crud('DELETE', `product-rate-plan-charge/${id}`)).body).toEqual({ id, success: true });
    expect((await crud('GET', `product-rate-plan-charge/${id}`)).status).toBe(404);
    expect((await crud('DELETE', `product/${productId}`)).body).toEqual({ id: productId, success: true });
    expect((await zuora.get('/v1/catalog/products')).body.products).toEqual([]);
  });

  it('keeps what is sold', async () => {
    const account = await zuora.account();
    const sold = await zuora.plan([{ Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: usd(1) }]);
    await zuora.subscribe(account, sold.planId, '2026-01-01');
    const answer = await crud('DELETE', `product-rate-plan/${sold.planId}`);
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { Success: false, Errors: [{ Code: 'TRANSACTION_FAILED' }] },
    ]);
    expect((await crud('DELETE', `product-rate-plan-charge/${sold.charge['Fee']}`)).status).toBe(400);
  });

  it('changes only the price of a tier row', async () => {
    const { planId } = await plan();
    const made = await crud(
      'POST',
      'product-rate-plan-charge',
      charge({
        ProductRatePlanId: planId,
        ChargeModel: 'Tiered Pricing',
        UOM: 'Seat',
        ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: bands },
      }),
    );
    const row = zuora.sim.tenant.data.productCharges[0]!.prices[0]!.rowIds[1]!;
    expect((await crud('GET', `product-rate-plan-charge-tier/${row}`)).body).toMatchObject({
      Id: row,
      Tier: 2,
      Currency: 'USD',
      StartingUnit: 11,
      EndingUnit: 20,
      Price: 8,
      PriceFormat: 'Flat Fee',
    });
    expect(
      (await crud('PUT', `product-rate-plan-charge-tier/${row}?rejectUnknownFields=true`, { Price: 9, EndingUnit: 30 }))
        .body,
    ).toEqual({ message: 'Error - unrecognised fields' });
    expect((await crud('PUT', `product-rate-plan-charge-tier/${row}`, { Price: 9 })).body).toEqual({
      Success: true,
      Id: row,
    });
    const read = (await zuora.get(`/v1/product-rate-plan-charges/${text(made.body.Id)}`)).body;
    expect(rows(read.pricing?.[0]?.tiers).map((tier) => tier.price)).toEqual([10, 9]);
    expect((await crud('GET', 'product-rate-plan-charge-tier/none')).status).toBe(404);
  });

  it('refuses what does not fit', async () => {
    const { productId, planId } = await plan();
    const codes = async (path: string, body: object) => {
      const { status, body: answer } = await crud('POST', path, body);
      return [status, answer.Errors?.[0]?.Code];
    };
    expect(await codes('product', { ...product, SKU: 'SKU-00000001' })).toEqual([400, 'INVALID_VALUE']);
    expect(await codes('product', { ...product, EffectiveEndDate: '2019-01-01' })).toEqual([400, 'TRANSACTION_FAILED']);
    expect(await codes('product', { Name: 'X' })).toEqual([400, 'MISSING_REQUIRED_VALUE']);
    expect(await codes('product', { ...product, Other__c: 1 })).toEqual([200, undefined]);
    expect((await crud('POST', 'product?rejectUnknownFields=true', { ...product, Other__c: 1 })).status).toBe(400);
    expect(await codes('product-rate-plan', { Name: 'X', ProductId: 'none' })).toEqual([400, 'INVALID_VALUE']);
    const refused = async (more: object) =>
      (await codes('product-rate-plan-charge', charge({ ProductRatePlanId: planId, ...more })))[1];
    expect(await refused({ ProductRatePlanId: productId })).toBe('INVALID_VALUE');
    expect(await refused({ ChargeModel: 'Per Unit Pricing' })).toBe('MISSING_REQUIRED_VALUE');
    expect(await refused({ ChargeModel: 'Overage Pricing', UOM: 'Call' })).toBe('TRANSACTION_FAILED');
    expect(await refused({ BillingPeriod: 'Specific Months' })).toBe('MISSING_REQUIRED_VALUE');
    expect(await refused({ BillCycleType: 'SpecificDayofMonth' })).toBe('MISSING_REQUIRED_VALUE');
    expect(await refused({ EndDateCondition: 'FixedPeriod' })).toBe('MISSING_REQUIRED_VALUE');
    expect(await refused({ PriceChangeOption: 'SpecificPercentageValue' })).toBe('MISSING_REQUIRED_VALUE');
    expect(await refused({ BillingPeriod: 'Semi_Annual' })).toBe('INVALID_VALUE');
    const unordered = { ProductRatePlanChargeTier: bands.toReversed() };
    expect(
      await refused({ ChargeModel: 'Tiered Pricing', UOM: 'Seat', ProductRatePlanChargeTierData: unordered }),
    ).toBe('TRANSACTION_FAILED');
    expect(
      (
        await crud(
          'POST',
          'product-rate-plan-charge',
          charge({ ProductRatePlanId: planId, ChargeModel: 'Delivery Pricing' }),
        )
      ).status,
    ).toBe(501);
    expect(
      (await crud('POST', 'product-rate-plan-charge', charge({ ProductRatePlanId: planId, IsPrepaid: true }))).status,
    ).toBe(501);
  });
});

describe('reads of the catalog', () => {
  it('are ten on a page, newest first, with plans inline before version 230 and an address from then on', async () => {
    for (let count = 0; count < 11; count++) await crud('POST', 'product', { ...product, Name: `P${count}` });
    const first = (await zuora.get('/v1/catalog/products')).body;
    expect([rows(first.products).length, first.products?.[0]?.name]).toEqual([10, 'P10']);
    expect(rows((await zuora.get(text(first.nextPage))).body.products)).toHaveLength(1);
    const address = text(first.products?.[0]?.productRatePlans);
    expect((await zuora.get(address)).body).toEqual({ productRatePlans: [], success: true });
    const old = (await zuora.get('/v1/catalog/products', { 'zuora-version': '229.0' })).body;
    expect(old.products?.[0]?.productRatePlans).toEqual([]);
  });

  it('find rate plans by id, number and external id', async () => {
    const { planId } = await plan();
    await zuora.post('/__sim/catalog/external-ids', { ratePlan: planId, ids: ['EXT-1'] });
    for (const key of [planId, 'PRP-00000001', 'EXT-1'])
      expect((await zuora.get(`/v1/product-rate-plans/${key}`)).body).toMatchObject({ id: planId, status: 'Active' });
    const list = (await zuora.get('/v1/product-rate-plans/external-id/EXT-1')).body;
    expect(list.productRatePlans).toMatchObject([{ id: planId, externallyManagedPlanIds: ['EXT-1'] }]);
    expect((await zuora.get('/v1/product-rate-plans/external-id/none')).status).toBe(404);
  });
});

describe('charge models', () => {
  it('price tiers with overage for usage, and fixed amounts off', async () => {
    const account = await zuora.account({ billCycleDay: 1 });
    const models: CatalogCharge[] = [
      {
        Name: 'Calls',
        ChargeModel: 'Tiered with Overage Pricing',
        ChargeType: 'Usage',
        UOM: 'Call',
        tiers: [
          { Currency: 'USD', StartingUnit: 0, EndingUnit: 10, Price: 2 },
          { Currency: 'USD', StartingUnit: 11, EndingUnit: 20, Price: 5, PriceFormat: 'Flat Fee' },
          { Currency: 'USD', Price: 3, IsOveragePrice: true },
        ],
      },
      {
        Name: 'Coupon',
        ChargeModel: 'Discount-Fixed Amount',
        ApplyDiscountTo: 4,
        tiers: [{ Currency: 'USD', DiscountAmount: 7 }],
      },
    ];
    const { planId } = await zuora.plan(models);
    const number = await zuora.subscribe(account, planId, '2026-01-01');
    expect(charges(await zuora.subscription(number))).toMatchObject([
      { model: 'TieredwithOverage', overagePrice: 3, mrr: 0, tcv: 0 },
      { model: 'DiscountFixedAmount', discountAmount: 7, applyDiscountTo: 'USAGE', mrr: 0 },
    ]);
    await zuora.post('/v1/object/usage', {
      AccountId: account.id,
      Quantity: 25,
      StartDateTime: '2026-01-10T12:00:00Z',
      UOM: 'Call',
    });
    // 10 x 2 + 5 + 5 x 3, less 7.
    const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate: '2026-02-01' });
    expect(billed.invoices).toMatchObject([{ amount: 33 }]);
  });
});

describe('billing periods', () => {
  const billedFrom = async (more: Partial<CatalogCharge>, targetDate: string, start = '2026-01-10') => {
    const account = await zuora.account({ billCycleDay: 1 });
    const { planId } = await zuora.plan([{ Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: usd(300), ...more }]);
    await zuora.subscribe(account, planId, start);
    const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate });
    const read = (await zuora.get(`/v1/invoices/${text(billed.invoices?.[0]?.invoiceNumber)}/items`)).body;
    return rows(read.invoiceItems).map((one) => [one.serviceStartDate, one.serviceEndDate, one.chargeAmount]);
  };

  it('start on a day of the month or week, or on that of the subscription', async () => {
    // A stub of 5 days of the 31 from 15 December to 14 January.
    expect(await billedFrom({ BillCycleType: 'SpecificDayofMonth', BillCycleDay: 15 }, '2026-01-15')).toEqual([
      ['2026-01-10', '2026-01-14', 48.39],
      ['2026-01-15', '2026-02-14', 300],
    ]);
    expect(await billedFrom({ BillCycleType: 'SubscriptionStartDay' }, '2026-01-15')).toEqual([
      ['2026-01-10', '2026-02-09', 300],
    ]);
    // 10 January 2026 is a Saturday: two days of seven until Monday.
    expect(
      await billedFrom(
        { BillCycleType: 'SpecificDayofWeek', WeeklyBillCycleDay: 'Monday', BillingPeriod: 'Week' },
        '2026-01-12',
      ),
    ).toEqual([
      ['2026-01-10', '2026-01-11', 85.71],
      ['2026-01-12', '2026-01-18', 300],
    ]);
  });

  it('are aligned to the charge, the subscription or the term', async () => {
    const quarterly = {
      BillCycleType: 'ChargeTriggerDay',
      BillingPeriod: 'Quarter',
      TriggerEvent: 'ServiceActivation',
    };
    const { planId } = await zuora.plan([
      { Name: 'Own', ChargeModel: 'Flat Fee Pricing', tiers: usd(300), ...quarterly },
      {
        Name: 'Aligned',
        ChargeModel: 'Flat Fee Pricing',
        tiers: usd(300),
        ...quarterly,
        BillingPeriodAlignment: 'AlignToSubscriptionStart',
      },
    ]);
    const account = await zuora.account({ billCycleDay: 1 });
    await zuora.post('/v1/orders', {
      orderDate: '2026-01-01',
      existingAccountNumber: account.number,
      subscriptions: [
        {
          orderActions: [
            {
              type: 'CreateSubscription',
              triggerDates: [
                { name: 'ContractEffective', triggerDate: '2026-01-01' },
                { name: 'ServiceActivation', triggerDate: '2026-02-01' },
              ],
              createSubscription: {
                terms: { initialTerm: { termType: 'TERMED', period: 12, periodType: 'Month' } },
                subscribeToRatePlans: [{ productRatePlanId: planId }],
              },
            },
          ],
        },
      ],
    });
    const billed = await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate: '2026-02-01' });
    const read = (await zuora.get(`/v1/invoices/${text(billed.invoices?.[0]?.invoiceNumber)}/items`)).body;
    expect(rows(read.invoiceItems).map((one) => [one.chargeName, one.serviceEndDate, one.chargeAmount])).toEqual([
      ['Own', '2026-04-30', 300],
      // 59 of the 90 days from January to March.
      ['Aligned', '2026-03-31', 196.67],
    ]);
  });
});
