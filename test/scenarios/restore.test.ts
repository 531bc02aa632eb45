import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { dump, restore, type Dump } from '../support/dump.ts';
import { differences, heldBy } from '../support/orgRows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { settled } from '../support/settled.ts';

let story: Story;
const databases: TestDatabase[] = [];
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
}, 120_000);
afterAll(async () => {
  await story.end();
  for (const database of databases) await database.close();
});

async function newDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

/** A database of another Postgres, whose transactions have other numbers, with what the dump holds. */
async function restoredElsewhere(taken: Dump): Promise<TestDatabase> {
  const database = await newDatabase();
  await restore(database.pool, taken);
  await database.pool.query(
    `update org_rows set changed_by = (changed_by::text::bigint + 1000000000000)::text::xid8;
     update setting set value = 'another' where name = 'database_cluster'`,
  );
  return database;
}

/** Resolves once every connection was swept after now, and nothing is left to be worked or written. */
async function caughtUp({ pool }: TestDatabase): Promise<void> {
  const { rows } = await pool.query<{ now: Date }>('select now()');
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { rows: left } = await pool.query<{ swept: number; work: number; rows: number }>(
      `select (select count(*) from sweep_cursor where connection in ('stripe', 'zuora')
           and swept_at > $1::timestamptz + interval '2 s')::int as swept,
         (select count(*) from dirty where not_before <= now() or attempt > 0)::int as work,
         (select count(*) from org_rows where pending and account_id is not null)::int as rows`,
      [rows[0]!.now],
    );
    const [now] = left;
    if (now!.swept === 2 && now!.work === 0 && now!.rows === 0) return;
    if (Date.now() > deadline)
      throw new Error(`Not caught up: ${JSON.stringify(now)}\n${story.stack.backend.output().slice(-3000)}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

it('a database that is restored from an hour ago catches up: nothing is lost, nothing doubled, nothing old written over new', async () => {
  const { stack, stripe, zuora } = story;
  const price = await stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  const accountIds: string[] = [];
  const customers: string[] = [];
  const subscriptions: string[] = [];
  for (let index = 0; index < 6; index += 1) {
    accountIds.push(await story.account(`Account ${index}`));
    customers.push(await stripe.customer(`Customer ${index}`, accountIds[index]!));
    subscriptions.push((await stripe.subscribe(customers[index]!, [{ price, quantity: 1 }])).id);
  }
  const today = new Date().toISOString().slice(0, 10);
  const plan = await zuora.ratePlan('Platform', 'EUR', [
    { name: 'Seats', kind: 'perUnit', price: '140', period: 'Month' },
  ]);
  const tenant = await zuora.account('Tenant', 'EUR', accountIds[5]!);
  const number = await zuora.subscribe(tenant, plan, { start: today, months: 12, quantity: 10 });
  const setTo = (index: number, quantity: number) =>
    story.act('stripe', 'upgrade', { subscription: subscriptions[index], quantity });
  await settled(stack);
  const taken = await dump(story.database.pool);

  // The hour that is lost: all of it has reached Salesforce.
  stack.clock.setOffset(stack.clock.offsetMs + 3_600_000);
  await Promise.all([0, 1, 2].map((index) => setTo(index, 5)));
  await story.act('stripe', 'cancel', { subscription: subscriptions[3] });
  await story.act('zuora', 'upgrade', { subscription: number, quantity: 25 });
  const late = await story.account('Late');
  accountIds.push(late);
  customers.push(await stripe.customer('Late', late));
  subscriptions.push((await stripe.subscribe(customers[6]!, [{ price, quantity: 3 }])).id);
  await settled(stack);
  const before = heldBy(stack, accountIds);

  // The database is lost. Billing goes on, and nobody hears of it.
  await stack.backend.stop('SIGKILL');
  stack.stripe.ctx.webhooks.switches.drop = true;
  stack.zuora.ctx.webhooks.switches.drop = true;
  // Back to what the dump holds, but not to what Salesforce holds.
  await setTo(0, 1);
  await setTo(1, 7);
  // To another Account, whose rows the dump holds too.
  await stripe.stripe.customers.update(customers[2]!, { metadata: { salesforce_account_id: accountIds[4]! } });

  const database = await restoredElsewhere(taken);
  stack.stripe.ctx.webhooks.switches.drop = false;
  stack.zuora.ctx.webhooks.switches.drop = false;
  stack.backend = await startBackend({ ...stack.env, DATABASE_URL: database.url });
  await caughtUp(database);
  // Throws when a row is there twice.
  const held = heldBy(stack, accountIds);
  const older = [...before].filter(([id, row]) => held.get(id)!.version < row.version);
  expect(older).toEqual([]);
  const { rows: open } = await database.pool.query('select key from dirty where quarantined_at is not null');
  expect(open).toEqual([]);
  expect(await stack.backend.stop()).toBe(0);

  // A backend that knows nothing agrees.
  const fresh = await newDatabase();
  stack.backend = await startBackend({ ...stack.env, DATABASE_URL: fresh.url });
  await caughtUp(fresh);
  expect(differences(held, heldBy(stack, accountIds))).toEqual([]);
}, 300_000);
