import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { toLinkRow } from '../../server/connectors/salesforce/matching/row.ts';
import type { BillingAccount } from '../../server/domain/billingAccount/billingAccount.ts';
import { matchKeyOf } from '../../server/domain/billingAccount/key.ts';
import type { Candidate } from '../../server/domain/matching/match.ts';
import { readRequest, runRequest } from '../../server/interfaces/cli/ops.ts';
import { createOrgAccounts } from '../../server/sync/drift/accounts.ts';
import type { LeasedKey } from '../../server/sync/keys/claim.ts';
import { matchUnlinked } from '../../server/sync/matching/due.ts';
import { createMatchReader } from '../../server/sync/matching/reader.ts';
import { Collision } from '../../server/sync/mirror/save.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import { matchBillingAccount } from '../../server/workflows/matching/matchBillingAccount.ts';
import type { KeyResult } from '../../server/workflows/ports/keyWork.ts';
import type { LinkRowInOrg } from '../../server/workflows/ports/matching.ts';
import type { AccountState } from '../../server/workflows/ports/org.ts';
import { billingAccount } from '../support/billingObjects.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const KEY = 'stripe:account:cus_1';
const MATCH = matchKeyOf(KEY);
const A = '001000000000001AAA';
const B = '001000000000002AAA';
const now = new Date();

let database: TestDatabase;
let store: Store;
/** What the org has: candidates, and the row of the customer. */
let candidates: Candidate[];
let row: LinkRowInOrg | undefined;
let looks: number;
let asOf: number;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: '00D', mappingVersion: '1' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query(
    'truncate dirty, mirror, account_link, billing_match, billing_link_log, org_rows, org_account, operator_action',
  );
  [candidates, row, looks, asOf] = [[], undefined, 0, Date.UTC(2026, 0, 1)];
});

const candidate = (accountId: string, more: Partial<Candidate> = {}): Candidate => ({
  accountId,
  name: 'Acme',
  website: null,
  contactEmails: ['ada@acme.example'],
  personEmail: null,
  fieldValue: null,
  madeFor: null,
  parentId: null,
  ...more,
});

/** Claims one key for longer than any test. */
async function claimOf(key: string): Promise<LeasedKey> {
  await store.bumpKeys([key]);
  const claims = await store.claimKeys(100, 60_000);
  await store.giveBack(claims.filter((claim) => claim.key !== key));
  return claims.find((claim) => claim.key === key)!;
}

const commit = async (key: string, result: Partial<KeyResult>) =>
  store.commitResult(await claimOf(key), { done: [], ...result });

/** Saves the customer as billing has it now. */
async function save(more: Partial<BillingAccount> = {}, deleted = false): Promise<void> {
  const body = billingAccount({
    key: KEY,
    connection: 'stripe',
    source: 'Stripe',
    number: 'cus_1',
    name: 'Acme Inc',
    billToEmail: 'ada@acme.example',
    ...more,
  });
  asOf += 1000;
  const record = { key: KEY, kind: 'account', billingAccountKey: KEY, asOf: new Date(asOf), version: 0 } as const;
  const link = { billingAccountKey: KEY, accountId: deleted ? null : body.accountId };
  await commit(KEY, {
    mirror: [{ via: 'fetch', record: { ...record, deleted, body } }],
    link: deleted || body.accountId !== null ? link : { ...link, byMatch: true },
  });
}

const handler = () =>
  matchBillingAccount({
    mirror: store,
    matches: createMatchReader(database.db),
    accounts: createOrgAccounts(database.db),
    candidates: {
      candidates: async () => {
        looks += 1;
        return { candidates, complete: true };
      },
    },
    rows: { row: async () => row },
    reads: (work) => work(),
    toRow: toLinkRow,
    fieldOf: () => null,
    orgId: '00D',
    clock: { businessNow: () => now },
    timeZone: 'UTC',
  });

const isDue = async () =>
  (await database.pool.query('select from dirty where key = $1 and not_before <= now()', [MATCH])).rowCount === 1;

/** Works the matching when it is due. @returns whether it was */
async function work(): Promise<boolean> {
  if (!(await isDue())) return false;
  const claims = await store.claimKeys(100, 60_000);
  const claim = claims.find(({ key }) => key === MATCH)!;
  await store.commitResult(claim, await handler()(claim));
  await store.giveBack(claims);
  return true;
}

const linked = async () => (await store.linkOf(KEY))?.accountId ?? null;
const log = async () =>
  (
    await database.pool.query<{ action: string; account_id: string; rule: string; by: string }>(
      'select action, account_id, rule, by from billing_link_log order by id',
    )
  ).rows.map(({ action, account_id, rule, by }) => [action, account_id, rule, by]);
const rowOf = async () =>
  (
    await database.pool.query<{ fields: Record<string, unknown> }>(
      "select fields from org_rows where object = 'Billing_Link__c'",
    )
  ).rows[0]?.fields;

async function ops(...args: string[]): Promise<{ out: string; code: number; data: unknown }> {
  const request = readRequest([...args, '--json']);
  if ('help' in request) throw new Error('That is a question for help.');
  const { out, code } = await runRequest(request, {
    db: database.db,
    operator: 'ada@test',
    confirm: () => Promise.resolve(),
    say: () => {},
    sealer: () => {
      throw new Error('No secret is needed.');
    },
    today: () => {
      throw new Error('No day is asked for.');
    },
    withOrg: () => Promise.reject(new Error('No org here.')),
    readInput: () => Promise.resolve(''),
  });
  return { out, code, data: JSON.parse(out) };
}

const org = (accountId: string, state: AccountState['state'], mergedInto: string | null = null) =>
  commit(`salesforce:Account:${accountId}`, {
    org: { accounts: [{ accountId, state, mergedInto, modstamp: now }], drifts: [] },
  });

it('Salesforce is asked once for what a customer is looked for by, however often anything else of it changes', async () => {
  await save();
  expect(await work()).toBe(true);
  await save({ autoPay: true });
  expect(await work(), 'its row may tell other amounts').toBe(true);
  await save({ autoPay: true });
  expect(await work(), 'nothing changed').toBe(false);
  await save({ name: 'ACME, Ltd.' });
  await work();
  expect(looks).toBe(1);
  await save({ name: 'Acme Labs' });
  await work();
  expect(looks).toBe(2);
});

it('who waits is looked for again within a day, as work that makes way', async () => {
  await save();
  await work();
  const { rows } = await database.pool.query<{ batch: boolean; hours: number }>(
    'select batch, (extract(epoch from not_before - now()) / 3600)::float8 as hours from dirty where key = $1',
    [MATCH],
  );
  expect(rows[0]).toMatchObject({ batch: true });
  expect(rows[0]!.hours).toBeGreaterThan(23.9);
  expect(rows[0]!.hours).toBeLessThan(24.2);
  candidates = [candidate(A)];
  await database.pool.query('update dirty set not_before = now(), poll_at = now() where key = $1', [MATCH]);
  await work();
  expect([looks, await linked()]).toEqual([2, A]);
  expect(await isDue(), 'who is linked is not looked for').toBe(false);
  expect(await log()).toEqual([['linked', A, 'email and name', 'rule']]);
});

it('of a worker and an operator who decide at the same time one decides, and nothing is lost', async () => {
  await save();
  candidates = [candidate(A)];
  const claim = await claimOf(MATCH);
  const decided = await handler()(claim);
  await ops('link', KEY, B);
  await expect(store.commitResult(claim, decided)).rejects.toThrow(Collision);
  await store.giveBack([claim]);
  expect(await work()).toBe(true);
  expect([await linked(), await log()]).toEqual([B, [['linked', B, 'operator', 'ada@test']]]);
});

it('of two workers of which one has lost its lease one makes the link', async () => {
  await save();
  candidates = [candidate(A)];
  const late = await claimOf(MATCH);
  const decided = await handler()(late);
  await database.pool.query("update dirty set lease_until = now() - interval '1 s' where key = $1", [MATCH]);
  expect(await work()).toBe(true);
  await expect(store.commitResult(late, decided)).rejects.toThrow('lease');
  expect(await log()).toHaveLength(1);
});

it('an operator lists who waits, links and unlinks; no rule links there again, and everything is noted', async () => {
  candidates = [candidate(A, { contactEmails: [] }), candidate(B, { contactEmails: [] })];
  await save();
  await work();
  expect((await ops('links')).data).toMatchObject([
    { key: KEY, name: 'Acme Inc', state: 'waiting', candidates: [{ accountId: A, score: 40 }, { accountId: B }] },
  ]);
  expect((await ops('link', KEY, A, '--dry-run')).data).toMatchObject({ done: false });
  expect(await linked()).toBeNull();
  expect((await ops('link', KEY, A.slice(0, 15))).data).toMatchObject({ accountId: A, done: true });
  expect(await linked()).toBe(A);
  await work();
  expect(await rowOf()).toMatchObject({ State__c: 'Linked', Linked_Account__c: A });
  expect((await ops('links')).data).toEqual([]);
  expect((await ops('links', '--all')).data).toMatchObject([{ accountId: A, rule: 'operator', by: 'ada@test' }]);

  candidates = [candidate(A)];
  expect((await ops('unlink', KEY, '--dry-run')).data).toMatchObject({ done: false });
  expect((await ops('unlink', KEY)).data).toMatchObject({ done: true, unlinked: [{ key: KEY, accountId: A }] });
  candidates = [candidate(A, { name: 'Acme Labs' })];
  await save({ name: 'Acme Labs' });
  const before = looks;
  await work();
  expect([looks, await linked()], 'the best one, and taken back').toEqual([before + 1, null]);
  expect(await rowOf()).toMatchObject({ State__c: 'Waiting', Linked_Account__c: null });
  expect(await log()).toEqual([
    ['linked', A, 'operator', 'ada@test'],
    ['unlinked', A, 'operator', 'ada@test'],
  ]);
  const { rows } = await database.pool.query('select operator, action, targets from operator_action order by id');
  expect(rows).toEqual([
    { operator: 'ada@test', action: 'link', targets: [KEY] },
    { operator: 'ada@test', action: 'unlink', targets: [KEY] },
  ]);
});

it.each([
  [['link', KEY, '003000000000001AAA'], 2, 'no id of an Account'],
  [['link', KEY], 2, 'Name the customer'],
  [['link', 'stripe:account:cus_2', A], 1, 'no customer is known'],
  [['unlink', KEY], 1, 'is not linked'],
  [['unlink'], 2, 'Name the customer'],
  [['links', 'x'], 2, 'no arguments'],
])('%j is refused and changes nothing', async (args, code, reason) => {
  await save();
  const answer = await ops(...args);
  expect([answer.code, answer.out]).toEqual([code, expect.stringContaining(reason)]);
  expect([await linked(), await log()]).toEqual([null, []]);
});

it('nobody links a customer for whom billing names an Account', async () => {
  await save({ accountId: B });
  expect(await ops('link', KEY, A)).toMatchObject({ code: 1, out: expect.stringContaining(B) as string });
  expect(await linked()).toBe(B);
});

it('a match stays while other things of the customer are saved, and ends when billing names an Account or deletes it', async () => {
  candidates = [candidate(A)];
  await save();
  await work();
  await save({ autoPay: true });
  expect([await linked(), await work()]).toEqual([A, false]);
  await save({ accountId: B });
  expect([await linked(), await work()]).toEqual([B, true]);
  await save();
  expect(await linked(), 'it is matched anew').toBeNull();
  await work();
  expect(await linked()).toBe(A);
  await save({}, true);
  expect([await linked(), await work(), await linked()]).toEqual([null, true, null]);
  expect(await log()).toEqual([
    ['linked', A, 'email and name', 'rule'],
    ['unlinked', A, 'email and name', 'billing'],
    ['linked', A, 'email and name', 'rule'],
    ['unlinked', A, 'email and name', 'billing'],
  ]);
});

it('a customer that a filter leaves out is no work for anybody any more', async () => {
  candidates = [candidate(A, { contactEmails: [] })];
  await save();
  await work();
  expect(await rowOf()).toMatchObject({ State__c: 'Waiting' });
  await commit(KEY, { forget: true });
  expect(await work()).toBe(true);
  expect(await rowOf()).toMatchObject({ State__c: 'Dismissed', ARR__c: 0, Outstanding__c: 0 });
});

it('who was never billed and resembles nobody gets no row', async () => {
  await save();
  await work();
  expect(await rowOf()).toBeUndefined();
  expect((await ops('links')).data).toMatchObject([{ key: KEY, candidates: [] }]);
});

it('a match follows a merge of Accounts, and goes back when that is undone', async () => {
  candidates = [candidate(A)];
  await save();
  await work();
  await org(A, 'merged', B);
  await commit(`account:projection:${A}`, { retired: { from: A, to: B, rows: [] } });
  expect(await linked()).toBe(B);
  await save({ autoPay: true });
  expect(await linked()).toBe(B);
  await org(A, 'live');
  expect(await linked()).toBe(A);
});

it('of a deleted Account nothing is left, and one that is back is looked for at once', async () => {
  candidates = [candidate(A)];
  await save();
  await work();
  candidates = [];
  await org(A, 'deleted');
  expect([await work(), await linked()]).toEqual([true, null]);
  candidates = [candidate(A)];
  await org(A, 'live');
  expect([await work(), await linked()]).toEqual([true, A]);
});

it('customers of a database from before are looked for after the start, once', async () => {
  await save();
  await database.pool.query('delete from dirty');
  expect(await matchUnlinked(database.db)).toBe(1);
  await work();
  await database.pool.query('delete from dirty');
  expect(await matchUnlinked(database.db)).toBe(0);
});

it('a choice that was read once is no choice again, and an emptied one takes only its own link back', async () => {
  candidates = [candidate(A, { contactEmails: [] })];
  await save();
  await work();
  const held = { version: 1, accountId: null, fields: {}, parents: {}, changedBy: '005000000000001AAA' };
  row = { chosen: A, dismissed: false, held };
  await store.bumpKeys([MATCH]);
  await work();
  expect(await linked()).toBe(A);
  await ops('link', KEY, B);
  await work();
  expect(await linked(), 'the later act holds').toBe(B);
  row = { ...row, chosen: null };
  await store.bumpKeys([MATCH]);
  await work();
  expect(await linked()).toBe(B);
  row = undefined;
  await store.bumpKeys([MATCH]);
  await work();
  expect(await linked(), 'a row that is gone says nothing').toBe(B);
});

it('a link that a process of the build before emptied is made again after the start', async () => {
  candidates = [candidate(A)];
  await save();
  await work();
  await database.pool.query('update account_link set account_id = null, matched = false');
  expect(await matchUnlinked(database.db)).toBe(1);
  expect([await work(), await linked(), looks]).toEqual([true, A, 1]);
});
