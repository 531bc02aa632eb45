import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import { randomOf, type Random } from '../../test/support/random.ts';
import { metric, settled } from '../../test/support/settled.ts';
import { startStack, type Stack } from '../../test/support/stack.ts';
import type { Figure } from './figure.ts';
import { memoryOf } from './processes.ts';
import { makeCustomers, stripeOf } from './stack.ts';

const customers = 500;
const perCustomer = 100;
const hours = 24;
/** Events are mixed up within so long, ms. */
const shuffledWithinMs = 600_000;
const duplicatesPercent = 5;
const senders = 20;

/** A day of events, mixed up and some of them twice, sent as fast as they are taken; then all of it once more. */
export async function measureReplay(say: (text: string) => void): Promise<Figure[]> {
  const random = randomOf('24');
  const stack = await startStack({ env: { SWEEP_SECONDS: '3600' } });
  try {
    say(`making ${customers} customers`);
    const made = await makeCustomers(stack, customers);
    await settled(stack, 120_000);
    const bodies = await dayOf(
      stack,
      made.map(({ customer }) => customer),
      say,
    );
    const order = mixed(bodies, random);

    const pid = stack.backend.process.pid!;
    const before = memoryOf(pid);
    say(`sending ${order.length} events`);
    const started = Date.now();
    await send(stack, order);
    const sentSeconds = (Date.now() - started) / 1000;
    await settled(stack, 1_800_000);
    const seconds = (Date.now() - started) / 1000;
    const after = memoryOf(pid);

    say('sending all of them again');
    const rowsBefore = await metric(stack.backend.url, 'billing360_salesforce_rows_total');
    await send(stack, order);
    await settled(stack, 1_800_000);
    const again = (await metric(stack.backend.url, 'billing360_salesforce_rows_total')) - rowsBefore;
    const growth = after.now - before.now;
    return [
      { name: 'replay of a day: events sent', value: order.length, unit: '' },
      { name: 'replay of a day: time to take them', value: sentSeconds, unit: 's' },
      { name: 'replay of a day: time to work them', value: seconds, unit: 's', goal: '≤ 1800', met: seconds <= 1800 },
      { name: 'replay of a day: memory grew by', value: growth, unit: 'MB', goal: '≤ 50', met: growth <= 50 },
      { name: 'replay of a day: highest memory', value: after.highest, unit: 'MB' },
      { name: 'second replay: rows written', value: again, unit: '', goal: '0', met: again === 0 },
    ];
  } finally {
    await stack.stop();
  }
}

type Body = { text: string; at: number };

/** Makes a day of changes while nobody is told of them, and reads their events. */
async function dayOf(stack: Stack, ids: readonly string[], say: (text: string) => void): Promise<Body[]> {
  const stripe = stripeOf(stack);
  const { webhooks } = stack.stripe.ctx;
  webhooks.switches = { ...webhooks.switches, drop: true };
  say(`making ${ids.length * perCustomer} changes over ${hours} hours`);
  for (let round = 0; round < perCustomer; round++) {
    stack.clock.setOffset(((round + 1) * hours * 3_600_000) / perCustomer);
    for (let at = 0; at < ids.length; at += 50)
      await Promise.all(
        ids.slice(at, at + 50).map((id) => stripe.customers.update(id, { email: `round-${round}@${id}.example` })),
      );
  }
  webhooks.switches = { ...webhooks.switches, drop: false };
  const bodies: Body[] = [];
  for await (const event of stripe.events.list({ limit: 100, type: 'customer.updated' }))
    bodies.push({ text: JSON.stringify(event satisfies Stripe.Event), at: event.created * 1000 });
  return bodies.reverse();
}

/** Events out of order by up to ten minutes, one in twenty of them twice. */
function mixed(bodies: readonly Body[], random: Random): string[] {
  const copies = bodies.flatMap((body) => (random.chance(duplicatesPercent) ? [body, body] : [body]));
  return copies
    .map(({ text, at }) => ({ text, at: at + random.below(shuffledWithinMs) }))
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);
}

async function send(stack: Stack, bodies: readonly string[]): Promise<void> {
  let next = 0;
  const sender = async () => {
    for (let index = next++; index < bodies.length; index = next++) {
      const body = bodies[index]!;
      const seconds = Math.floor(Date.now() / 1000);
      const v1 = createHmac('sha256', stack.secrets.stripeWebhookSecret).update(`${seconds}.${body}`).digest('hex');
      const response = await fetch(`${stack.backend.url}/webhooks/stripe`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${v1}` },
        body,
      });
      await response.text();
      // As a sender does: what was not taken is sent again.
      if (response.status !== 200) bodies = [...bodies, body];
    }
  };
  await Promise.all(Array.from({ length: senders }, sender));
}
