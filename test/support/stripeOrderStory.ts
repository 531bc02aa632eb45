import { vi } from 'vitest';
import { startBackend } from './backend.ts';
import { beginStory, type Story } from './customers.ts';
import { deals, orderSettings, type Sold } from './orders.ts';
import { settled } from './settled.ts';

/** A story of won deals that are billed in Stripe: Acme, a customer that has nothing yet, and seats at USD 25 a month. */
export type StripeOrderStory = {
  story: Story;
  sales: ReturnType<typeof deals>;
  seats: Sold;
  accountId: string;
  customer: string;
  /** Starts the backend anew with these settings, else as one that orders in Stripe, and waits until it has nothing to do. */
  restart(settings?: Record<string, string>): Promise<void>;
};

/** @param env of the backend, besides */
export async function beginStripeOrders(env: Record<string, string> = {}): Promise<StripeOrderStory> {
  const story = await beginStory({ tls: true, env: { SWEEP_SECONDS: '3600', SALESFORCE_CURRENCY: 'USD', ...env } });
  const { stack, stripe } = story;
  const sales = deals(story);
  sales.makePriceBook();
  const seats = { priceId: await stripe.price({ name: 'Platform', amountMinor: 2500, currency: 'usd' }) };
  const accountId = await story.account('Acme');
  const customer = await stripe.customer('Acme', accountId);
  async function restart(settings = orderSettings({ connection: 'stripe' })): Promise<void> {
    await stack.backend.stop();
    stack.backend = await startBackend({ ...stack.env, ...settings });
    await vi.waitUntil(() => sales.hasProduct(seats), { timeout: 40_000, interval: 50 });
    await settled(stack);
  }
  await restart();
  return { story, sales, seats, accountId, customer, restart };
}
