import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Failure, FailuresTold, MoreFailures } from '../../workflows/ports/failures.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { parseFailureId, type FailureRef } from '../operate/failureId.ts';
import { failuresThatWait } from '../operate/failures.ts';

/** Failures with a row of their own: so many of one cause, */
const MOST_OF_A_CAUSE = 25;
/** and so many in all. */
const MOST = 500;

/** A row about a failure, and whether Salesforce refuses it itself. */
export type TellingRow = OrgRow & { refused: boolean };

/** @param object rows by which failures are told @returns all that were set, open or resolved */
export async function tellingRows(db: Db, object: string): Promise<TellingRow[]> {
  const { rows } = await sql<TellingRow>`
    select object, key, fields, parents, quarantined_at is not null as refused from org_rows where object = ${object}`.execute(
    db,
  );
  return rows;
}

/** @returns null when there is none of that key */
export async function tellingRow(db: Db, object: string, key: string): Promise<OrgRow | null> {
  const { rows } = await sql<OrgRow>`
    select object, key, fields, parents from org_rows where object = ${object} and key = ${key}`.execute(db);
  return rows[0] ?? null;
}

/** As JSON gives them: times as texts. */
type Told = {
  shown: (Omit<Failure, 'since'> & { since: string })[];
  more: (Omit<MoreFailures, 'from' | 'to'> & { from: string; to: string })[];
};

/**
 * Failures that wait for somebody, but for those of the rows that tell of them: whoever is not told by these would not be
 * told of them either. An Account is named where Salesforce has it.
 */
async function waiting(db: Db, object: string): Promise<Omit<FailuresTold, 'unsettled'>> {
  const { rows } = await sql<Told>`
    with failure as (${failuresThatWait(false)}),
    told as (
      select fields ->> 'Failure_Id__c' as id, quarantined_at is not null as refused from org_rows
      where object = ${object} and fields ->> 'State__c' = 'Open' and fields ->> 'Failure_Id__c' is not null
    ), ranked as (
      select f.*, t.id is not null as known, coalesce(t.refused, false) as refused,
        row_number() over (
          partition by f.connection, f.kind, f.object, f.code order by t.id is not null desc, f.since, f.id) as place
      from failure f left join told t on t.id = f.id
      where f.object is distinct from ${object}
    ), listed as (
      select * from ranked where place <= ${MOST_OF_A_CAUSE} order by known desc, place, since, id limit ${MOST}
    ), shown as (
      select f.id, f.kind, f.connection, f.object, f.subject, f.code, f.reason, f.attempts, f.since, f.state,
        case when not f.refused and a.state is distinct from 'deleted'
          and exists (select from org_rows o where o.account_id = f.account and o.confirmed_version is not null)
          then coalesce(a.merged_into, f.account) end as account
      from listed f left join org_account a on a.account_id = f.account
      order by f.known desc, f.place, f.since, f.id
    ), more as (
      select kind, connection, count(*)::int as count, min(since) as "from", max(since) as "to"
      from ranked where id not in (select id from listed) group by kind, connection order by kind, connection
    )
    select (select coalesce(json_agg(shown), '[]') from shown) as shown,
      (select coalesce(json_agg(more), '[]') from more) as more`.execute(db);
  const { shown, more } = rows[0]!;
  return {
    shown: shown.map((one) => ({ ...one, since: new Date(one.since) })),
    more: more.map((group) => ({ ...group, from: new Date(group.from), to: new Date(group.to) })),
  };
}

/** @returns ids of failures that are tried now, or wait for it, so that it is not certain yet that they are gone */
async function unsettledOf(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const refs = ids.flatMap((id) => parseFailureId(id) ?? []);
  const of = (kind: FailureRef['kind']) => refs.filter((ref) => ref.kind === kind);
  const rows = of('row');
  const named = (kind: FailureRef['kind']) => sql`${of(kind).map(({ id }) => id)}::text[]`;
  const { rows: found } = await sql<{ id: string }>`
    select 'row:' || object || ':' || key as id from org_rows
    where pending and (object, key) in (
      select * from unnest(${rows.map(({ object }) => object)}::text[], ${rows.map(({ id }) => id)}::text[]))
    union all
    select 'key:' || key from dirty where key = any(${named('key')})
      and (attempt > 0 or quarantined_at is not null or held or lease_owner is not null or not_before <= now())
    union all
    select 'event:' || id from inbox where id = any(${of('event').map(({ id }) => id)}::bigint[]) and done_at is null
    union all
    select 'notice:' || deal_key from owner_notice where deal_key = any(${named('notice')}) and state = 'wanted'`.execute(
    db,
  );
  return new Set(found.map(({ id }) => id));
}

/** @param told ids of failures that are told as open */
export async function failuresToTell(db: Db, object: string, told: readonly string[]): Promise<FailuresTold> {
  return { ...(await waiting(db, object)), unsettled: await unsettledOf(db, told) };
}

/**
 * Rows of failures that were resolved long ago, or of which there are more than `most`, fall out of the org.
 * @returns how many
 */
export async function dropResolved(db: Db, object: string, days: number, most: number): Promise<number> {
  const { rows } = await sql`
    with resolved as (
      select key, (fields ->> 'Resolved_At__c')::timestamptz as at,
        row_number() over (order by fields ->> 'Resolved_At__c' desc, key) as place
      from org_rows where object = ${object} and fields ->> 'State__c' = 'Resolved'
    ), over as (
      select key from org_rows where object = ${object}
        and key in (select key from resolved where at < now() - ${days} * interval '1 day' or place > ${most})
        -- One that Salesforce is just being told of is left until the next look.
        and (not pending or confirmed_version is null or quarantined_at is not null)
      order by key for update skip locked
    ), dropped as (
      delete from org_rows o using over where o.object = ${object} and o.key = over.key
      returning o.object, o.key, o.partition, o.confirmed_version
    ), removed as (
      insert into org_row_removal (object, key, partition, reason)
      select object, key, partition, 'Resolved failures' from dropped where confirmed_version is not null
      on conflict (object, key) do update set dropped_at = now(), look_at = now(), reason = excluded.reason,
        code = null, message = null
    )
    select key from dropped`.execute(db);
  return rows.length;
}
