import pg from 'pg';
import type { Stack } from './stack.ts';

const metricsOf = async (backendUrl: string): Promise<string> => (await fetch(`${backendUrl}/metrics`)).text();

function valueIn(metrics: string, name: string): number {
  const values = [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map((match) =>
    Number(match[1]),
  );
  if (values.length === 0) throw new Error(`/metrics has no ${name}`);
  return values.reduce((sum, value) => sum + value, 0);
}

/** @returns value of a metric without labels; of several series with labels, their sum */
export async function metric(backendUrl: string, name: string): Promise<number> {
  return valueIn(await metricsOf(backendUrl), name);
}

/** For how long there must be nothing to do: what one step sets off may take a moment to be seen. */
const QUIET_MS = 400;
const LOOK_EVERY_MS = 50;

const OPEN = ['billing360_dirty_keys_due', 'billing360_dirty_keys_retrying', 'billing360_outbox_pending'];

/**
 * Resolves when everything that has happened in the billing systems is in Salesforce: webhooks delivered, no key to be
 * worked now or tried again, no row to be written. Keys that are to be looked at again later are not waited for.
 */
export async function settled(stack: Pick<Stack, 'stripe' | 'zuora' | 'backend'>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (let quietSince = Infinity; !(Date.now() - quietSince >= QUIET_MS);) {
    await stack.stripe.ctx.webhooks.idle();
    await stack.zuora.ctx.webhooks.idle();
    const metrics = await metricsOf(stack.backend.url);
    const left = OPEN.map((name) => valueIn(metrics, name));
    quietSince = left.every((count) => count === 0) ? Math.min(quietSince, Date.now()) : Infinity;
    if (Date.now() > deadline)
      throw new Error(`Not settled after ${withinMs} ms: ${OPEN.map((name, i) => `${name}=${left[i]}`).join(', ')}`);
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

/**
 * Resolves when every event is worked off. One trusted snapshot in a hundred stays open until it is compared with a fetch
 * 30 s after its receipt, and what a read has not shown yet for a minute: both counts as received a minute earlier.
 */
export async function workedOff(databaseUrl: string, withinMs = 60_000): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`
      update inbox_payload set received_at = received_at - interval '1 minute'
        where id in (select id from inbox where done_at is null);
      update inbox set received_at = received_at - interval '1 minute' where done_at is null;
      update dirty set not_before = now()
        where not_before > now() and key in (select key from inbox where done_at is null)`);
    for (const deadline = Date.now() + withinMs; ;) {
      const { rowCount: open } = await client.query('select from inbox where done_at is null');
      if (open === 0) return;
      if (Date.now() > deadline) throw new Error(`${open} events are not worked off after ${withinMs} ms.`);
      await new Promise((done) => setTimeout(done, 25));
    }
  } finally {
    await client.end();
  }
}
