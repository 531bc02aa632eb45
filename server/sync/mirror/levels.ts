import { sql } from 'kysely';
import type { MrrLevel } from '../../domain/metrics/movements.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Db } from '../../platform/db/database.ts';
import type { MrrHistory } from '../../workflows/ports/mrrHistory.ts';

/** Reads the levels of MRR that were noted. */
export function createMrrHistory(db: Db): MrrHistory {
  return {
    async levelsOf(accountId) {
      const rows = await db
        .selectFrom('mrr_level')
        .select(['currency', 'day', 'minor', 'estimated'])
        .where('account_id', '=', accountId)
        .orderBy('currency')
        .orderBy('day')
        .execute();
      return rows.map(({ currency, day, minor, estimated }) => ({
        on: day as CalendarDate,
        mrr: { minor, currency },
        estimated,
      }));
    },
  };
}

/**
 * Saves the levels of currencies in place of those that were known.
 * @param db a transaction
 */
export async function saveLevels(db: Db, accountId: string, levels: readonly MrrLevel[]): Promise<void> {
  if (levels.length === 0) return;
  const currencies = [...new Set(levels.map(({ mrr }) => mrr.currency))];
  await sql`delete from mrr_level where account_id = ${accountId} and currency = any(${currencies}::text[])`.execute(
    db,
  );
  await sql`insert into mrr_level (account_id, currency, day, minor, estimated)
    select ${accountId}, * from unnest(
      ${levels.map(({ mrr }) => mrr.currency)}::text[],
      ${levels.map(({ on }) => on)}::date[],
      ${levels.map(({ mrr }) => mrr.minor)}::bigint[],
      ${levels.map(({ estimated }) => estimated)}::boolean[])`.execute(db);
}
