import type { ScoredCandidate } from '../../domain/matching/match.ts';
import type { LinkRule, MatchState } from '../../domain/matching/state.ts';
import type { Db } from '../../platform/db/database.ts';
import type { MatchReader } from '../../workflows/ports/matching.ts';

/** Reads how the matching of billing accounts stands. */
export function createMatchReader(db: Db): MatchReader {
  return {
    async matchOf(billingAccountKey) {
      const row = await db
        .selectFrom('billing_match')
        .selectAll()
        .where('billing_account_key', '=', billingAccountKey)
        .executeTakeFirst();
      if (!row) return null;
      const { account_id: accountId, rule, score, linked_by: by } = row;
      return {
        version: Number(row.version),
        state: row.state as MatchState['state'],
        link: accountId === null ? null : { accountId, rule: rule as LinkRule, score, by: by ?? '' },
        lookedBy: row.looked_by,
        candidates: row.candidates as ScoredCandidate[],
        complete: row.complete,
        rejected: row.rejected,
        chosen: row.chosen,
        dismissed: row.dismissed,
        hasRow: row.has_row,
        made: row.made_account_id,
        refusal: row.refusal,
      };
    },
  };
}
