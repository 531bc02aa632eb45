import { settled } from '../../test/support/settled.ts';
import { startBackend } from '../../test/support/backend.ts';
import { startStack } from '../../test/support/stack.ts';
import { benchDatabase } from './database.ts';
import type { Figure } from './figure.ts';
import { memoryOf } from './processes.ts';
import { makeCustomers } from './stack.ts';

const customers = 1000;
/** Requests a second that a live account of Stripe may make, in all and to one endpoint (Stripe docs, "Rate limits"). */
const limits = { global: 100, endpoint: 25 };
const rates = {
  STRIPE_CALLS_PER_SECOND: String(limits.global),
  STRIPE_CALLS_PER_ENDPOINT_SECOND: String(limits.endpoint),
};
const sampleMs = 1000;

/** The first load of many customers into an empty backend, within Stripe's limits. */
export async function measureBackfill(say: (text: string) => void): Promise<Figure[]> {
  const [unused, database] = [await benchDatabase(), await benchDatabase()];
  const stack = await startStack({ databaseUrl: unused.url, env: { SWEEP_SECONDS: '5', ...rates } });
  try {
    await stack.backend.stop();
    say(`making ${customers} customers`);
    stack.stripe.ctx.webhooks.switches = { ...stack.stripe.ctx.webhooks.switches, drop: true };
    await makeCustomers(stack, customers);
    const switched = await fetch(`${stack.stripe.url}/__sim/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(limits),
    });
    if (!switched.ok) throw new Error('The limits of Stripe could not be switched on.');
    stack.org.ctx.calls.clear();
    stack.stripe.ctx.calls.clear();
    say('loading them');
    stack.backend = await startBackend({ ...stack.env, DATABASE_URL: database.url });
    const started = Date.now();
    const pid = stack.backend.process.pid!;
    const memory: number[] = [];
    const sampler = setInterval(() => memory.push(memoryOf(pid).now), sampleMs);
    const loaded = () => stack.org.org.all('Billing_Account__c').length;
    while (loaded() < customers) await new Promise((done) => setTimeout(done, 100));
    const seconds = (Date.now() - started) / 1000;
    clearInterval(sampler);
    const calls = [...stack.stripe.ctx.calls.counts].filter(([route]) => !route.includes('__sim'));
    const total = calls.reduce((sum, [, count]) => sum + count, 0);
    const busiest = Math.max(...calls.map(([, count]) => count));
    const used = Math.max(busiest / limits.endpoint, total / limits.global) / seconds;
    await settled(stack, 120_000);
    const half = memory.slice(Math.floor(memory.length / 2));
    return [
      { name: 'backfill: customers with a subscription and an invoice', value: customers, unit: '' },
      { name: 'backfill: time', value: seconds, unit: 's' },
      { name: 'backfill: customers a second', value: customers / seconds, unit: '/s' },
      {
        name: 'backfill: share of the limit that binds',
        value: used,
        unit: '×',
        goal: '≥ 0.9',
        met: used >= 0.9,
      },
      { name: 'backfill: Stripe calls', value: total, unit: '' },
      { name: 'backfill: Salesforce calls', value: stack.org.ctx.calls.total(), unit: '' },
      {
        name: 'backfill: highest memory',
        value: Math.max(...memory),
        unit: 'MB',
        goal: '≤ 300',
        met: Math.max(...memory) <= 300,
      },
      { name: 'backfill: memory grew in the second half by', value: half.at(-1)! - half[0]!, unit: 'MB' },
    ];
  } finally {
    await stack.stop();
    await database.stop();
    await unused.stop();
  }
}
