import { sql } from 'kysely';
import { matchKeyOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import type { ScoredCandidate } from '../../domain/matching/match.ts';
import { linkTo, takeBack, UNMATCHED, type MatchState } from '../../domain/matching/state.ts';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';
import { createMatchReader } from '../matching/reader.ts';
import { saveMatchState } from '../matching/save.ts';
import { noteAction } from './action.ts';

/** A customer that billing gives no Account. */
export type LinkEntry = {
  key: string;
  name: string | null;
  state: MatchState['state'];
  /** The Account that it was linked to, by which rule, how sure (0 to 100), by whom and when. */
  accountId: string | null;
  rule: string | null;
  score: number | null;
  by: string | null;
  at: Date | null;
  /** The surest first. */
  candidates: ScoredCandidate[];
};

/** @param all also what was linked. @returns customers in the order of their keys, after one of them */
export async function listLinks(db: Db, all: boolean, most: number, after = ''): Promise<LinkEntry[]> {
  const { rows } = await sql<LinkEntry>`
    select b.billing_account_key as key, m.body ->> 'name' as name, b.state, b.account_id as "accountId", b.rule, b.score,
      b.linked_by as by, b.linked_at as at, b.candidates
    from billing_match b join mirror m on m.key = b.billing_account_key and not m.deleted
    where b.billing_account_key > ${after}
      and (b.state = 'waiting' or (${all} and b.state in ('linked', 'dismissed')))
    order by b.billing_account_key limit ${most}`.execute(db);
  return rows;
}

/** How a billing account stands, as far as a link depends on it. */
export type LinkTarget = {
  /** The Account that billing itself names; null for none. */
  named: string | null;
  /** The Account that it was linked to by a rule or a person. */
  linked: string | null;
};

/** @returns null when no billing account has this key */
export async function linkTarget(db: Db, key: string): Promise<LinkTarget | null> {
  const { rows } = await sql<LinkTarget>`
    select m.body ->> 'accountId' as named, b.account_id as linked
    from mirror m left join billing_match b on b.billing_account_key = m.key
    where m.key = ${key} and m.kind = 'account' and not m.deleted`.execute(db);
  return rows[0] ?? null;
}

/**
 * Changes a link as an operator. Keys are locked before what is stored of the matching, as where its work is committed.
 * @throws Collision when a worker changes it at the same time
 */
async function change(
  db: Db,
  operator: string,
  action: 'link' | 'unlink',
  key: string,
  next: (state: MatchState) => MatchState,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await bumpKeys(transaction, [matchKeyOf(key)]);
    const stored = await createMatchReader(transaction).matchOf(key);
    const { version: seenVersion, ...state } = stored ?? { version: 0, ...UNMATCHED };
    const changed = next(state);
    const accounts = await saveMatchState(transaction, {
      billingAccountKey: key,
      seenVersion,
      next: changed,
      by: operator,
    });
    await bumpKeys(transaction, accounts.map(projectionKeyOf));
    const accountId = (changed.link ?? state.link)?.accountId ?? null;
    await noteAction(transaction, operator, action, [key], { accountId });
  });
}

/** Gives a customer to an Account; what billing itself names goes before it. */
export function linkAs(db: Db, operator: string, key: string, accountId: string): Promise<void> {
  return change(db, operator, 'link', key, (state) =>
    linkTo(state, { accountId, rule: 'operator', score: null, by: operator }),
  );
}

/** Takes a customer away from the Account that it was linked to; no rule links it there again. */
export function unlinkAs(db: Db, operator: string, key: string): Promise<void> {
  return change(db, operator, 'unlink', key, takeBack);
}
