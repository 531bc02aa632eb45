import { sql } from 'kysely';
import type { MatchLink } from '../../domain/matching/state.ts';
import type { Db } from '../../platform/db/database.ts';
import type { MatchResult } from '../../workflows/ports/matching.ts';
import { saveOrgFinding } from '../drift/save.ts';
import { Collision, relink } from '../mirror/save.ts';
import { setOrgRows, type OrgStamp } from '../outbox/setRows.ts';

/** Notes a link that was made or taken back. */
async function note(db: Db, key: string, action: 'linked' | 'unlinked', link: MatchLink, by: string): Promise<void> {
  const { accountId, rule, score } = link;
  await db
    .insertInto('billing_link_log')
    .values({ billing_account_key: key, action, account_id: accountId, rule, score, by })
    .execute();
}

/**
 * Saves how a matching stands, and gives the billing account to the Account that it was matched with.
 * @param db a transaction
 * @returns the Accounts that have to look
 * @throws Collision when it was decided on a state that is not so any more
 */
export async function saveMatchState(
  db: Db,
  { billingAccountKey: key, seenVersion, next, by }: Omit<MatchResult, 'row' | 'drift'>,
): Promise<string[]> {
  const before = await db
    .selectFrom('billing_match')
    .select(['version', 'account_id', 'rule', 'score', 'linked_by'])
    .where('billing_account_key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (Number(before?.version ?? 0) !== seenVersion) throw new Collision('How a billing account was matched');
  const { link } = next;
  const moved = (before?.account_id ?? null) !== (link?.accountId ?? null);
  const values = {
    version: seenVersion + 1,
    state: next.state,
    account_id: link?.accountId ?? null,
    rule: link?.rule ?? null,
    score: link?.score ?? null,
    linked_by: link?.by ?? null,
    ...(moved ? { linked_at: link === null ? null : sql<Date>`now()` } : {}),
    looked_by: next.lookedBy,
    candidates: JSON.stringify(next.candidates),
    complete: next.complete,
    rejected: [...next.rejected],
    chosen: next.chosen,
    dismissed: next.dismissed,
    has_row: next.hasRow,
    made_account_id: next.made,
    refusal: next.refusal,
  };
  const saved = await db
    .insertInto('billing_match')
    .values({ billing_account_key: key, ...values })
    .onConflict((conflict) =>
      conflict.column('billing_account_key').doUpdateSet(values).where('billing_match.version', '=', seenVersion),
    )
    .returning('version')
    .executeTakeFirst();
  if (!saved) throw new Collision('How a billing account was matched');
  // Whoever looks from here on finds the Account that was made, if one was.
  await db.deleteFrom('account_creation').where('billing_account_key', '=', key).execute();
  if (moved && before?.account_id != null) {
    const { account_id: accountId, rule, score, linked_by } = before;
    const old = { accountId, rule: (rule ?? 'operator') as MatchLink['rule'], score, by: linked_by ?? '' };
    await note(db, key, 'unlinked', old, by);
  }
  if (moved && link !== null) await note(db, key, 'linked', link, link.by);
  // A process of the build before knows of no matches, and empties what billing names no Account for.
  return moved || link !== null ? relink(db, key, link?.accountId ?? null) : [];
}

/** Sets the row of a matching, and has it written again where the org lost or changed it. @returns rows that wait */
export async function saveMatchRow(db: Db, stamp: OrgStamp, { row, drift }: MatchResult): Promise<number> {
  const waiting = row === null ? 0 : await setOrgRows(db, stamp, null, [row]);
  return waiting + (drift === null ? 0 : await saveOrgFinding(db, { accounts: [], drifts: [drift] }));
}
