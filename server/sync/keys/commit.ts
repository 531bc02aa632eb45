import { sql } from 'kysely';
import { isMatch, isProjection, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { BILLING_PARTS } from '../../workflows/ports/billingSystem.ts';
import type { KeyResult, Projection } from '../../workflows/ports/keyWork.ts';
import { saveDeal, withoutLeft } from '../deals/save.ts';
import { saveOrgFinding, saveRetired } from '../drift/save.ts';
import { bumpMatches } from '../matching/due.ts';
import { saveMatchRow, saveMatchState } from '../matching/save.ts';
import { forget } from '../mirror/forget.ts';
import { saveLevels } from '../mirror/levels.ts';
import { accountsOf, saveLink, saveMirror } from '../mirror/save.ts';
import { dropRows, lockBoth } from '../outbox/drop.ts';
import { setOrgRows, type OrgStamp } from '../outbox/setRows.ts';
import { bumpKeys, refetchKeys } from './bump.ts';
import type { LeasedKey } from './claim.ts';

/** The lease ended and another worker claimed the key: nothing of this work was saved. */
export class LeaseLost extends Error {
  constructor(key: string) {
    super(`The lease of ${key} ended before its work did.`);
    this.name = 'LeaseLost';
  }
}

/** What a commit left behind: the key is clean, or it is to be worked again. */
export type Committed = { cleared: boolean; rowsWaiting: number };

/**
 * Every lock on several keys is taken in this order: billing accounts, then matchings, then projections, each by name. What
 * a commit makes due of matchings comes from `bumpMatches` alone, when its own key is locked.
 */
function locksBefore(key: string, other: string): boolean {
  const rank = (one: string): number => (isProjection(one) ? 2 : isMatch(one) ? 1 : 0);
  return rank(key) === rank(other) ? key < other : rank(key) < rank(other);
}

async function saveProjection(
  db: Db,
  stamp: OrgStamp,
  { accountId, rows, dropped = [], nextChangeOn, levels }: Projection,
  { snapshot, batch }: LeasedKey,
): Promise<number> {
  const own = await withoutLeft(db, accountId, rows);
  if (dropped.length > 0) await lockBoth(db, own, dropped);
  const waiting = await setOrgRows(db, stamp, accountId, own, { snapshot, batch });
  if (dropped.length > 0) await dropRows(db, accountId, dropped);
  await saveLevels(db, accountId, levels ?? []);
  if (nextChangeOn === null) await db.deleteFrom('account_due').where('account_id', '=', accountId).execute();
  else
    await db
      .insertInto('account_due')
      .values({ account_id: accountId, next_change_on: nextChangeOn })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ next_change_on: nextChangeOn }))
      .execute();
  return waiting;
}

/** Clears the key when nothing came for it meanwhile. */
async function clear(db: Db, claim: LeasedKey, { againAt, pollAt, pollAsBatch = false }: KeyResult): Promise<boolean> {
  const next = againAt !== undefined && (pollAt === undefined || againAt < pollAt) ? againAt : pollAt;
  // A request that came meanwhile has another generation and stays.
  const asked = sql<boolean>`refetch_generation is not distinct from ${claim.refetchGeneration}::bigint`;
  if (!next && !claim.more) {
    const { numDeletedRows } = await db
      .deleteFrom('dirty')
      .where('key', '=', claim.key)
      .where('generation', '=', claim.generation)
      .executeTakeFirst();
    if (numDeletedRows > 0n) return true;
  }
  const unchanged = sql<boolean>`generation = ${claim.generation}::bigint`;
  await db
    .updateTable('dirty')
    .set({
      lease_owner: null,
      lease_until: null,
      attempt: 0,
      reason: null,
      batch: sql<boolean>`${pollAsBatch} and ${unchanged}`,
      refetch: sql<string[]>`case when ${asked} then '{}' else refetch end`,
      refetch_generation: sql<number | null>`case when not ${asked} then refetch_generation end`,
      interactive: sql<boolean>`interactive and not ${asked}`,
      not_before:
        next && !claim.more
          ? sql<Date>`case when ${unchanged} then ${next}::timestamptz else now() end`
          : sql<Date>`now()`,
      poll_at: pollAt ?? null,
      polled_generation: pollAt ? claim.generation : null,
    })
    .where('key', '=', claim.key)
    .execute();
  return false;
}

/**
 * Commits what working a key came to, all of it or nothing.
 * @throws LeaseLost, Collision (another worker on the same rows); errors of the driver
 */
export async function commitResult(db: Db, stamp: OrgStamp, claim: LeasedKey, result: KeyResult): Promise<Committed> {
  return db.transaction().execute(async (transaction) => {
    const [projections, others] = [true, false].map((wanted) =>
      (result.dirty ?? []).filter((key) => isProjection(key) === wanted),
    ) as [string[], string[]];
    // What no event names is read as a whole, whatever other events of it say.
    const bumpOthers = (keys: string[]) =>
      result.moved
        ? bumpKeys(transaction, keys, 0, claim.batch)
        : refetchKeys(transaction, keys, BILLING_PARTS, claim.batch);
    await bumpOthers(others.filter((key) => locksBefore(key, claim.key)));
    const held = await transaction
      .selectFrom('dirty')
      .select('key')
      .where('key', '=', claim.key)
      .where('lease_owner', '=', claim.lease)
      .forUpdate()
      .executeTakeFirst();
    if (!held) throw new LeaseLost(claim.key);
    await bumpOthers(others.filter((key) => !locksBefore(key, claim.key)));
    if (result.refetch) await refetchKeys(transaction, result.refetch.keys, result.refetch.parts, true);
    if (result.forget) await forget(transaction, claim.key);
    const changed = await saveMirror(transaction, result.mirror ?? []);
    const { link, org, match } = result;
    // Before the link is locked, as where a matching is committed.
    await bumpMatches(transaction, { link, org, forgotten: result.forget ? claim.key : null }, changed, claim.batch);
    const moved = link ? await saveLink(transaction, link) : [];
    if (match) moved.push(...(await saveMatchState(transaction, match)));
    const accounts = [...moved, ...(await accountsOf(transaction, changed))];
    const bumped = [...accounts.map(projectionKeyOf), ...projections];
    await bumpKeys(transaction, bumped, 0, claim.batch);
    const retired = result.retired ? await saveRetired(transaction, stamp, result.retired) : null;
    if (retired?.moved && !bumped.includes(projectionKeyOf(retired.to)))
      await bumpKeys(transaction, [projectionKeyOf(retired.to)], 0, claim.batch);
    const rowsWaiting =
      (retired?.rowsWaiting ?? 0) +
      (org ? await saveOrgFinding(transaction, org) : 0) +
      (match ? await saveMatchRow(transaction, stamp, match) : 0) +
      (result.deal ? await saveDeal(transaction, stamp, result.deal) : 0) +
      (result.catalog ? await setOrgRows(transaction, stamp, null, result.catalog, claim) : 0) +
      (result.projection ? await saveProjection(transaction, stamp, result.projection, claim) : 0);
    if (result.done.length > 0)
      await sql`update inbox set done_at = now() where id = any(${[...result.done]}::bigint[]) and done_at is null`.execute(
        transaction,
      );
    if (result.moved)
      await sql`update inbox set key = ${result.moved.to}
        where id = any(${[...result.moved.events]}::bigint[]) and done_at is null`.execute(transaction);
    return { cleared: await clear(transaction, claim, result), rowsWaiting };
  });
}
