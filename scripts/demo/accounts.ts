import type { StripeSeeder } from './seed-stripe.ts';
import type { RatePlan, ZuoraSeeder } from './seed-zuora.ts';

export type Seeders = {
  stripe: StripeSeeder;
  zuora: ZuoraSeeder;
  catalog: Catalog;
  /** Day so many days after the business date of the moment, YYYY-MM-DD. */
  day(offsetDays: number): string;
  /** Instant so many days from now, in whole seconds. */
  seconds(offsetDays: number): number;
};

/** How many days before today the story of every account begins. */
export const storyDays = 40;

export type DemoAccount = {
  name: string;
  /** What the account shows, in the words of demo.json; `both` when it is billed in Stripe and in Zuora. */
  situation: string;
  industry: string;
  /**
   * Makes the customer's beginnings, `storyDays` days ago. What it returns happens today.
   * @param accountId id of the Salesforce Account; null for a customer that Salesforce does not know
   */
  begin(seeders: Seeders, accountId: string | null): Promise<(() => Promise<void>) | undefined>;
};

export type Catalog = {
  growthUsd: string;
  growthEur: string;
  growthJpy: string;
  seatUsd: string;
  apiCallsUsd: string;
  platformUsd: RatePlan;
  platformEur: RatePlan;
  analyticsEur: RatePlan;
  storageUsd: RatePlan;
};

export const apiMeter = 'api_calls';
/** How many of the accounts below use something of what they pay by use. */
export const metersUsed = 2;

export async function makeCatalog(stripe: StripeSeeder, zuora: ZuoraSeeder): Promise<Catalog> {
  return {
    growthUsd: await stripe.price({ name: 'Growth', amountMinor: 49_000, currency: 'usd' }),
    growthEur: await stripe.price({ name: 'Growth Europe', amountMinor: 45_000, currency: 'eur' }),
    growthJpy: await stripe.price({ name: 'Growth Japan', amountMinor: 68_000, currency: 'jpy' }),
    seatUsd: await stripe.price({ name: 'Team seat', amountMinor: 2_900, currency: 'usd' }),
    apiCallsUsd: await stripe.meteredPrice({
      name: 'API calls',
      meter: apiMeter,
      included: 100_000,
      overMinor: '0.05',
      currency: 'usd',
    }),
    platformUsd: await zuora.ratePlan('Platform Enterprise', 'USD', [
      { name: 'Seats', kind: 'perUnit', price: '150', period: 'Month' },
    ]),
    platformEur: await zuora.ratePlan('Platform Europe', 'EUR', [
      { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
    ]),
    analyticsEur: await zuora.ratePlan('Analytics', 'EUR', [
      { name: 'Analytics', kind: 'flat', price: '13800', period: 'Annual' },
    ]),
    storageUsd: await zuora.ratePlan('Storage', 'USD', [
      { name: 'Storage base', kind: 'flat', price: '900', period: 'Month' },
      { name: 'Storage used', kind: 'overage', price: '0.20', included: 10_000, uom: 'GB' },
    ]),
  };
}

export const demoAccounts: readonly DemoAccount[] = [
  {
    name: 'Acme Corporation',
    situation: 'both',
    industry: 'Manufacturing',
    async begin({ stripe, zuora, catalog, day }, accountId) {
      const customer = await stripe.customer('Acme self-serve', accountId);
      await stripe.subscribe(customer, [{ price: catalog.growthUsd }, { price: catalog.apiCallsUsd }]);
      const account = await zuora.account('Acme Corporation', 'USD', accountId);
      await zuora.subscribe(account, catalog.platformUsd, { start: day(-120), months: 12, quantity: 60 });
      await zuora.bill(account, day(0));
      await zuora.pay(account);
      return async () => {
        await stripe.recordUsage(customer, apiMeter, 87_000);
      };
    },
  },
  {
    name: 'Globex GmbH',
    situation: 'both',
    industry: 'Energy',
    async begin({ stripe, zuora, catalog, day }, accountId) {
      const customer = await stripe.customer('Globex Labs', accountId);
      await stripe.subscribe(customer, [{ price: catalog.seatUsd, quantity: 12 }]);
      const account = await zuora.account('Globex GmbH', 'EUR', accountId);
      await zuora.subscribe(account, catalog.platformEur, { start: day(-120), months: 24, quantity: 25 });
      await zuora.subscribe(account, catalog.analyticsEur, { start: day(-120), months: 24 });
      await zuora.bill(account, day(0));
      return undefined;
    },
  },
  {
    name: 'Initech',
    situation: 'healthy',
    industry: 'Technology',
    async begin({ stripe, catalog }, accountId) {
      const customer = await stripe.customer('Initech', accountId);
      await stripe.subscribe(customer, [{ price: catalog.seatUsd, quantity: 40 }]);
      return undefined;
    },
  },
  {
    name: 'Hooli',
    situation: 'in dunning',
    industry: 'Technology',
    async begin({ stripe, catalog }, accountId) {
      const customer = await stripe.customer('Hooli', accountId);
      await stripe.subscribe(customer, [{ price: catalog.growthUsd, quantity: 3 }]);
      await stripe.useCard(customer, 'pm_card_chargeCustomerFail');
      return undefined;
    },
  },
  {
    name: 'Umbrella Health',
    situation: 'overdue',
    industry: 'Healthcare',
    async begin({ zuora, catalog, day }, accountId) {
      const account = await zuora.account('Umbrella Health', 'USD', accountId);
      await zuora.subscribe(account, catalog.platformUsd, { start: day(-100), months: 12, quantity: 14 });
      await zuora.bill(account, day(0));
      return undefined;
    },
  },
  {
    name: 'Massive Dynamic',
    situation: 'payment declined',
    industry: 'Biotechnology',
    async begin({ zuora, catalog, day }, accountId) {
      const account = await zuora.account('Massive Dynamic', 'USD', accountId);
      await zuora.subscribe(account, catalog.platformUsd, { start: day(-200), months: 12, quantity: 22 });
      await zuora.bill(account, day(0));
      return () => zuora.failPayment(account);
    },
  },
  {
    name: 'Stark Industries',
    situation: 'renewal due',
    industry: 'Manufacturing',
    async begin({ zuora, catalog, day }, accountId) {
      const account = await zuora.account('Stark Industries', 'USD', accountId);
      await zuora.subscribe(account, catalog.platformUsd, {
        start: day(-290),
        months: 12,
        quantity: 35,
        autoRenew: false,
      });
      await zuora.bill(account, day(0));
      await zuora.pay(account);
      return undefined;
    },
  },
  {
    name: 'Cyberdyne Systems',
    situation: 'over usage',
    industry: 'Technology',
    async begin({ zuora, catalog, day }, accountId) {
      const account = await zuora.account('Cyberdyne Systems', 'USD', accountId);
      const subscription = await zuora.subscribe(account, catalog.storageUsd, { start: day(-60), months: 'evergreen' });
      await zuora.bill(account, day(0));
      await zuora.pay(account);
      return async () => {
        const charge = await zuora.chargeNumber(subscription, 'Storage used');
        await zuora.recordUsage(account, subscription, charge, 'GB', 12_400, day(0));
      };
    },
  },
  {
    name: 'Tyrell Japan KK',
    situation: 'healthy, in yen',
    industry: 'Technology',
    async begin({ stripe, catalog }, accountId) {
      const customer = await stripe.customer('Tyrell Japan KK', accountId, 'pm_card_mastercard');
      await stripe.subscribe(customer, [{ price: catalog.growthJpy, quantity: 2 }]);
      return undefined;
    },
  },
  {
    name: 'Wayne Enterprises Europe',
    situation: 'healthy, in euro',
    industry: 'Finance',
    async begin({ stripe, catalog }, accountId) {
      const customer = await stripe.customer('Wayne Enterprises Europe', accountId);
      await stripe.subscribe(customer, [{ price: catalog.growthEur, quantity: 2 }]);
      return undefined;
    },
  },
  {
    name: 'Soylent Foods',
    situation: 'churned',
    industry: 'Food & Beverage',
    async begin({ stripe, catalog }, accountId) {
      const customer = await stripe.customer('Soylent Foods', accountId);
      const subscription = await stripe.subscribe(customer, [{ price: catalog.growthUsd }]);
      return async () => {
        await stripe.stripe.subscriptions.cancel(subscription.id);
      };
    },
  },
  {
    name: 'Pied Piper',
    situation: 'trial',
    industry: 'Technology',
    begin({ stripe, catalog, seconds }, accountId) {
      return Promise.resolve(async () => {
        const customer = await stripe.customer('Pied Piper', accountId);
        await stripe.stripe.customers.update(customer, { address: { country: 'US', line1: '5230 Newell Rd' } });
        await stripe.subscribe(customer, [{ price: catalog.growthUsd }], { trial_end: seconds(9) });
      });
    },
  },
  {
    name: 'Wonka Industries',
    situation: 'cancels at period end',
    industry: 'Food & Beverage',
    async begin({ stripe, catalog }, accountId) {
      const customer = await stripe.customer('Wonka Industries', accountId);
      const subscription = await stripe.subscribe(customer, [{ price: catalog.growthUsd }]);
      return async () => {
        await stripe.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
      };
    },
  },
  {
    name: 'Duff Brewing',
    situation: 'no subscription',
    industry: 'Food & Beverage',
    async begin({ zuora }, accountId) {
      await zuora.account('Duff Brewing', 'USD', accountId);
      return undefined;
    },
  },
];

/** A Stripe customer that names no Salesforce Account: kept, counted in /metrics, shown nowhere. */
export const unlinkedCustomer = 'Nobody in particular';
