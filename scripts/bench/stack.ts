import Stripe from 'stripe';
import type { Stack } from '../../test/support/stack.ts';
import { orgClient } from '../demo/org.ts';
import { stripeSeeder } from '../demo/seed-stripe.ts';

export function stripeOf(stack: Stack): Stripe {
  const { hostname, port } = new URL(stack.stripe.url);
  return new Stripe(stack.secrets.stripeSecretKey, { host: hostname, port, protocol: 'http', telemetry: false });
}

/** Customers with one subscription each, on an Account each. */
export async function makeCustomers(
  stack: Stack,
  count: number,
): Promise<{ customer: string; subscription: string; accountId: string }[]> {
  const org = orgClient(stack);
  const seeder = stripeSeeder(stripeOf(stack));
  const price = await seeder.price({ name: 'Bench', amountMinor: 1_000, currency: 'usd' });
  const made = [];
  for (let index = 0; index < count; index++) {
    const accountId = await org.create('Account', { Name: `Bench ${index}` });
    const customer = await seeder.customer(`Bench ${index}`, accountId);
    const subscription = await seeder.subscribe(customer, [{ price, quantity: 1 }]);
    made.push({ customer, subscription: subscription.id, accountId });
  }
  return made;
}
