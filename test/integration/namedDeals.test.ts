import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { namedDealRow } from '../../server/connectors/salesforce/rows/namedDeal.ts';
import { orgProjection } from '../../server/connectors/salesforce/convert.ts';
import { orgKeyOf, projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { createDealReader } from '../../server/sync/deals/reader.ts';
import { createOrgAccounts } from '../../server/sync/drift/accounts.ts';
import type { LeasedKey } from '../../server/sync/keys/claim.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import { followDeal } from '../../server/workflows/mirror/followDeal.ts';
import { projectAccount } from '../../server/workflows/mirror/projectAccount.ts';
import { NAMED_DEAL, type NamedDeal } from '../../server/workflows/ports/deals.ts';
import type { KeyHandler, KeyResult } from '../../server/workflows/ports/keyWork.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const A = '001000000000001AAA';
const B = '001000000000002AAA';
const DEAL = '006000000000001AAA';
const KEY = orgKeyOf('Opportunity', DEAL);

let database: TestDatabase;
let store: Store;
let follow: KeyHandler;
let project: KeyHandler;
/** The Opportunity as the org has it; null when it is deleted. */
let inOrg: NamedDeal | null;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: '00D', mappingVersion: '1' });
  const deals = createDealReader(database.db);
  const accounts = createOrgAccounts(database.db);
  const held = { version: 0, accountId: null, fields: {}, parents: {}, changedBy: '005000000000001AAA' };
  const reader = { deal: async () => (inOrg === null ? null : { deal: inOrg, held, forOrder: null }) };
  follow = followDeal({ reader, deals, accounts, projection: orgProjection });
  project = projectAccount({
    mirror: store,
    orgRows: store,
    history: store,
    accounts,
    projection: orgProjection,
    deals,
    clock: { businessNow: () => new Date('2026-11-21T12:00:00Z') },
    timeZone: 'UTC',
  });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query('truncate dirty, mirror, account_link, org_rows, org_account, named_deal, setting');
  inOrg = names(A, 'A-S1');
});

const names = (accountId: string | null, subscriptionNumber: string | null): NamedDeal => ({
  id: DEAL,
  accountId,
  subscriptionNumber,
});

async function claimOf(key: string): Promise<LeasedKey> {
  await store.bumpKeys([key]);
  const claims = await store.claimKeys(100, 60_000);
  await store.giveBack(claims.filter((claim) => claim.key !== key));
  return claims.find((claim) => claim.key === key)!;
}

async function work(key: string, handler: KeyHandler): Promise<KeyResult> {
  const claim = await claimOf(key);
  const result = await handler(claim);
  await store.commitResult(claim, result);
  return result;
}
const dirtyKeys = async () =>
  (await database.pool.query<{ key: string }>('select key from dirty order by key')).rows.map(({ key }) => key);
const rows = async () =>
  (
    await database.pool.query<{ account_id: string | null; object: string; message: string | null }>(
      `select account_id, object, fields ->> 'Billing_Message__c' as message from org_rows order by object`,
    )
  ).rows;

it('an Opportunity of an Account that billing does not know gets its reason, and the Account nothing', async () => {
  expect(await work(KEY, follow)).toMatchObject({ dirty: [projectionKeyOf(A)] });
  await work(projectionKeyOf(A), project);
  expect(await rows()).toEqual([
    { account_id: A, object: NAMED_DEAL, message: expect.stringContaining('has the number A-S1') as string },
  ]);
  // And nothing again when it is looked at for nothing.
  expect(await work(KEY, follow)).toEqual({ done: [] });
});

it('one that names nothing and never did is let be', async () => {
  inOrg = names(A, null);
  expect(await work(KEY, follow)).toEqual({ done: [] });
  inOrg = null;
  expect(await work(KEY, follow)).toEqual({ done: [] });
  expect([await rows(), await dirtyKeys()]).toEqual([[], []]);
});

it('one without an Account has a row of none, which goes with it to the Account that it gets, and back', async () => {
  inOrg = names(null, 'A-S1');
  await work(KEY, follow);
  const alone = [
    { account_id: null, object: NAMED_DEAL, message: expect.stringContaining('has no account') as string },
  ];
  expect(await rows()).toEqual(alone);
  inOrg = names(A, 'A-S1');
  await work(KEY, follow);
  await work(projectionKeyOf(A), project);
  expect(await rows()).toMatchObject([{ account_id: A }]);
  inOrg = names(null, 'A-S1');
  expect(await work(KEY, follow)).toMatchObject({ dirty: [projectionKeyOf(A)] });
  await work(projectionKeyOf(A), project);
  expect(await rows()).toEqual(alone);
});

it.each([
  ['gone to another Account', names(B, 'A-S1'), [B]],
  ['been deleted', null, []],
])('a projection that was worked out before the Opportunity has %s sets no row of it', async (_what, then, owners) => {
  await work(KEY, follow);
  const claim = await claimOf(projectionKeyOf(A));
  const late = await project(claim);
  expect(late.projection!.rows).toHaveLength(1);
  inOrg = then;
  await work(KEY, follow);
  if (then !== null) await work(projectionKeyOf(B), project);
  await store.commitResult(claim, late);
  expect((await rows()).map((row) => row.account_id)).toEqual(owners);
});

it('one that is deleted is forgotten with its row', async () => {
  await work(KEY, follow);
  await work(projectionKeyOf(A), project);
  inOrg = null;
  await work(KEY, follow);
  await work(projectionKeyOf(A), project);
  expect(await rows()).toEqual([]);
  expect((await createDealReader(database.db).known([DEAL])).size).toBe(0);
});

it('under another mapping Accounts are projected anew of which there are only Opportunities', async () => {
  await work(KEY, follow);
  await database.pool.query('truncate dirty');
  const later = createPostgresStore(database, { orgId: '00D', mappingVersion: '2' });
  await later.projectAnew();
  expect(await dirtyKeys()).toEqual([projectionKeyOf(A)]);
});

it('projections and Opportunities that move between their Accounts never deadlock', async () => {
  const deals = Array.from({ length: 8 }, (_, index) => `006${String(index).padStart(12, '0')}AAA`);
  const accountOf = (index: number, round: number) => ((index + round) % 2 === 0 ? A : B);
  for (let round = 0; round < 10; round += 1) {
    await store.bumpKeys([projectionKeyOf(A), projectionKeyOf(B), ...deals.map((id) => orgKeyOf('Opportunity', id))]);
    const claims = await store.claimKeys(100, 60_000);
    await Promise.all(
      claims.map((claim) => {
        const index = deals.findIndex((id) => claim.key === orgKeyOf('Opportunity', id));
        if (index >= 0) {
          const next = { ...names(accountOf(index, round), 'A-S1'), id: deals[index]! };
          const dirty = [projectionKeyOf(A), projectionKeyOf(B)];
          return store.commitResult(claim, { done: [], dirty, deal: { id: next.id, next, rows: [] } });
        }
        const accountId = claim.key === projectionKeyOf(A) ? A : B;
        const own = deals.map((id) => namedDealRow({ ...names(accountId, 'A-S1'), id }, []));
        return store
          .commitResult(claim, { done: [], projection: { accountId, rows: own, nextChangeOn: null } })
          .catch((error: Error) => {
            // Rows that the other projection has just taken; it is worked again.
            if (error.name !== 'Collision') throw error;
          });
      }),
    );
    await store.giveBack(claims);
  }
});
