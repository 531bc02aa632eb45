import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charges, rows, startTest, text, triggerDates, type CatalogCharge, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };

beforeEach(async () => {
  zuora = await startTest({
    customFields: { ratePlan: ['Line__c'], ratePlanCharge: ['Sku__c'], subscription: ['Opportunity__c'] },
  });
  await zuora.today('2026-01-01');
  account = await zuora.account({ billCycleDay: 1 });
});
afterEach(() => zuora.sim.close());

const usd = (Price: number) => [{ Currency: 'USD', Price }];
const fee = (more: Partial<CatalogCharge> = {}): CatalogCharge => ({
  Name: 'Fee',
  ChargeModel: 'Flat Fee Pricing',
  tiers: usd(100),
  ...more,
});

async function sell(more: Parameters<TestClient['subscribe']>[3] = {}, catalog: CatalogCharge[] = [fee()]) {
  const { planId, charge } = await zuora.plan(catalog);
  return { planId, charge, number: await zuora.subscribe(account, planId, '2026-01-01', more) };
}

/** Orders one action; @returns status and first code */
async function attempt(subscriptionNumber: string | undefined, day: string, ...actions: object[]) {
  const { status, body } = await zuora.call('POST', '/v1/orders', {
    orderDate: day,
    existingAccountNumber: account.number,
    subscriptions: [
      { subscriptionNumber, orderActions: actions.map((one) => ({ triggerDates: triggerDates(day), ...one })) },
    ],
  });
  return [status, body.reasons?.[0]?.code];
}

const refused = (suffix: number) => [400, 58730000 + suffix];
const cancelOn = (cancellationEffectiveDate: string) => ({
  type: 'CancelSubscription',
  cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate },
});

describe('creating a subscription', () => {
  it('takes overrides of billing, dates, prices and custom fields', async () => {
    const { planId, charge } = await zuora.plan([fee()]);
    const number = await zuora.subscribe(account, planId, '2026-01-01', {
      plans: [
        {
          productRatePlanId: planId,
          ratePlanName: 'Special',
          uniqueToken: 'plan',
          customFields: { Line__c: '10' },
          chargeOverrides: [
            {
              productRatePlanChargeId: charge['Fee'],
              chargeNumber: 'C-OWN',
              customFields: { Sku__c: 'S' },
              billing: {
                billingPeriod: 'Quarter',
                billCycleType: 'SpecificDayofMonth',
                billCycleDay: 15,
                billingTiming: 'IN_ARREARS',
                billingPeriodAlignment: 'AlignToSubscriptionStart',
              },
              startDate: { triggerEvent: 'SpecificDate', specificTriggerDate: '2026-02-01' },
              endDate: { endDateCondition: 'Fixed_Period', upToPeriods: 2, upToPeriodsType: 'Billing_Periods' },
              pricing: {
                recurringFlatFee: {
                  listPrice: 90,
                  priceChangeOption: 'SpecificPercentageValue',
                  priceIncreasePercentage: 5,
                },
              },
            },
          ],
        },
      ],
    });
    const sold = await zuora.subscription(number, 'last-segment');
    expect(sold.ratePlans).toMatchObject([{ ratePlanName: 'Special', Line__c: '10' }]);
    expect(charges(sold)).toMatchObject([
      {
        number: 'C-OWN',
        Sku__c: 'S',
        billingPeriod: 'Quarter',
        billingDay: 'SpecificDayofMonth/15',
        billingTiming: 'IN_ARREARS',
        billingPeriodAlignment: 'AlignToSubscriptionStart',
        triggerEvent: 'SpecificDate',
        triggerDate: '2026-02-01',
        effectiveStartDate: '2026-02-01',
        effectiveEndDate: '2026-08-01',
        price: 90,
        mrr: 30,
        dmrc: 30,
        tcv: 180,
        priceChangeOption: 'SpecificPercentageValue',
        priceIncreasePercentage: 5,
      },
    ]);
  });

  it('may be owned by another account than the one that pays, also a new one', async () => {
    const { planId } = await zuora.plan([fee()]);
    const create = (more: object) => ({
      type: 'CreateSubscription',
      createSubscription: {
        terms: { initialTerm: { termType: 'EVERGREEN' } },
        subscribeToRatePlans: [{ productRatePlanId: planId }],
        subscriptionNumber: 'S-1',
        ...more,
      },
    });
    const newSubscriptionOwnerAccount = {
      name: 'Owner',
      currency: 'USD',
      billCycleDay: 1,
      billToContact: { firstName: 'A', lastName: 'B', country: 'France' },
    };
    expect(await attempt(undefined, '2026-01-01', create({ subscriptionOwnerAccountNumber: 'none' }))).toEqual(
      refused(20),
    );
    expect(
      await attempt(
        undefined,
        '2026-01-01',
        create({ newSubscriptionOwnerAccount, subscriptionOwnerAccountNumber: account.number }),
      ),
    ).toEqual(refused(20));
    expect(await attempt(undefined, '2026-01-01', create({ newSubscriptionOwnerAccount }))).toEqual([200, undefined]);
    expect(await zuora.subscription('S-1')).toMatchObject({
      accountName: 'Owner',
      invoiceOwnerAccountNumber: account.number,
      totalContractedValue: null,
    });
    expect(await attempt(undefined, '2026-01-01', create({}))).toEqual(refused(30));
  });

  it('refuses tiers that do not follow each other', async () => {
    const usage = { ChargeType: 'Usage', UOM: 'Each' };
    const bands = [
      { Currency: 'USD', StartingUnit: 0, EndingUnit: 10, Price: 2, PriceFormat: 'Per Unit' },
      { Currency: 'USD', StartingUnit: 11, EndingUnit: 20, Price: 1, PriceFormat: 'Per Unit' },
    ];
    const over = { Currency: 'USD', Price: 3, IsOveragePrice: true };
    const { planId, charge } = await zuora.plan([
      fee({ Name: 'Tiered', ChargeModel: 'Tiered Pricing', ...usage, tiers: bands }),
      fee({ Name: 'Over', ChargeModel: 'Tiered with Overage Pricing', ...usage, tiers: [...bands, over] }),
    ]);
    const sale = async (name: string, key: string, tiers: object[]) => {
      const chargeOverrides = [{ productRatePlanChargeId: charge[name], pricing: { [key]: { tiers } } }];
      const [, code] = await attempt(undefined, '2026-01-01', {
        type: 'CreateSubscription',
        createSubscription: {
          terms: { initialTerm: { termType: 'TERMED', period: 1, periodType: 'Year' } },
          subscribeToRatePlans: [{ productRatePlanId: planId, chargeOverrides }],
        },
      });
      return code as unknown;
    };
    const tier = (number: number, startingUnit: number, endingUnit: number | null) => ({
      tier: number,
      startingUnit,
      endingUnit,
      price: 1,
      priceFormat: 'PerUnit',
    });
    const wrong = [
      [tier(2, 0, null)],
      [tier(1, 0, null), tier(2, 11, null)],
      [tier(1, 0, 10), tier(2, 5, null)],
      [tier(1, 0, 10), tier(2, 11, 9)],
      [tier(1, 3, null)],
    ];
    for (const tiers of wrong) expect(await sale('Tiered', 'usageTiered', tiers)).toBe(58730030);
    expect(await sale('Tiered', 'usageTiered', [{ ...tier(1, 0, null), startingUnit: undefined }])).toBe(58730022);
    expect(await sale('Over', 'usageTieredWithOverage', [tier(1, 0, null)])).toBe(58730030);
    expect(await sale('Over', 'usageTieredWithOverage', [tier(1, 0, 10)])).toBeUndefined();
    expect(await sale('Tiered', 'usageTiered', [tier(1, 0, 10), tier(2, 10, null)])).toBeUndefined();
  });

  it('has another currency than its account only where the tenant allows it', async () => {
    const { planId } = await zuora.plan([fee({ tiers: [...usd(100), { Currency: 'EUR', Price: 80 }] })]);
    const create = (currency: string) => ({
      type: 'CreateSubscription',
      createSubscription: {
        terms: { initialTerm: { termType: 'TERMED', period: 1, periodType: 'Year' } },
        subscribeToRatePlans: [{ productRatePlanId: planId }],
        subscriptionNumber: 'S-EUR',
        currency,
      },
    });
    expect(await attempt(undefined, '2026-01-01', create('EUR'))).toEqual(refused(30));
    await zuora.post('/__sim/options', { multipleCurrencies: true });
    expect(await attempt(undefined, '2026-01-01', create('GBP'))).toEqual(refused(30));
    expect(await attempt(undefined, '2026-01-01', create('EUR'))).toEqual([200, undefined]);
    expect(await zuora.subscription('S-EUR')).toMatchObject({ currency: 'EUR', contractedMrr: 80 });
    const renewals = [(await sell()).number, 'S-EUR'].map((subscriptionNumber) => ({
      subscriptionNumber,
      orderActions: [{ type: 'RenewSubscription', triggerDates: triggerDates('2027-01-01') }],
    }));
    const both = { orderDate: '2026-01-01', existingAccountNumber: account.number, subscriptions: renewals };
    const { status, body } = await zuora.call('POST', '/v1/orders', both);
    expect([status, body.reasons?.[0]?.code]).toEqual(refused(30));
  });

  it('refuses conditions that lack what they need, and dates that do not follow each other', async () => {
    const { planId, charge } = await zuora.plan([fee()]);
    const create = (override: object, dates: unknown = triggerDates('2026-01-01')) => ({
      type: 'CreateSubscription',
      triggerDates: dates,
      createSubscription: {
        terms: { initialTerm: { termType: 'TERMED', period: 1, periodType: 'Year' } },
        subscribeToRatePlans: [
          { productRatePlanId: planId, chargeOverrides: [{ productRatePlanChargeId: charge['Fee'], ...override }] },
        ],
      },
    });
    const code = async (override: object, dates?: unknown) =>
      (await attempt(undefined, '2026-01-01', create(override, dates)))[1];
    expect(await code({ endDate: { endDateCondition: 'Fixed_Period' } })).toBe(58730022);
    const endless = { endDateCondition: 'Fixed_Period', upToPeriods: 1e12, upToPeriodsType: 'Months' };
    expect(await code({ endDate: endless })).toBe(50000020);
    expect(await code({ endDate: { endDateCondition: 'Specific_End_Date' } })).toBe(58730022);
    expect(await code({ startDate: { triggerEvent: 'SpecificDate' } })).toBe(58730022);
    expect(await code({ billing: { billCycleType: 'SpecificDayofMonth' } })).toBe(58730022);
    expect(await code({ billing: { billCycleType: 'SpecificDayofWeek' } })).toBe(58730022);
    expect(await code({ pricing: { oneTimeFlatFee: { listPrice: 1 } } })).toBe(58730030);
    expect(await code({ customFields: { Unknown__c: 1 } })).toBe(58730021);
    expect(
      await code({}, [
        { name: 'ContractEffective', triggerDate: '2026-01-02' },
        { name: 'ServiceActivation', triggerDate: '2026-01-01' },
      ]),
    ).toBe(58730030);
    expect((await zuora.get('/__sim/state')).body).toMatchObject({ orders: 0, subscriptions: 0 });
  });
});

describe('products', () => {
  it('are named by any id that the rate plan ever had, by number, token or external id', async () => {
    const { number, planId } = await sell();
    const first = (await zuora.subscription(number)).ratePlans?.[0];
    const remove = (removeProduct: object) => attempt(number, '2026-02-01', { type: 'RemoveProduct', removeProduct });
    expect(await attempt(number, '2026-01-01', { type: 'RenewSubscription' })).toEqual([200, undefined]);
    expect((await zuora.subscription(number)).ratePlans?.[0]?.id).not.toBe(first?.id);
    expect(await remove({ ratePlanId: 'none' })).toEqual(refused(20));
    expect(await remove({})).toEqual(refused(22));
    expect(await remove({ ratePlanId: first?.id })).toEqual([200, undefined]);
    await zuora.post('/__sim/catalog/external-ids', { ratePlan: planId, ids: ['EXT'] });
    expect(
      await attempt(number, '2026-02-01', { type: 'AddProduct', addProduct: { externalCatalogPlanId: 'EXT' } }),
    ).toEqual([200, undefined]);
    expect(
      await attempt(number, '2026-02-01', { type: 'AddProduct', addProduct: { externalCatalogPlanId: 'EXT' } }),
    ).toEqual([200, undefined]);
    expect(await remove({ externalCatalogPlanId: 'EXT' })).toEqual(refused(30));
    expect(await attempt(number, '2026-02-01', { type: 'AddProduct', addProduct: {} })).toEqual(refused(22));
  });

  it('can be removed before a removal that is booked for later, and not twice', async () => {
    const { number } = await sell();
    const remove = (day: string) =>
      attempt(number, day, { type: 'RemoveProduct', removeProduct: { subscriptionRatePlanNumber: 'SRP-00000001' } });
    expect(await remove('2026-09-01')).toEqual([200, undefined]);
    expect(await remove('2026-06-01')).toEqual([200, undefined]);
    expect(await remove('2026-06-01')).toEqual(refused(30));
    expect(charges(await zuora.subscription(number, 'all-segments'))).toMatchObject([
      { effectiveEndDate: '2026-06-01', tcv: 500, dtcv: -300 },
    ]);
    expect(await remove('2027-02-01')).toEqual(refused(30));
  });

  it('take several actions of one order, by token', async () => {
    const { number, planId } = await sell();
    const answer = await attempt(
      number,
      '2026-03-01',
      { type: 'AddProduct', addProduct: { productRatePlanId: planId, uniqueToken: 'new' } },
      { type: 'RemoveProduct', triggerDates: triggerDates('2026-04-01'), removeProduct: { uniqueToken: 'new' } },
    );
    expect(answer).toEqual([200, undefined]);
    expect(await zuora.subscription(number)).toMatchObject({ version: 2, totalContractedValue: 1300 });
  });

  it('cannot price a one-time charge again', async () => {
    const { number } = await sell({}, [fee({ ChargeType: 'OneTime' })]);
    const change = (pricing: object) =>
      attempt(number, '2026-01-01', {
        type: 'UpdateProduct',
        updateProduct: {
          subscriptionRatePlanNumber: 'SRP-00000001',
          chargeUpdates: [{ chargeNumber: 'C-00000001', pricing }],
        },
      });
    expect(await change({ oneTimeFlatFee: { listPrice: 1 } })).toEqual(refused(21));
    expect(await change({ recurringFlatFee: { listPrice: 1 } })).toEqual(refused(30));
  });

  it('changes no amount that is taken off, nor what a price is for', async () => {
    const off = fee({
      ChargeModel: 'Discount-Fixed Amount',
      ApplyDiscountTo: 2,
      tiers: [{ Currency: 'USD', DiscountAmount: 5 }],
    });
    const { number } = await sell({}, [off]);
    const change = (pricing: object) =>
      attempt(number, '2026-01-01', {
        type: 'UpdateProduct',
        updateProduct: {
          subscriptionRatePlanNumber: 'SRP-00000001',
          chargeUpdates: [{ chargeNumber: 'C-00000001', pricing }],
        },
      });
    expect(await change({ discount: { discountAmount: 7 } })).toEqual(refused(21));
    expect(await change({ recurringFlatFee: { listPrice: 7, listPriceBase: 'Per_Month' } })).toEqual(refused(21));
    expect(await change({ usagePerUnit: { ratingGroup: 'ByUsageRecord' } })).toEqual(refused(21));
  });
});

describe('changing plans', () => {
  const grades = async () => {
    const { number, planId } = await sell();
    const product = (await zuora.subscription(number)).ratePlans?.[0]?.productId;
    const made = await zuora.post('/v1/object/product-rate-plan', { Name: 'Better', ProductId: product, Grade: 2 });
    await zuora.call('PUT', `/v1/object/product-rate-plan/${planId}`, { Grade: 1 });
    await zuora.post('/v1/object/product-rate-plan-charge', {
      Name: 'Better fee',
      ChargeModel: 'Flat Fee Pricing',
      ChargeType: 'Recurring',
      BillCycleType: 'DefaultFromCustomer',
      BillingPeriod: 'Month',
      TriggerEvent: 'ContractEffective',
      UseDiscountSpecificAccountingCode: false,
      ProductRatePlanId: made.Id,
      ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: usd(150) },
    });
    return { number, basic: planId, better: text(made.Id) };
  };
  const change = (from: string, to: string, more: object = {}) => ({
    type: 'ChangePlan',
    triggerDates: undefined,
    changePlan: { productRatePlanId: from, newProductRatePlan: { productRatePlanId: to }, ...more },
  });
  const spans = async (number: string) =>
    charges(await zuora.subscription(number, 'all-segments')).map((one) => [
      one.name,
      one.effectiveStartDate,
      one.effectiveEndDate,
    ]);

  it('upgrades at once', async () => {
    const { number, basic, better } = await grades();
    await zuora.today('2026-03-10');
    expect(await attempt(number, '2026-03-10', change(basic, better))).toEqual([200, undefined]);
    expect(await spans(number)).toEqual([
      ['Fee', '2026-01-01', '2026-03-10'],
      ['Better fee', '2026-03-10', '2027-01-01'],
    ]);
  });

  it('downgrades at the end of the billing period, for which no dates can be given', async () => {
    const { number, basic, better } = await grades();
    await zuora.today('2026-03-10');
    await attempt(number, '2026-03-10', change(basic, better));
    await zuora.today('2026-04-20');
    const dated = { ...change(better, basic), triggerDates: triggerDates('2026-04-20') };
    expect(await attempt(number, '2026-04-20', dated)).toEqual(refused(30));
    expect(await attempt(number, '2026-04-20', change(better, basic))).toEqual([200, undefined]);
    expect((await spans(number)).slice(1)).toEqual([
      ['Better fee', '2026-03-10', '2026-05-01'],
      ['Fee', '2026-05-01', '2027-01-01'],
    ]);
  });

  it('otherwise asks for the date, and may reset the bill cycle day', async () => {
    const { number, basic } = await grades();
    const { planId } = await zuora.plan([fee()]);
    expect(await attempt(number, '2026-03-10', change(basic, planId))).toEqual(refused(22));
    const dated = { ...change(basic, planId, { resetBcd: true }), triggerDates: triggerDates('2026-03-10') };
    expect(await attempt(number, '2026-03-10', dated)).toEqual([200, undefined]);
    const read = (await zuora.get(`/v1/accounts/${account.number}`)).body;
    expect(read.billingAndPayment?.billCycleDay).toBe(10);
  });
});

describe('renewals', () => {
  it('raise prices as the charge says, in a segment of the new term', async () => {
    const { number } = await sell({}, [
      fee({ Name: 'Raised', PriceChangeOption: 'SpecificPercentageValue', PriceIncreasePercentage: 7.5 }),
      fee({ Name: 'Latest', PriceChangeOption: 'UseLatestProductCatalogPricing' }),
      fee({ Name: 'Same' }),
      fee({ Name: 'Over', EndDateCondition: 'FixedPeriod', UpToPeriods: 3, UpToPeriodsType: 'Months' }),
    ]);
    const charge = charges(await zuora.subscription(number)).find((one) => text(one.name) === 'Latest');
    await zuora.call('PUT', `/v1/object/product-rate-plan-charge/${text(charge?.productRatePlanChargeId)}`, {
      ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: usd(120) },
    });
    await zuora.act(account, number, '2026-12-01', { type: 'RenewSubscription' });
    const all = charges(await zuora.subscription(number, 'all-segments'));
    expect(all.map((one) => [one.name, one.segment, one.effectiveStartDate, one.effectiveEndDate, one.price])).toEqual([
      ['Raised', 1, '2026-01-01', '2027-01-01', 100],
      ['Raised', 2, '2027-01-01', '2028-01-01', 107.5],
      ['Latest', 1, '2026-01-01', '2027-01-01', 100],
      ['Latest', 2, '2027-01-01', '2028-01-01', 120],
      ['Same', 1, '2026-01-01', '2028-01-01', 100],
      ['Over', 1, '2026-01-01', '2026-04-01', 100],
    ]);
    expect(await zuora.subscription(number)).toMatchObject({ contractedMrr: 327.5 });
  });

  it('may lead to an evergreen subscription, which is not renewed', async () => {
    const { number } = await sell({ terms: { renewalSetting: 'RENEW_TO_EVERGREEN' } });
    await zuora.act(account, number, '2027-01-01', { type: 'RenewSubscription' });
    expect(await zuora.subscription(number)).toMatchObject({
      termType: 'EVERGREEN',
      termEndDate: null,
      currentTerm: null,
    });
    expect(await attempt(number, '2027-01-01', { type: 'RenewSubscription' })).toEqual(refused(30));
    expect(
      await attempt(number, '2027-01-01', {
        type: 'CancelSubscription',
        cancelSubscription: { cancellationPolicy: 'EndOfCurrentTerm' },
      }),
    ).toEqual(refused(30));
  });
});

describe('billing attributes', () => {
  it('are set and cleared, with contacts of the account', async () => {
    const { number } = await sell();
    const { id } = (await zuora.get(`/v1/accounts/${account.number}`)).body.billToContact!;
    const terms = (termsAndConditions: object) =>
      attempt(number, '2026-01-01', { type: 'TermsAndConditions', termsAndConditions });
    expect(await terms({ billToContactId: id, paymentTerm: 'Net 30' })).toEqual([200, undefined]);
    expect(await zuora.subscription(number)).toMatchObject({ paymentTerm: 'Net 30', billToContact: { id } });
    expect(await terms({ paymentTerm: 'Net 60', clearingExistingPaymentTerm: true })).toEqual(refused(20));
    expect(await terms({ billToContactId: 'none' })).toEqual(refused(20));
    expect(await terms({ clearingExistingPaymentTerm: true })).toEqual([200, undefined]);
    expect((await zuora.subscription(number)).paymentTerm).toBe(null);
  });
});

describe('owner transfers', () => {
  it('may hand over what is owned, what is paid, or both', async () => {
    const { number } = await sell();
    const other = await zuora.account();
    const inEuro = await zuora.account({ currency: 'EUR' });
    const transfer = (ownerTransfer: object) => attempt(number, '2026-02-01', { type: 'OwnerTransfer', ownerTransfer });
    expect(await transfer({})).toEqual(refused(22));
    expect(await transfer({ destinationAccountNumber: 'none' })).toEqual(refused(20));
    expect(await transfer({ destinationAccountNumber: inEuro.number })).toEqual(refused(30));
    expect(await transfer({ destinationAccountNumber: other.number })).toEqual([200, undefined]);
    expect(await zuora.subscription(number)).toMatchObject({
      accountNumber: other.number,
      invoiceOwnerAccountNumber: account.number,
    });
    expect((await zuora.get(`/v1/orders/subscriptionOwner/${other.number}`)).body.orders).toHaveLength(2);
  });
});

describe('suspensions', () => {
  const suspend = (suspendPolicy: string, more: object = {}) => ({
    type: 'Suspend',
    suspend: { suspendPolicy, ...more },
  });
  const resume = (resumePolicy: string, more: object = {}) => ({ type: 'Resume', resume: { resumePolicy, ...more } });

  it('start today, after what is billed, in some periods or on a day', async () => {
    const cut = async (action: object) => {
      const { number } = await sell();
      await zuora.post('/__sim/act/post-invoice', { account: account.number });
      expect(await attempt(number, '2026-01-01', action)).toEqual([200, undefined]);
      return charges(await zuora.subscription(number, 'all-segments'))[0]?.effectiveEndDate;
    };
    expect(await cut(suspend('Today'))).toBe('2026-01-01');
    expect(await cut(suspend('EndOfLastInvoicePeriod'))).toBe('2026-02-01');
    expect(await cut(suspend('FixedPeriodsFromToday', { suspendPeriods: 3, suspendPeriodsType: 'Week' }))).toBe(
      '2026-01-22',
    );
    expect(await cut(suspend('SpecificDate', { suspendSpecificDate: '2026-05-05' }))).toBe('2026-05-05');
  });

  it('can be taken back on the same day, with everything that was booked', async () => {
    const { number, planId } = await sell();
    await zuora.act(account, number, '2026-08-01', { type: 'AddProduct', addProduct: { productRatePlanId: planId } });
    const before = charges(await zuora.subscription(number, 'all-segments'));
    const both = [suspend('Today'), resume('SuspendDate')];
    expect(await attempt(number, '2026-01-01', ...both)).toEqual([200, undefined]);
    const after = await zuora.subscription(number, 'all-segments');
    const shape = (all: typeof before) =>
      all.map((one) => [one.number, one.segment, one.effectiveStartDate, one.effectiveEndDate]);
    expect(shape(charges(after))).toEqual(shape(before));
    expect(after.status).toBe('Active');
  });

  it('bring back what was booked for later, and not what lay between', async () => {
    const { number, planId } = await sell();
    for (const day of ['2026-04-01', '2026-08-01'])
      await zuora.act(account, number, day, { type: 'AddProduct', addProduct: { productRatePlanId: planId } });
    await zuora.act(account, number, '2026-03-01', suspend('SpecificDate', { suspendSpecificDate: '2026-03-01' }));
    expect(await attempt(number, '2026-03-01', resume('SpecificDate', { resumeSpecificDate: '2026-02-01' }))).toEqual(
      refused(30),
    );
    await zuora.act(account, number, '2026-06-01', resume('SpecificDate', { resumeSpecificDate: '2026-06-01' }));
    const spans = charges(await zuora.subscription(number, 'all-segments')).map((one) => [
      one.effectiveStartDate,
      one.effectiveEndDate,
    ]);
    expect(spans).toEqual([
      ['2026-01-01', '2026-03-01'],
      ['2026-06-01', '2027-01-01'],
      ['2026-06-01', '2027-01-01'],
      ['2026-08-01', '2027-01-01'],
    ]);
    expect(
      await attempt(number, '2026-05-01', { type: 'AddProduct', addProduct: { productRatePlanId: planId } }),
    ).toEqual(refused(30));
  });

  it('are refused twice, without their fields, outside the term, and resumptions of what runs', async () => {
    const { number } = await sell();
    expect(await attempt(number, '2026-01-01', resume('Today'))).toEqual(refused(30));
    expect(await attempt(number, '2026-01-01', suspend('SpecificDate'))).toEqual(refused(22));
    expect(await attempt(number, '2026-01-01', suspend('FixedPeriodsFromToday'))).toEqual(refused(22));
    expect(await attempt(number, '2026-01-01', suspend('SpecificDate', { suspendSpecificDate: '2027-06-01' }))).toEqual(
      refused(30),
    );
    expect(await attempt(number, '2026-01-01', suspend('Today'), suspend('Today'))).toEqual(refused(30));
    expect(await attempt(number, '2026-01-01', suspend('Today'), cancelOn('2026-02-01'))).toEqual(refused(30));
    expect(await zuora.subscription(number)).toMatchObject({ version: 1, status: 'Active' });
  });
});

describe('cancellations', () => {
  it('may follow what is billed, and take back what is billed beyond them', async () => {
    const { number } = await sell();
    await zuora.post('/__sim/act/post-invoice', { account: account.number, targetDate: '2026-03-01' });
    expect(
      await attempt(number, '2026-03-01', {
        type: 'CancelSubscription',
        changeReason: 'Moved away',
        cancelSubscription: { cancellationPolicy: 'EndOfLastInvoicePeriod' },
      }),
    ).toEqual([200, undefined]);
    expect(await zuora.subscription(number)).toMatchObject({
      subscriptionEndDate: '2026-04-01',
      cancelReason: 'Moved away',
      contractedMrr: 0,
      totalContractedValue: 300,
    });
    expect(await attempt(number, '2026-03-01', cancelOn('2026-03-01'))).toEqual(refused(20));
  });

  it('lie within the term, and name their date', async () => {
    const { number } = await sell();
    expect(await attempt(number, '2026-01-01', cancelOn('2027-02-01'))).toEqual(refused(30));
    expect(
      await attempt(number, '2026-01-01', {
        type: 'CancelSubscription',
        cancelSubscription: { cancellationPolicy: 'SpecificDate' },
      }),
    ).toEqual(refused(22));
  });
});

describe('an order', () => {
  it('needs something to do, and an account that is active', async () => {
    const order = (more: object) =>
      zuora.call('POST', '/v1/orders', { orderDate: '2026-01-01', existingAccountNumber: account.number, ...more });
    expect((await order({})).body.reasons?.[0]?.code).toBe(58730022);
    expect((await order({ existingAccountNumber: 'none', subscriptions: [] })).body.reasons?.[0]?.code).toBe(58730022);
    expect((await order({ orderNumber: 'a/b', subscriptions: [] })).body.reasons?.[0]?.code).toBe(58730020);
    expect((await order({ orderDate: '01/02/2026' })).body.reasons?.[0]?.code).toBe(58730020);
    const { number } = await sell();
    const renewal = { subscriptionNumber: number, orderActions: [{ type: 'RenewSubscription' }] };
    expect((await order({ subscriptions: [renewal, renewal] })).body.reasons?.[0]?.code).toBe(58730020);
    const collecting = await order({
      subscriptions: [renewal],
      processingOptions: { runBilling: true, collectPayment: true },
    });
    expect(collecting.body.reasons?.[0]?.code).toBe(58730030);
    expect((await order({ subscriptions: [renewal], processingOptions: { refund: true } })).status).toBe(501);
    const later = { productRatePlanId: 'x', chargeOverrides: [{ startDate: { periodsAfterChargeStart: 1 } }] };
    const adding = { subscriptionNumber: number, orderActions: [{ type: 'AddProduct', addProduct: later }] };
    expect((await order({ subscriptions: [adding] })).status).toBe(501);
    expect(rows((await zuora.get('/v1/orders')).body.orders)).toHaveLength(1);
  });

  it('answers Subscribe and Amend with 501, and counts it', async () => {
    const { number } = await sell();
    expect((await zuora.call('PUT', `/v1/subscriptions/${number}/cancel`, {})).status).toBe(501);
    expect((await zuora.call('POST', '/v1/subscriptions', {})).status).toBe(501);
    expect(Object.keys((await zuora.get('/__sim/unsupported')).body)).toHaveLength(2);
  });
});
