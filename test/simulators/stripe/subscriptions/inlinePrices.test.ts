import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
let product: string;
beforeAll(async () => {
  rig = await startRig();
  product = (await rig.stripe.products.create({ name: 'Seats' })).id;
});
afterAll(() => rig.sim.close());

const pass = (days: number): void => rig.at(new Date(rig.clock.now().getTime() + days * 86_400_000).toISOString());

const agreed = (amount: string) => ({
  currency: 'usd',
  product,
  recurring: { interval: 'month' as const },
  unit_amount_decimal: Stripe.Decimal.from(amount),
});

describe('a price that is made with what is sold at it', () => {
  it('bills at its exact amount and is for sale nowhere else', async () => {
    const customer = await rig.customer();
    const made = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price_data: agreed('1999.99'), quantity: 100 }],
      expand: ['latest_invoice'],
    });
    expect((made.latest_invoice as Stripe.Invoice).total).toBe(199_999);
    const { price } = made.items.data[0]!;
    expect(price.active).toBe(false);
    await expect(
      rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }),
    ).rejects.toMatchObject({ type: 'StripeInvalidRequestError', param: 'items[0][price]' });
  });

  it('stays what it is over the phases of a schedule', async () => {
    const customer = await rig.customer();
    const schedule = await rig.stripe.subscriptionSchedules.create({
      customer: customer.id,
      start_date: Math.floor(rig.clock.now().getTime() / 1000) + 86_400,
      end_behavior: 'cancel',
      phases: [
        {
          items: [{ price_data: agreed('1500'), quantity: 2 }],
          add_invoice_items: [
            { price_data: { currency: 'usd', product, unit_amount_decimal: Stripe.Decimal.from('9900') } },
          ],
          duration: { interval: 'month', interval_count: 1 },
        },
        { items: [{ price_data: agreed('1000'), quantity: 2 }], duration: { interval: 'month', interval_count: 1 } },
      ],
    });
    pass(2);
    const begun = await rig.stripe.subscriptionSchedules.retrieve(schedule.id);
    expect(begun.status).toBe('active');
    const invoices = async () =>
      (await rig.stripe.invoices.list({ customer: customer.id })).data.map(({ total }) => total);
    expect(await invoices()).toEqual([12_900]);
    pass(31);
    expect(await invoices()).toEqual([2_000, 12_900]);
  });

  it('is named or brought, never both, also beside a subscription', async () => {
    const customer = await rig.customer();
    const listed = await rig.price();
    const create = (params: Partial<Stripe.SubscriptionCreateParams>) =>
      rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: listed.id }], ...params });
    await expect(create({ items: [{ price: listed.id, price_data: agreed('1') }] })).rejects.toMatchObject({
      param: 'items[0][price_data]',
    });
    const once = await rig.price({ recurring: undefined as never });
    await rig.stripe.prices.update(once.id, { active: false });
    await expect(create({ add_invoice_items: [{ price: once.id }] })).rejects.toThrow('inactive');
  });
});

it('invoices that are sent need an address to send them to', async () => {
  const listed = await rig.price();
  const { id: customer } = await rig.stripe.customers.create({ name: 'Nobody' });
  const sent = { collection_method: 'send_invoice', days_until_due: 30 } as const;
  const create = () => rig.stripe.subscriptions.create({ customer, items: [{ price: listed.id }], ...sent });
  await expect(create()).rejects.toThrow('Missing email');
  await rig.stripe.customers.update(customer, { email: 'some@body.example' });
  expect((await create()).status).toBe('active');
});
