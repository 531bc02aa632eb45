import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { noteAction } from './action.ts';
import { failureIdOf, type FailureRef } from './failureId.ts';
import { listFailures } from './failures.ts';

/**
 * A key leaves the work with its events; a later event makes it dirty as any other.
 * @returns ids of these events; null when the key is tried again meanwhile
 */
async function dismissKey(db: Db, key: string): Promise<string[] | null> {
  const { rows: gone } = await sql`
    delete from dirty where key = ${key} and quarantined_at is not null returning key`.execute(db);
  if (gone.length === 0) return null;
  const { rows } = await sql<{ id: string }>`
    update inbox set done_at = now() where key = ${key} and done_at is null returning id::text`.execute(db);
  return rows.map(({ id }) => id);
}

/** A row is no longer sent as it stands; when billing changes it, it is. @returns null when it is tried meanwhile */
async function dismissRow(db: Db, { object, id }: FailureRef): Promise<string[] | null> {
  const { rows } = await sql`update org_rows set pending = false, quarantined_at = null, attempt = 0
    where object = ${object} and key = ${id} and quarantined_at is not null returning key`.execute(db);
  if (rows.length > 0) return [];
  // Rows of an Account that is not there are not tried at all.
  const { rows: gone } = await sql`
    select from org_account where ${object} = 'Account' and account_id = ${id} and state = 'deleted'`.execute(db);
  return gone.length > 0 ? [] : null;
}

/** The owner is not told. @returns null when it is tried again meanwhile */
async function dismissNotice(db: Db, dealKey: string): Promise<string[] | null> {
  const { rows } = await sql`update owner_notice set state = 'dismissed', ended_at = now()
    where deal_key = ${dealKey} and quarantined_at is not null and state = 'wanted' returning deal_key`.execute(db);
  return rows.length > 0 ? [] : null;
}

async function dismissEvent(db: Db, id: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update inbox set done_at = now() where id = ${id}::bigint and done_at is null
      and not exists (select from dirty where dirty.key = inbox.key) returning id::text`.execute(db);
  return rows.map((row) => row.id);
}

function dismiss(db: Db, ref: FailureRef): Promise<string[] | null> {
  if (ref.kind === 'key') return dismissKey(db, ref.id);
  if (ref.kind === 'row') return dismissRow(db, ref);
  if (ref.kind === 'event') return dismissEvent(db, ref.id);
  // What stops a connection or an object is repaired, or lasts.
  return ref.kind === 'notice' ? dismissNotice(db, ref.id) : Promise.resolve(null);
}

/**
 * Ends failures for good, as far as they are put aside now; `retryFailures` takes it back.
 * @returns ids of what was dismissed
 */
export async function dismissFailures(
  db: Db,
  operator: string,
  refs: readonly FailureRef[],
  reason: string,
): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    const failures = await listFailures(transaction, { ids: refs.map(failureIdOf) });
    const byId = new Map(failures.map((failure) => [failure.id, failure]));
    const dismissed: string[] = [];
    // In the order in which keys and rows are locked elsewhere.
    for (const ref of refs.toSorted((a, b) => (failureIdOf(a) < failureIdOf(b) ? -1 : 1))) {
      const failure = byId.get(failureIdOf(ref));
      if (failure === undefined) continue;
      const eventIds = await dismiss(transaction, ref);
      if (eventIds === null) continue;
      const values = {
        kind: ref.kind,
        reason,
        dismissed_by: operator,
        dismissed_at: sql<Date>`now()`,
        failed_with: failure.reason,
        event_ids: eventIds,
      };
      await transaction
        .insertInto('dismissal')
        .values({ failure_id: failure.id, ...values })
        .onConflict((conflict) =>
          conflict.column('failure_id').doUpdateSet({
            ...values,
            event_ids: sql`dismissal.event_ids || excluded.event_ids`,
          }),
        )
        .execute();
      dismissed.push(failure.id);
    }
    await noteAction(transaction, operator, 'dismiss', dismissed, { reason });
    return dismissed;
  });
}
