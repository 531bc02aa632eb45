import Stripe from 'stripe';

export type StripeSeeder = {
  stripe: Stripe;
  /** Creates a customer with a card that works, tied to a Salesforce Account unless null. */
  customer(name: string, accountId: string | null, card?: TestCard): Promise<string>;
  /** From now on the customer's default card is this one. */
  useCard(customer: string, card: TestCard): Promise<void>;
  price(spec: PriceSpec): Promise<string>;
  /** A metered price with what is included; over it each unit costs `overMinor`. */
  meteredPrice(spec: {
    name: string;
    meter: string;
    included: number;
    overMinor: string;
    currency: string;
  }): Promise<string>;
  subscribe(
    customer: string,
    items: { price: string; quantity?: number }[],
    more?: Partial<Stripe.SubscriptionCreateParams>,
  ): Promise<Stripe.Subscription>;
  recordUsage(customer: string, meter: string, value: number): Promise<void>;
};

/** Stripe's documented test payment methods. */
export type TestCard = 'pm_card_visa' | 'pm_card_mastercard' | 'pm_card_chargeCustomerFail';
export type PriceSpec = {
  name: string;
  /** Minor units. */
  amountMinor: number;
  currency: string;
  interval?: 'month' | 'year';
};

export function stripeSeeder(stripe: Stripe): StripeSeeder {
  const meters = new Map<string, string>();
  return {
    stripe,
    async customer(name, accountId, card = 'pm_card_visa') {
      const customer = await stripe.customers.create({
        name,
        email: `billing@${name.toLowerCase().replace(/[^a-z]+/g, '-')}.example`,
        address: { line1: '1 Market St', city: 'San Francisco', state: 'CA', postal_code: '94105', country: 'US' },
        metadata: accountId === null ? {} : { salesforce_account_id: accountId },
      });
      await this.useCard(customer.id, card);
      return customer.id;
    },
    async useCard(customer, card) {
      const method = await stripe.paymentMethods.attach(card, { customer });
      await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
    },
    async price({ name, amountMinor, currency, interval = 'month' }) {
      const product = await stripe.products.create({ name });
      const price = await stripe.prices.create({
        product: product.id,
        currency,
        unit_amount: amountMinor,
        recurring: { interval },
      });
      return price.id;
    },
    async meteredPrice({ name, meter, included, overMinor, currency }) {
      let meterId = meters.get(meter);
      if (!meterId) {
        const created = await stripe.billing.meters.create({
          display_name: name,
          event_name: meter,
          default_aggregation: { formula: 'sum' },
        });
        meterId = created.id;
        meters.set(meter, meterId);
      }
      const product = await stripe.products.create({ name });
      const price = await stripe.prices.create({
        product: product.id,
        currency,
        billing_scheme: 'tiered',
        tiers_mode: 'graduated',
        tiers: [
          { up_to: included, unit_amount: 0 },
          { up_to: 'inf', unit_amount_decimal: Stripe.Decimal.from(overMinor) },
        ],
        recurring: { interval: 'month', usage_type: 'metered', meter: meterId },
      });
      return price.id;
    },
    async subscribe(customer, items, more = {}) {
      return await stripe.subscriptions.create({ customer, items, ...more });
    },
    async recordUsage(customer, meter, value) {
      await stripe.billing.meterEvents.create({
        event_name: meter,
        payload: { stripe_customer_id: customer, value: String(value) },
      });
    },
  };
}
