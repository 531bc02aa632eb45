import { settled } from '../../test/support/settled.ts';
import { startBackend } from '../../test/support/backend.ts';
import { startStack, type Stack } from '../../test/support/stack.ts';
import { benchDatabase } from './database.ts';
import type { Figure } from './figure.ts';
import { memoryOf } from './processes.ts';
import { makeCustomers } from './stack.ts';

/** Requests a second that a live account of Stripe may make, in all and to one endpoint (Stripe docs, "Rate limits"). */
const limits = { global: 100, endpoint: 25 };
const rates = {
  STRIPE_CALLS_PER_SECOND: String(limits.global),
  STRIPE_CALLS_PER_ENDPOINT_SECOND: String(limits.endpoint),
};
const sampleMs = 1000;

type Sample = { at: number; total: number; busiest: number };

function callsOf({ stripe }: Stack): Omit<Sample, 'at'> {
  const counts = [...stripe.ctx.calls.counts].filter(([route]) => !route.includes('__sim')).map(([, count]) => count);
  return { total: counts.reduce((sum, count) => sum + count, 0), busiest: Math.max(0, ...counts) };
}

/** Without how it begins and ends, which is nothing beside a load of many more. */
function shareUsed(samples: readonly Sample[], total: number): number {
  const within = samples.filter((one) => one.total >= total / 4 && one.total <= (total * 3) / 4);
  const [first, last] = [within[0]!, within.at(-1)!];
  const seconds = (last.at - first.at) / 1000;
  return Math.max(
    (last.total - first.total) / seconds / limits.global,
    (last.busiest - first.busiest) / seconds / limits.endpoint,
  );
}

/** The first load of many customers into an empty backend, within Stripe's limits. */
export async function measureBackfill(say: (text: string) => void, customers = 1000): Promise<Figure[]> {
  const [unused, database] = [await benchDatabase(), await benchDatabase()];
  const stack = await startStack({ databaseUrl: unused.url, env: { SWEEP_SECONDS: '3600', ...rates } });
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
    const samples: Sample[] = [];
    const sampler = setInterval(() => {
      memory.push(memoryOf(pid).now);
      samples.push({ at: Date.now(), ...callsOf(stack) });
    }, sampleMs);
    const loaded = () => stack.org.org.all('Billing_Account__c').length;
    while (loaded() < customers) await new Promise((done) => setTimeout(done, 100));
    const seconds = (Date.now() - started) / 1000;
    clearInterval(sampler);
    const { total } = callsOf(stack);
    const used = shareUsed(samples, total);
    await settled(stack, 120_000);
    const half = memory.slice(Math.floor(memory.length / 2));
    return [
      { name: 'backfill: customers with a subscription and an invoice', value: customers, unit: '' },
      { name: 'backfill: time', value: seconds, unit: 's' },
      { name: 'backfill: customers a second', value: customers / seconds, unit: '/s' },
      {
        name: 'backfill: share of the limit that binds, in the middle half',
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
