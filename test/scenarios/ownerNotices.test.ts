import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { settled } from '../support/settled.ts';

const WITHIN = { timeout: 40_000, interval: 100 };
const DAY_MS = 86_400_000;
const ON = {
  SALESFORCE_OPPORTUNITIES: 'on',
  SALESFORCE_CURRENCY: 'USD',
  SALESFORCE_NOTIFY_OWNERS: 'on',
};

let story: Story;
let yearly: string;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1', ...ON } });
  yearly = await story.stripe.price({ name: 'Growth', amountMinor: 12_000, currency: 'usd', interval: 'year' });
});
afterAll(() => story.end());

const org = () => story.stack.org.org;
const deals = (accountId: string): SRecord[] =>
  org()
    .all('Opportunity')
    .filter((one) => one['AccountId'] === accountId);
const posts = (accountId: string): string[] => {
  const ids = new Set(deals(accountId).map(({ Id }) => Id));
  return org()
    .all('FeedItem')
    .filter((one) => ids.has(String(one['ParentId'])))
    .map((one) => String(one['Body']))
    .toSorted();
};
const run = (...args: string[]) => ops({ DATABASE_URL: story.database.url }, args);

async function subscribed(accountId: string): Promise<string> {
  const { id } = await story.stripe.stripe.customers.create({
    name: 'Engines',
    metadata: { salesforce_account_id: accountId },
  });
  await story.stripe.useCard(id, 'pm_card_visa');
  await story.stripe.subscribe(id, [{ price: yearly, quantity: 1 }]);
  return (await story.stripe.stripe.subscriptions.list({ customer: id })).data[0]!.id;
}

/** Resolves when no notice waits any more in a database. */
async function toldIn(pool: { query(text: string): Promise<{ rows: unknown[] }> }): Promise<void> {
  await settled(story.stack);
  const left = `select from owner_notice where state = 'wanted'`;
  await vi.waitUntil(async () => (await pool.query(left)).rows.length === 0, WITHIN);
}

it('the owner of an Account is told once of what began, was upgraded and was renewed, whatever is told twice', async () => {
  const account = await story.account('Engines');
  const subscription = await subscribed(account);
  await vi.waitUntil(() => posts(account).length === 1, WITHIN);
  const owner = org().get('User', String(org().get('Account', account)!['OwnerId']))!;
  expect(posts(account)).toEqual([
    `@${String(owner['Name'])} Billing made this opportunity: a subscription has begun. It is won already, and there is nothing to order.`,
  ]);

  const item = (await story.stripe.stripe.subscriptions.retrieve(subscription)).items.data[0]!.id;
  await story.stripe.stripe.subscriptions.update(subscription, { items: [{ id: item, quantity: 3 }] });
  await vi.waitUntil(() => posts(account).length === 2, WITHIN);
  expect(posts(account)[1]).toContain('a subscription was upgraded');
  story.stack.clock.setOffset(DAY_MS);
  await story.act('stripe', 'renew', { subscription });
  await vi.waitUntil(() => posts(account).length === 3, WITHIN);
  const all = posts(account);
  expect(all.filter((text) => text.includes('a subscription was renewed'))).toHaveLength(1);
  expect(deals(account)).toHaveLength(3);

  // Every event once more, every customer read anew, every row written again.
  const since = new Date(Date.now() - DAY_MS).toISOString();
  expect(await run('replay', '--since', since, '--yes')).toMatchObject({ code: 0 });
  expect(await run('backfill', 'stripe', '--start', '--follow')).toMatchObject({ code: 0 });
  expect(await run('restored', '--yes')).toMatchObject({ code: 0 });
  await toldIn(story.database.pool);
  expect(posts(account)).toEqual(all);

  // And once more by a database that knows nothing of it.
  await story.stack.backend.stop();
  const fresh = await createTestDatabase();
  try {
    story.stack.backend = await startBackend({ ...story.stack.env, DATABASE_URL: fresh.url });
    const found = `select from owner_notice where state = 'told'`;
    await vi.waitUntil(async () => (await fresh.pool.query(found)).rows.length > 0, WITHIN);
    await toldIn(fresh.pool);
    expect(posts(account)).toEqual(all);
  } finally {
    await story.stack.backend.stop();
    story.stack.backend = await startBackend(story.stack.env);
    await fresh.close();
  }
}, 240_000);

it('where the owner of the Account has left, the deal is made, and nobody is told', async () => {
  const account = await story.account('Left');
  const owner = String(org().get('Account', account)!['OwnerId']);
  person(story.stack).edit('User', owner, { IsActive: false });
  try {
    const subscription = await subscribed(account);
    await vi.waitUntil(() => deals(account).length === 1, WITHIN);
    await toldIn(story.database.pool);
    expect(posts(account)).toEqual([]);
    const { rows } = await story.database.pool.query(
      `select state, message from owner_notice where deal_key = 'stripe:subscription:${subscription}:new'`,
    );
    expect(rows).toMatchObject([{ state: 'nobody', message: expect.stringContaining('Nobody is told') }]);
  } finally {
    person(story.stack).edit('User', owner, { IsActive: true });
  }
}, 120_000);

it('nobody is told unless it is switched on, also not later', async () => {
  const restart = async (notify: string) => {
    await story.stack.backend.stop();
    story.stack.backend = await startBackend({ ...story.stack.env, SALESFORCE_NOTIFY_OWNERS: notify });
  };
  await restart('off');
  const account = await story.account('Quiet');
  await subscribed(account);
  await vi.waitUntil(() => deals(account).length === 1, WITHIN);
  await toldIn(story.database.pool);
  await restart('on');
  expect(await run('backfill', 'stripe', '--start', '--follow')).toMatchObject({ code: 0 });
  await toldIn(story.database.pool);
  expect(posts(account)).toEqual([]);
}, 120_000);
