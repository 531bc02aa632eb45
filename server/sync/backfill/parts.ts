import type { Db } from '../../platform/db/database.ts';
import type { BillingPart } from '../../workflows/ports/billingSystem.ts';
import { createBackfillStore } from './state.ts';

/**
 * Has parts of every billing account read anew because a setting was changed; what a backfill that runs has left to read is
 * read as well. A connection that was never looked at is read as a whole anyway.
 */
export async function readPartsAnew(
  db: Db,
  connection: string,
  parts: readonly BillingPart[],
  reason: string,
): Promise<void> {
  const swept = await db
    .selectFrom('sweep_cursor')
    .select('cursor')
    .where('connection', '=', connection)
    .where('cursor', 'is not', null)
    .executeTakeFirst();
  if (swept === undefined) return;
  const backfills = createBackfillStore(db);
  const last = await backfills.backfillOf(connection);
  const running = last !== null && last.endedAt === null ? last : null;
  const isWhole = running !== null && running.parts.length === 0;
  await backfills.startBackfill(
    {
      connection,
      parts: isWhole ? [] : [...new Set([...(running?.parts ?? []), ...parts])],
      reason: isWhole ? running.reason : reason,
      rewrite: running?.rewrite ?? false,
    },
    true,
  );
}
