import { sql } from 'kysely';
import { orgKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';
import { noteAction } from './action.ts';
import { failureIdOf, type FailureRef } from './failureId.ts';

const idsOf = (refs: readonly FailureRef[], kind: FailureRef['kind']) =>
  refs.filter((ref) => ref.kind === kind).map(({ id }) => id);

/** Rows are sent as they stand now, with the version they have. */
async function retryRows(db: Db, rows: readonly FailureRef[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`update org_rows set pending = true, quarantined_at = null, attempt = 0, not_before = now()
    where (object, key) in (
      select o.object, o.key from org_rows o
      join unnest(${rows.map(({ object }) => object)}::text[], ${rows.map(({ id }) => id)}::text[])
        as wanted (object, key) on o.object = wanted.object and o.key = wanted.key
      where o.confirmed_version is distinct from o.row_version
      order by o.object, o.key for update of o)`.execute(db);
}

/** When it is looked at next stays: until then a call without an answer may be on its way. */
async function retryNotices(db: Db, dealKeys: readonly string[]): Promise<void> {
  await sql`update owner_notice set state = 'wanted', ended_at = null, quarantined_at = null, attempt = 0
    where deal_key = any(${[...dealKeys]}::text[]) and state in ('wanted', 'dismissed')`.execute(db);
}

/** Looks at once whether what stops them is repaired. One that an operator paused stays so. */
async function lookAtStopped(db: Db, connections: readonly string[], objects: readonly string[]): Promise<void> {
  await sql`update connection set probe_at = now()
    where name = any(${[...connections]}::text[]) and state = 'Broken'`.execute(db);
  await sql`update org_object_pause set paused_until = now() where object = any(${[...objects]}::text[])`.execute(db);
}

/** Takes dismissals back: the events that went with them are to be worked again. @returns the keys of these events */
async function takeBack(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ event_ids: string[] }>`
    delete from dismissal where failure_id = any(${[...ids]}::text[]) returning event_ids`.execute(db);
  const events = rows.flatMap((row) => row.event_ids);
  if (events.length === 0) return [];
  const { rows: keys } = await sql<{ key: string }>`
    update inbox set done_at = null where id = any(${events}::bigint[]) and key is not null returning key`.execute(db);
  return keys.map(({ key }) => key);
}

/** Lets failed or dismissed work be tried anew, at once and with all its tries. */
export async function retryFailures(db: Db, operator: string, refs: readonly FailureRef[]): Promise<void> {
  const keys = idsOf(refs, 'key');
  const events = idsOf(refs, 'event');
  await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ key: string }>`
      select key from inbox where key is not null and (id = any(${events}::bigint[]) or id in (
        select unnest(event_ids) from dismissal where failure_id = any(${refs.map(failureIdOf)}::text[])))`.execute(
      transaction,
    );
    // An Account that was not there is looked at again; that brings its rows back.
    const accounts = refs.filter(({ object }) => object === 'Account').map(({ id }) => orgKeyOf('Account', id));
    // Keys before events, as where the work of a key is committed.
    await bumpKeys(transaction, [...keys, ...accounts, ...rows.map(({ key }) => key)]);
    await sql`update dirty set attempt = 0, reason = null, not_before = now() where key = any(${keys}::text[])`.execute(
      transaction,
    );
    await takeBack(transaction, refs.map(failureIdOf));
    await retryRows(
      transaction,
      refs.filter(({ kind }) => kind === 'row'),
    );
    await retryNotices(transaction, idsOf(refs, 'notice'));
    await lookAtStopped(transaction, idsOf(refs, 'connection'), idsOf(refs, 'object'));
    await noteAction(transaction, operator, 'retry', refs.map(failureIdOf));
  });
}
