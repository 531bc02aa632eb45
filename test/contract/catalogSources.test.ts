import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billedInWords } from '../../server/domain/catalog/words.ts';
import { listPriceOf, type Sellable } from '../../server/domain/catalog/sellable.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

describe('the catalog of Stripe', () => {
  let rig: StripeRig;
  beforeAll(async () => void (rig = await startStripeRig()));
  afterAll(() => rig.close());

  const found = async (id: string): Promise<Sellable | undefined> =>
    (await rig.connection.catalog.sellables()).find(({ priceId }) => priceId === id);

  it('is its prices, with what their products are called', async () => {
    const product = await rig.stripe.products.create({ name: 'Growth 🚀' });
    const month = { product: product.id, currency: 'usd', recurring: { interval: 'month' } } as const;
    const plain = await rig.stripe.prices.create({ ...month, unit_amount: 1_000, nickname: 'Monthly' });
    const options = await rig.stripe.prices.create({
      ...month,
      unit_amount: 1_000,
      currency_options: { eur: { unit_amount: 900 } },
    });
    expect(await found(plain.id)).toEqual({
      key: `stripe:price:${plain.id}`,
      source: 'Stripe',
      productId: product.id,
      priceId: plain.id,
      product: 'Growth 🚀',
      variant: 'Monthly',
      active: true,
      charges: [
        {
          name: 'Growth 🚀',
          kind: 'recurring',
          model: 'perUnit',
          transform: null,
          priceInterval: { unit: 'month', count: 1 },
          billingInterval: { unit: 'month', count: 1 },
          prices: [{ currency: 'USD', price: '10', tiers: [] }],
        },
      ],
    });
    expect(listPriceOf((await found(options.id))!, 'EUR')).toMatchObject({ unitPrice: '9' });
  });

  it('tells bands, what is billed once and currencies without decimals', async () => {
    const { id: product } = await rig.stripe.products.create({ name: 'Nodes' });
    const tiered = await rig.stripe.prices.create({
      product,
      currency: 'usd',
      recurring: { interval: 'year' },
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      tiers: [
        { up_to: 10, unit_amount: 200 },
        { up_to: 'inf', unit_amount: 100, flat_amount: 500 },
      ],
    });
    const once = await rig.stripe.prices.create({ product, currency: 'jpy', unit_amount: 1200 });
    expect(billedInWords((await found(tiered.id))!)).toBe(
      'Nodes (Volume): USD by bands (Up to 10: USD 2.00 a unit; Over 10: USD 1.00 a unit, and USD 5.00 once), a year',
    );
    expect(listPriceOf((await found(tiered.id))!, 'USD')).toMatchObject({ unitPrice: '0' });
    expect(listPriceOf((await found(once.id))!, 'JPY')).toEqual({ listed: true, unitPrice: '1200', message: null });
  });

  it('tells what is archived, a price or its product', async () => {
    const { id: product } = await rig.stripe.products.create({ name: 'Old' });
    const month = { product, currency: 'usd', unit_amount: 1, recurring: { interval: 'month' } } as const;
    const [one, other] = [await rig.stripe.prices.create(month), await rig.stripe.prices.create(month)];
    await rig.stripe.prices.update(one.id, { active: false });
    expect([(await found(one.id))!.active, (await found(other.id))!.active]).toEqual([false, true]);
    await rig.stripe.products.update(product, { active: false });
    expect((await found(other.id))!.active).toBe(false);
  });

  it('is read page by page', async () => {
    const { id: product } = await rig.stripe.products.create({ name: 'Many' });
    for (let amount = 1; amount <= 120; amount += 1)
      await rig.stripe.prices.create({ product, currency: 'usd', unit_amount: amount });
    const own = (await rig.connection.catalog.sellables()).filter(({ productId }) => productId === product);
    expect(own).toHaveLength(120);
  });
});

describe('the catalog of Zuora', () => {
  let rig: ZuoraRig;
  beforeAll(async () => void (rig = await startZuoraRig()));
  afterAll(() => rig.close());

  const lifetime = { EffectiveStartDate: '2020-01-01', EffectiveEndDate: '2040-01-01' };
  const found = async (id: string): Promise<Sellable | undefined> =>
    (await rig.connection.catalog.sellables()).find(({ priceId }) => priceId === id);

  async function create(type: string, body: object): Promise<string> {
    const answer = await rig.client.call('POST', `/v1/object/${type}`, body);
    expect(answer.body).toMatchObject({ Success: true });
    return String(answer.body.Id);
  }

  async function plan(name: string, dates: object = lifetime): Promise<string> {
    const product = await create('product', { Name: 'Platform', ...lifetime });
    return create('product-rate-plan', { Name: name, ProductId: product, ...dates });
  }

  const seats = (ratePlan: string, more: object, tiers: object[]) =>
    create('product-rate-plan-charge', {
      Name: 'Seats',
      ProductRatePlanId: ratePlan,
      ChargeType: 'Recurring',
      ChargeModel: 'Per Unit Pricing',
      BillCycleType: 'DefaultFromCustomer',
      BillingPeriod: 'Semi-Annual',
      TriggerEvent: 'ContractEffective',
      UOM: 'Each',
      UseDiscountSpecificAccountingCode: false,
      ProductRatePlanChargeTierData: { ProductRatePlanChargeTier: tiers },
      ...more,
    });

  it('is its product rate plans, with prices in every currency', async () => {
    const id = await plan('Gold');
    await seats(id, { ListPriceBase: 'Per Month' }, [
      { Currency: 'USD', Price: 12.5 },
      { Currency: 'EUR', Price: 11 },
    ]);
    const sold = (await found(id))!;
    expect(sold).toMatchObject({
      key: `zuora:productrateplan:${id}`,
      source: 'Zuora',
      priceId: id,
      product: 'Platform',
      variant: 'Gold',
      active: true,
      charges: [
        {
          kind: 'recurring',
          model: 'perUnit',
          priceInterval: { unit: 'month', count: 1 },
          billingInterval: { unit: 'month', count: 6 },
        },
      ],
    });
    expect(listPriceOf(sold, 'USD')).toEqual({ listed: true, unitPrice: '12.5', message: null });
    expect(listPriceOf(sold, 'EUR')).toEqual({ listed: true, unitPrice: '11', message: null });
  });

  it('tells bands, and what has no charge yet', async () => {
    const id = await plan('Tiered');
    expect(listPriceOf((await found(id))!, 'USD')).toMatchObject({ listed: false });
    await seats(id, { ChargeModel: 'Tiered Pricing' }, [
      { Currency: 'USD', StartingUnit: 0, EndingUnit: 10, Price: 2, PriceFormat: 'Per Unit' },
      { Currency: 'USD', StartingUnit: 11, Price: 50, PriceFormat: 'Flat Fee' },
    ]);
    expect(billedInWords((await found(id))!)).toBe(
      'Seats (Tiered): USD by bands (Up to 10: USD 2.00 a unit; Over 10: USD 0.00 a unit, and USD 50.00 once), for 6 months',
    );
  });

  it('is read page by page, also more plans than one list of a product shows', async () => {
    const product = await create('product', { Name: 'Wide', ...lifetime });
    for (let index = 0; index < 310; index += 1)
      await create('product-rate-plan', { Name: `Plan ${index}`, ProductId: product, ...lifetime });
    const own = (await rig.connection.catalog.sellables()).filter(({ productId }) => productId === product);
    expect(new Set(own.map(({ priceId }) => priceId)).size).toBe(310);
  });

  it('is on sale from its first day until its last, of the product or the plan', async () => {
    const before = await plan('Next year', { ...lifetime, EffectiveStartDate: '2026-11-22' });
    const after = await plan('Last year', { ...lifetime, EffectiveEndDate: '2026-11-21' });
    const last = await plan('Today', { ...lifetime, EffectiveStartDate: '2026-11-21', EffectiveEndDate: '2026-11-22' });
    expect([(await found(before))!.active, (await found(after))!.active, (await found(last))!.active]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
