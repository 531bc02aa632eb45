import { settled } from '../../test/support/settled.ts';
import { startStack } from '../../test/support/stack.ts';
import type { Figure } from './figure.ts';
import { makeCustomers, stripeOf } from './stack.ts';

const customers = 100;
const rounds = 10;

/** How many calls to Salesforce and to Stripe a burst of events costs. */
export async function measureBurst(say: (text: string) => void): Promise<Figure[]> {
  const stack = await startStack();
  try {
    say(`making ${customers} customers`);
    const made = await makeCustomers(stack, customers);
    await settled(stack);
    const stripe = stripeOf(stack);
    const orgBefore = { ...Object.fromEntries(stack.org.ctx.calls.counts) };
    const receivedBefore = await eventsReceived(stack.backend.url);
    stack.stripe.ctx.calls.clear();
    say(`${rounds} changes of each`);
    const started = Date.now();
    for (let round = 0; round < rounds; round++)
      await Promise.all(
        made.map(({ customer }) => stripe.customers.update(customer, { email: `round-${round}@${customer}.example` })),
      );
    const seconds = (Date.now() - started) / 1000;
    const ownCalls = customers * rounds;
    await settled(stack);
    const events = (await eventsReceived(stack.backend.url)) - receivedBefore;
    const calls = Object.entries(Object.fromEntries(stack.org.ctx.calls.counts))
      .map(([route, count]) => ({ route, count: count - (orgBefore[route] ?? 0) }))
      .filter(({ count }) => count > 0);
    const writes = calls.filter(({ route }) => route.startsWith('PATCH')).reduce((sum, { count }) => sum + count, 0);
    const reads = calls.filter(({ route }) => route.startsWith('GET')).reduce((sum, { count }) => sum + count, 0);
    const perThousand = (writes * 1000) / events;
    return [
      { name: 'events', value: events, unit: '' },
      { name: 'time in which they came', value: seconds, unit: 's' },
      { name: 'Salesforce calls', value: writes, unit: '' },
      { name: 'Salesforce calls per 1,000 events', value: perThousand, unit: '', goal: '≤ 10', met: perThousand <= 10 },
      { name: 'reads of Salesforce on the write path', value: reads, unit: '', goal: '0', met: reads === 0 },
      { name: 'calls of Stripe by the backend', value: stack.stripe.ctx.calls.total() - ownCalls, unit: '' },
    ];
  } finally {
    await stack.stop();
  }
}

async function eventsReceived(backend: string): Promise<number> {
  const text = await (await fetch(`${backend}/metrics`)).text();
  return [...text.matchAll(/^billing360_inbox_events_total\{[^}]*outcome="stored"[^}]*\} (\d+)/gm)].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}
