import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Failure, FailureKind } from '../../workflows/ports/failures.ts';

export type FailureFilter = {
  ids?: readonly string[];
  kind?: FailureKind;
  connection?: string;
  account?: string;
  /** Also what is still tried again by itself. */
  retrying?: boolean;
  /** What was dismissed instead of what waits. */
  dismissed?: boolean;
  limit?: number;
};

/** Events that nobody works though they came more than a minute ago; a key's own failure is told under the key. */
const STUCK_SECONDS = 60;

const ofKeys = (retrying: boolean): RawBuilder<unknown> => sql`
  select 'key:' || d.key as id, 'key' as kind,
    case when d.key like 'match:%' then split_part(d.key, ':', 3)
      else nullif(split_part(d.key, ':', 1), 'account') end as connection,
    case when d.key like 'account:projection:%' then split_part(d.key, ':', 3) else l.account_id end as account,
    null as object, d.key as subject, case when d.reason is not null then d.code end as code,
    coalesce(d.reason, 'No reason was kept.') as reason, d.attempt as attempts,
    coalesce(d.quarantined_at, d.since) as since,
    case when d.quarantined_at is null then 'tried again' else 'put aside' end as state
  from dirty d left join account_link l on l.billing_account_key = d.key
  where d.quarantined_at is not null or (${retrying} and d.attempt > 0)`;

const ofRows = (retrying: boolean): RawBuilder<unknown> => sql`
  select 'row:' || object || ':' || key, 'row', nullif(split_part(key, ':', 1), 'account'), account_id,
    object, key, code, concat_ws(': ', code, message), attempt, coalesce(quarantined_at, changed_at),
    case when quarantined_at is null then 'tried again' else 'put aside' end
  from org_rows where quarantined_at is not null or (${retrying} and pending and attempt > 0)`;

/** Accounts that are not there though billing goes on for them; under the name of the row that each would have. */
const ofGoneAccounts = sql`
  select 'row:Account:' || a.account_id, 'row', null, a.account_id, 'Account', a.account_id, null,
    'Salesforce has no such Account, or it was deleted there, but billing goes on: restore it, or link to another Account '
      || string_agg(l.billing_account_key, ', ' order by l.billing_account_key) || '.',
    0, coalesce(a.modstamp, a.read_at), 'put aside'
  from org_account a join account_link l on l.account_id = a.account_id
  join mirror m on m.key = l.billing_account_key and not m.deleted
  where a.state = 'deleted'
    and not exists (select from org_rows where object = 'Account' and key = a.account_id and quarantined_at is not null)
    and not exists (select from dismissal where failure_id = 'row:Account:' || a.account_id)
  group by a.account_id`;

const ofEvents = sql`
  select 'event:' || i.id, 'event', i.connection, l.account_id, null, i.id::text, null,
    case when i.conflicts > 0
      then 'It came again with another content; the first content was kept and the object read anew.'
      else 'It is not worked off, and nothing is going to work it.' end,
    i.conflicts, i.received_at, 'put aside'
  from (
    select id, connection, key, conflicts, received_at from inbox where conflicts > 0
    union
    select id, connection, key, conflicts, received_at from inbox i where i.done_at is null and i.received_at < now() - ${STUCK_SECONDS} * interval '1 s'
      and not exists (select from dirty where dirty.key = i.key)
  ) i left join account_link l on l.billing_account_key = i.key
  where not exists (select from dismissal where failure_id = 'event:' || i.id)`;

const ofNotices = (retrying: boolean): RawBuilder<unknown> => sql`
  select 'notice:' || deal_key, 'notice', split_part(deal_key, ':', 1), account_id, 'Opportunity', deal_key, code,
    concat_ws(': ', code, message), attempt, coalesce(quarantined_at, wanted_at),
    case when quarantined_at is null then 'tried again' else 'put aside' end
  from owner_notice
  where state = 'wanted' and (quarantined_at is not null or (${retrying} and message is not null))`;

/** Work of a connection that is broken or paused waits, without a failure of its own. */
const ofConnections = sql`
  select 'connection:' || name, 'connection', name, null, null, name, null,
    state || ': ' || coalesce(nullif(reason, ''), 'no reason was kept.'), 0, since, 'put aside'
  from connection where state <> 'Connected'`;

/** Rows of such an object wait, without a failure of their own. */
const ofObjects = sql`
  select 'object:' || object, 'object', null, null, object, object, code, message, failures, since, 'put aside'
  from org_object_pause`;

const ofDismissed = sql`
  select failure_id as id, kind, case kind
      when 'row' then nullif(split_part(failure_id, ':', 3), 'account')
      when 'key' then nullif(split_part(failure_id, ':', 2), 'account')
      when 'notice' then split_part(failure_id, ':', 2) end as connection,
    null as account, null as object, failure_id as subject, null as code,
    failed_with || ' Dismissed by ' || dismissed_by || ': ' || reason as reason, 0 as attempts,
    dismissed_at as since, 'dismissed' as state
  from dismissal`;

/** Everything that waits for somebody. @param retrying also what is still tried again by itself */
export const failuresThatWait = (retrying: boolean): RawBuilder<unknown> => sql`
  ${ofKeys(retrying)} union all ${ofRows(retrying)} union all ${ofGoneAccounts} union all ${ofEvents}
  union all ${ofNotices(retrying)} union all ${ofConnections} union all ${ofObjects}`;

/** Lists failures, the longest waiting first. */
export async function listFailures(db: Db, filter: FailureFilter = {}): Promise<Failure[]> {
  const all = filter.dismissed ? ofDismissed : failuresThatWait(filter.retrying ?? false);
  const { ids = null, kind = null, connection = null, account = null, limit = null } = filter;
  const { rows } = await sql<Failure>`
    select * from (${all}) as failure
    where (${ids === null} or id = any(${[...(ids ?? [])]}::text[]))
      and (${kind}::text is null or kind = ${kind}) and (${connection}::text is null or connection = ${connection})
      and (${account}::text is null or account = left(${account}, 18) or left(account, 15) = ${account})
    order by since, id limit ${limit}`.execute(db);
  return rows;
}
