import { settled } from '../../test/support/settled.ts';
import { startStack } from '../../test/support/stack.ts';
import type { Figure } from './figure.ts';
import { makeCustomers, stripeOf } from './stack.ts';

const customers = 20;
const changes = 60;
const perSecond = 5;

/** From a change in Stripe to the row in Salesforce that shows it, at a steady rate, simulators at 0 ms. */
export async function measureLatency(say: (text: string) => void): Promise<Figure[]> {
  const stack = await startStack();
  try {
    say(`making ${customers} customers`);
    const made = await makeCustomers(stack, customers);
    await settled(stack);
    const stripe = stripeOf(stack);
    say(`${changes} changes at ${perSecond}/s`);
    const seen: Promise<number>[] = [];
    const start = Date.now();
    for (let index = 0; index < changes; index++) {
      await until(start + (index * 1000) / perSecond);
      const { customer, subscription } = made[index % customers]!;
      const quantity = 2 + index;
      const at = performance.now();
      await stripe.subscriptions.update(subscription, {
        items: [{ id: (await stripe.subscriptionItems.list({ subscription })).data[0]!.id, quantity }],
        proration_behavior: 'none',
      });
      seen.push(appears(stack, customer, quantity).then(() => performance.now() - at));
    }
    const times = (await Promise.all(seen)).sort((a, b) => a - b);
    const p = (share: number) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)]!;
    return [
      {
        name: 'change in Stripe to row in Salesforce, p50',
        value: p(0.5),
        unit: 'ms',
        goal: '≤ 400',
        met: p(0.5) <= 400,
      },
      {
        name: 'change in Stripe to row in Salesforce, p99',
        value: p(0.99),
        unit: 'ms',
        goal: '≤ 1500',
        met: p(0.99) <= 1500,
      },
    ];
  } finally {
    await stack.stop();
  }
}

function until(time: number): Promise<void> {
  return new Promise((done) => setTimeout(done, Math.max(0, time - Date.now())));
}

/** Resolves when the org holds a subscription of this customer with this quantity or a later one. */
async function appears(
  stack: Awaited<ReturnType<typeof startStack>>,
  customer: string,
  quantity: number,
): Promise<void> {
  const { org } = stack.org;
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const account = org.all('Billing_Account__c').find((one) => one['Number__c'] === customer);
    const rows = org.all('Billing_Subscription__c').filter((one) => one['Billing_Account__c'] === account?.Id);
    if (rows.some((row) => Number(row['Quantity__c']) >= quantity)) return;
    await until(Date.now() + 5);
  }
  throw new Error(`Salesforce did not show quantity ${quantity} of ${customer} within 30 s`);
}
