import type { StripeSeeder } from '../../scripts/demo/seed-stripe.ts';
import type { RatePlan, ZuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import type { Random } from './random.ts';
import type { Stack } from './stack.ts';

/** What customers can buy in both systems; made once for a stack. */
export type Offer = { prices: readonly string[]; metered: string; plan: RatePlan; today: string };

export type Seeders = { stripe: StripeSeeder; zuora: ZuoraSeeder };

/** Customers of both billing systems on a few Accounts, and what happens to them. */
export type World = {
  accountIds: readonly string[];
  /** Ids of Stripe customers and of Zuora accounts. */
  billingAccounts: Readonly<Record<'stripe' | 'zuora', readonly string[]>>;
  /** One change in a billing system, at random; what its rules refuse, such as paying when nothing is open, is none. */
  change(): Promise<void>;
};

export async function makeOffer({ stripe, zuora }: Seeders): Promise<Offer> {
  const metered = await stripe.meteredPrice({
    name: 'API calls',
    meter: 'api_calls',
    included: 1000,
    overMinor: '0.5',
    currency: 'usd',
  });
  const prices = [
    await stripe.price({ name: 'Growth', amountMinor: 49_000, currency: 'usd' }),
    await stripe.price({ name: 'Scale', amountMinor: 1_200_000, currency: 'usd', interval: 'year' }),
  ];
  const plan = await zuora.ratePlan('Platform', 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
    { name: 'Storage', kind: 'overage', price: '0.2', included: 1000, uom: 'GB' },
  ]);
  return { prices, metered, plan, today: new Date().toISOString().slice(0, 10) };
}

/**
 * Makes a world on a stack.
 * @param accounts how many Accounts; customers of Stripe and tenants' accounts of Zuora alternate on them, the last has both
 */
export async function makeWorld(
  stack: Stack,
  seeders: Seeders,
  offer: Offer,
  random: Random,
  newAccount: (name: string) => Promise<string>,
  accounts = 8,
): Promise<World> {
  const { stripe, zuora } = seeders;
  const { prices, metered, plan, today } = offer;
  const accountIds: string[] = [];
  const customers: string[] = [];
  const zuoraAccounts: { number: string; id: string }[] = [];
  const subscriptions: { stripe: string[]; zuora: string[] } = { stripe: [], zuora: [] };

  for (let index = 0; index < accounts; index += 1) {
    const accountId = await newAccount(`Account ${index}`);
    accountIds.push(accountId);
    if (index % 2 === 0 || index === accounts - 1) {
      const customer = await stripe.customer(`Customer ${index}`, accountId);
      customers.push(customer);
      const items = [{ price: prices[0]!, quantity: 2 }, ...(index % 4 === 0 ? [{ price: metered }] : [])];
      subscriptions.stripe.push((await stripe.subscribe(customer, items)).id);
    }
    if (index % 2 === 1) {
      const number = await zuora.account(`Tenant ${index}`, 'EUR', accountId);
      zuoraAccounts.push({ number, id: stack.zuora.tenant.account(number).id });
      subscriptions.zuora.push(await zuora.subscribe(number, plan, { start: today, months: 12, quantity: 10 }));
      await zuora.bill(number, today);
    }
  }

  async function act(system: 'stripe' | 'zuora', action: string, body: object): Promise<void> {
    const response = await fetch(`${stack[system].url}/__sim/act/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.text();
    if (response.status >= 500) throw new Error(`${system} could not ${action}: ${response.status}`);
  }

  const changes: readonly (() => Promise<unknown>)[] = [
    () => act('stripe', 'upgrade', { subscription: random.pick(subscriptions.stripe), quantity: 1 + random.below(9) }),
    () => act('stripe', 'fail-payment', { customer: random.pick(customers), declineCode: 'insufficient_funds' }),
    () => act('stripe', 'pay-invoice', { customer: random.pick(customers) }),
    () => act('stripe', 'renew', { customer: random.pick(customers) }),
    () =>
      act('stripe', 'record-usage', {
        customer: random.pick(customers),
        eventName: 'api_calls',
        value: random.below(900),
      }),
    () =>
      stripe.stripe.customers.update(random.pick(customers), {
        name: `Renamed ${random.below(1000)}`,
        email: `finance-${random.below(1000)}@example.com`,
      }),
    () =>
      stripe.stripe.customers.update(random.pick(customers), {
        metadata: { salesforce_account_id: random.pick(accountIds) },
      }),
    async () => {
      const items = [{ price: random.pick(prices), quantity: 1 + random.below(3) }];
      subscriptions.stripe.push((await stripe.subscribe(random.pick(customers), items)).id);
    },
    async () => random.chance(60) && act('stripe', 'cancel', { subscription: random.pick(subscriptions.stripe) }),
    () => act('zuora', 'upgrade', { subscription: random.pick(subscriptions.zuora), quantity: 1 + random.below(50) }),
    () => act('zuora', 'fail-payment', { account: random.pick(zuoraAccounts).number }),
    () => act('zuora', 'pay-invoice', { account: random.pick(zuoraAccounts).number }),
    () => act('zuora', 'post-invoice', { account: random.pick(zuoraAccounts).number }),
    () =>
      act('zuora', 'record-usage', {
        account: random.pick(zuoraAccounts).number,
        uom: 'GB',
        quantity: random.below(900),
      }),
    () => zuora.link(random.pick(zuoraAccounts).number, random.pick(accountIds)),
    async () => {
      const { number } = random.pick(zuoraAccounts);
      subscriptions.zuora.push(await zuora.subscribe(number, plan, { start: today, months: 12, quantity: 5 }));
    },
    () =>
      act('zuora', 'transfer', {
        subscription: random.pick(subscriptions.zuora),
        to: random.pick(zuoraAccounts).number,
      }),
    async () => random.chance(60) && act('zuora', 'cancel', { subscription: random.pick(subscriptions.zuora) }),
  ];
  return {
    accountIds,
    billingAccounts: { stripe: customers, zuora: zuoraAccounts.map(({ id }) => id) },
    change: async () => void (await random.pick(changes)()),
  };
}
