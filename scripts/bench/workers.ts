import { freePort, startBackend, type Backend } from '../../test/support/backend.ts';
import { settled } from '../../test/support/settled.ts';
import { startStack } from '../../test/support/stack.ts';
import { benchDatabase } from './database.ts';
import type { Figure } from './figure.ts';
import { makeCustomers, stripeOf } from './stack.ts';

const customers = 400;
const rounds = 10;
const counts = [1, 2, 4];

/** How fast the same backlog is worked off by one, two and four worker processes on one Postgres. */
export async function measureWorkers(say: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  let alone = 0;
  for (const count of counts) {
    say(`${count} worker processes`);
    const perSecond = await keysPerSecond(count);
    if (count === 1) alone = perSecond;
    figures.push({ name: `billing accounts brought up to date by ${count} workers`, value: perSecond, unit: '/s' });
    if (count > 1) figures.push({ name: `… beside one worker`, value: perSecond / alone, unit: '×' });
  }
  return figures;
}

/** A backlog of many events of many customers is stored while the workers are held, then worked off. */
async function keysPerSecond(count: number): Promise<number> {
  const database = await benchDatabase();
  const stack = await startStack({ databaseUrl: database.url, env: { SWEEP_SECONDS: '3600' } });
  const workers: Backend[] = [];
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => workers.forEach((worker) => worker.process.kill(name));
  try {
    const made = await makeCustomers(stack, customers);
    await settled(stack, 120_000);
    await stack.backend.stop();
    stack.backend = await startBackend({ ...stack.env, ROLES: 'web' });
    for (let index = 0; index < count; index++)
      workers.push(await startBackend({ ...stack.env, PORT: String(await freePort()) }));
    signal('SIGSTOP');
    const stripe = stripeOf(stack);
    for (let round = 0; round < rounds; round++)
      await Promise.all(
        made.map(({ customer }) => stripe.customers.update(customer, { email: `round-${round}@${customer}.example` })),
      );
    await stack.stripe.ctx.webhooks.idle();
    const started = Date.now();
    signal('SIGCONT');
    await settled(stack, 300_000);
    return customers / ((Date.now() - started) / 1000);
  } finally {
    signal('SIGCONT');
    for (const worker of workers) await worker.stop();
    await stack.stop();
    await database.stop();
  }
}
