import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { ConnectionStatus } from '../../workflows/ports/sweep.ts';
import { troubles } from '../limits/state.ts';
import { unreadableOfOrders } from '../orders/fieldsWatch.ts';
import { statusOf } from '../sweep/status.ts';

/** How the sync stands, as far as the database tells. */
export type SyncStatus = {
  connections: ConnectionStatus[];
  events: { undone: number; oldestSeconds: number; conflicts: number };
  keys: { waiting: number; retrying: number; putAside: number };
  rows: { waiting: number; oldestSeconds: number; putAside: number };
  /** API calls of 24 hours in Salesforce, as the latest answer said; null when none did. */
  salesforceCalls: { used: number; limit: number; readSecondsAgo: number } | null;
  /** What others changed in Salesforce of what billing says, in the last 24 hours and as a whole. */
  drift: { lastDay: number; kept: number };
  /** What settings of orders name and the org does not show, a sentence each. */
  orders: string[];
  /** Upstreams that are left alone for now, and why. */
  holds: { name: string; forSeconds: number; reason: string }[];
  /** Processes that have answered the database lately, by their name there. */
  processes: string[];
};

async function connectionNames(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from connection
    union select connection as name from sweep_cursor
    union select distinct connection from inbox where done_at is null order by name`.execute(db);
  return rows.map(({ name }) => name);
}

export async function syncStatus(db: Db): Promise<SyncStatus> {
  const { rows } = await sql<Pick<SyncStatus, 'events' | 'keys' | 'rows' | 'salesforceCalls' | 'drift' | 'processes'>>`
    select
      (select json_build_object('undone', count(*),
          'oldestSeconds', coalesce(floor(extract(epoch from now() - min(received_at))), 0),
          'conflicts', (select coalesce(sum(conflicts), 0) from inbox))
        from inbox where done_at is null) as events,
      (select json_build_object(
          'waiting', count(*) filter (where quarantined_at is null and not_before <= now()),
          'retrying', count(*) filter (where quarantined_at is null and (attempt > 0 or reason is not null)),
          'putAside', count(*) filter (where quarantined_at is not null)) from dirty) as keys,
      (select json_build_object(
          'waiting', count(*) filter (where quarantined_at is null),
          'oldestSeconds', coalesce(floor(extract(epoch from now() - min(changed_at) filter (where quarantined_at is null))), 0),
          'putAside', count(*) filter (where quarantined_at is not null))
        from org_rows where pending or quarantined_at is not null) as rows,
      (select json_build_object('used', calls_used, 'limit', calls_allowed,
          'readSecondsAgo', floor(extract(epoch from now() - read_at)))
        from api_budget order by read_at desc limit 1) as "salesforceCalls",
      (select json_build_object(
          'lastDay', count(*) filter (where seen_at > now() - interval '1 day'), 'kept', count(*)) from discrepancy) as drift,
      (select coalesce(json_agg(distinct application_name), '[]') from pg_stat_activity
        where datname = current_database() and application_name ~ '^billing-360 \\d+$' 
          and application_name <> current_setting('application_name')) as processes`.execute(db);
  const connections = [];
  for (const name of await connectionNames(db)) connections.push(await statusOf(db, name));
  return {
    connections,
    orders: await unreadableOfOrders(db),
    holds: (await troubles(db)).map(({ name, seconds, reason }) => ({ name, forSeconds: seconds, reason })),
    ...rows[0]!,
  };
}
