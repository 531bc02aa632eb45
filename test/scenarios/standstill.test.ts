import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bumpKeys } from '../../server/sync/keys/bump.ts';
import { freePort, startBackend, type Backend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { settled } from '../support/settled.ts';

const WITHIN = { timeout: 30_000, interval: 20 };

let story: Story;
let other: Backend | undefined;
let accountId: string;
let customer: string;
let subscription: string;

beforeEach(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600', USAGE_POLL_SECONDS: '3600' } });
  const price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  accountId = await story.account('Acme');
  customer = await story.stripe.customer('Acme', accountId);
  subscription = (await story.stripe.subscribe(customer, [{ price, quantity: 1 }])).id;
  await settled(story.stack);
  // What happens from here on is found by reads alone, so that the test decides which process learns of it.
  story.stack.stripe.ctx.webhooks.switches.drop = true;
});
afterEach(async () => {
  story.stack.backend.process.kill('SIGCONT');
  await other?.stop();
  other = undefined;
  await story.end();
});

const shown = () => story.rows('Billing_Subscription__c', accountId).map((row) => row['MRR__c']);
const bump = () => bumpKeys(story.database.db, [`stripe:account:${customer}`]);
const change = (quantity: number) => story.act('stripe', 'upgrade', { subscription, quantity });

async function count(query: string): Promise<number> {
  const { rows } = await story.database.pool.query<{ count: number }>(`select count(*)::int as count from ${query}`);
  return rows[0]!.count;
}

async function outcomes({ url }: Backend): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const series = text.matchAll(/^billing360_key_work_total\{outcome="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...series].map(([, outcome, value]) => [outcome, Number(value)]));
}

/** @returns rows that a process was told Salesforce holds a newer version of */
async function outranked({ url }: Backend): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const series = text.matchAll(/^billing360_salesforce_rows_total\{.*outcome="newer_is_there"\} (\d+)$/gm);
  return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Starts another process, in which leases of the first one end by the database's clock. */
const startOther = async () => (other = await startBackend({ ...story.stack.env, PORT: String(await freePort()) }));

describe('a process that stands still for longer than its leases last', () => {
  it('while it reads a billing system: another one takes over, and what it read meanwhile is not saved', async () => {
    const { backend, stripe } = story.stack;
    stripe.ctx.faults.set([{ method: 'GET', path: '/v1/subscriptions', latencyMs: 400, times: 1 }]);
    await change(2);
    await bump();
    await vi.waitFor(async () => {
      expect(await count(`dirty where key = 'stripe:account:${customer}' and lease_until > now()`)).toBe(1);
      expect(stripe.ctx.faults.list()).toEqual([]);
    }, WITHIN);
    backend.process.kill('SIGSTOP');
    // The answer on its way to the process that stands still says 2.
    await new Promise((done) => setTimeout(done, 600));
    await change(3);
    await bump();
    await startOther();
    await vi.waitFor(() => expect(shown()).toEqual([30]), WITHIN);
    await settled({ ...story.stack, backend: other! });
    // Something is to be done later: the key is there, and nobody's.
    await bumpKeys(story.database.db, [`stripe:account:${customer}`], 3_600_000);

    backend.process.kill('SIGCONT');
    await vi.waitFor(async () => expect((await outcomes(backend))['lease_lost']).toBe(1), WITHIN);
    await settled(story.stack);
    expect(shown()).toEqual([30]);
    expect(await count('dirty where quarantined_at is not null or lease_owner is not null')).toBe(0);
    expect(await count(`dirty where key = 'stripe:account:${customer}' and not_before > now()`)).toBe(1);
  }, 60_000);

  it('while Salesforce has its write: another one writes what is newer, and the late write changes nothing', async () => {
    const { backend, org } = story.stack;
    const late = Promise.withResolvers<void>();
    org.ctx.faults.set([{ path: '/composite', until: late.promise, times: 1 }]);
    await change(2);
    await bump();
    await vi.waitFor(() => expect(org.ctx.faults.list()).toEqual([]), WITHIN);
    backend.process.kill('SIGSTOP');
    await change(3);
    await bump();
    await startOther();
    await story.database.pool.query('update lease set until = now(); update dirty set lease_until = now()');
    await vi.waitFor(() => expect(shown()).toEqual([30]), WITHIN);

    late.resolve();
    backend.process.kill('SIGCONT');
    await vi.waitFor(async () => expect(await outranked(backend)).toBeGreaterThan(0), WITHIN);
    await settled(story.stack);
    expect(shown()).toEqual([30]);
    expect(story.rows('Billing_Subscription__c', accountId)).toHaveLength(1);
    expect(await count('org_rows where pending or quarantined_at is not null')).toBe(0);
    expect(await count("org_rows where object = 'Billing_Subscription__c' and confirmed_hash = hash")).toBe(1);
  }, 60_000);
});
