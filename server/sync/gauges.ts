import { Gauge, type Registry } from 'prom-client';
import { sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import { troubles } from './limits/state.ts';

/** Name, help and the SQL of one number. */
const GAUGES: readonly [name: string, help: string, query: string][] = [
  [
    'feed_silent_seconds',
    'Time since Salesforce told a change event, or that there is none; 0 when none were ever heard',
    'select coalesce(extract(epoch from now() - max(heard_at)), 0) from replay_position',
  ],
  ['inbox_undone', 'Events that are not worked off yet', 'select count(*) from inbox where done_at is null'],
  [
    'inbox_oldest_undone_seconds',
    'Age of the oldest event that is not worked off yet',
    'select coalesce(extract(epoch from now() - min(received_at)), 0) from inbox where done_at is null',
  ],
  [
    'inbox_conflicts',
    'Deliveries of a known event with another content',
    'select coalesce(sum(conflicts), 0) from inbox',
  ],
  [
    'inbox_partitions_ahead',
    'Days after today whose payloads have a partition',
    `select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'inbox_payload'::regclass and c.relname ~ '_\\d{8}$'
       and right(c.relname, 8) > to_char(now() at time zone 'UTC', 'YYYYMMDD')`,
  ],
  [
    'inbox_payload_oldest_days',
    'Age of the oldest day of payloads that is kept',
    `select coalesce((now() at time zone 'UTC')::date - min(to_date(right(c.relname, 8), 'YYYYMMDD')), 0)
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'inbox_payload'::regclass and c.relname ~ '_\\d{8}$'`,
  ],
  [
    'api_calls_share',
    'Share of the API calls of 24 hours that the org has used, of everybody who uses it',
    'select coalesce(max(calls_used::float8 / nullif(calls_allowed, 0)), 0) from api_budget',
  ],
  [
    'org_rows_refused_deletion',
    'Rows that have fallen out and that Salesforce does not let go',
    'select count(*) from org_row_removal where code is not null',
  ],
  [
    'other_org_met',
    'Whether another org than the pinned one was met, so that nothing is written: 1, else 0',
    'select count(*) from org_pin where met is not null',
  ],
  [
    'links_waiting',
    'Customers that wait for their Account',
    "select count(*) from billing_match where state = 'waiting'",
  ],
  ['dirty_keys', 'Keys that are to be worked', 'select count(*) from dirty where quarantined_at is null'],
  [
    'dirty_keys_due',
    'Keys that are to be worked now, or are being worked; the others wait for their time',
    'select count(*) from dirty where quarantined_at is null and not held and not_before <= now()',
  ],
  [
    'dirty_keys_held',
    'Keys that wait because their connection is broken or paused',
    'select count(*) from dirty where held',
  ],
  [
    'dirty_keys_retrying',
    'Keys that failed, or were not let through to a billing system, and wait to be tried again',
    'select count(*) from dirty where quarantined_at is null and (attempt > 0 or reason is not null)',
  ],
  [
    'dirty_oldest_seconds',
    'Age of the oldest key that is to be worked',
    'select coalesce(extract(epoch from now() - min(since)), 0) from dirty where quarantined_at is null',
  ],
  ['quarantined_keys', 'Keys put aside after failures', 'select count(*) from dirty where quarantined_at is not null'],
  [
    'outbox_pending',
    'Rows that Salesforce does not hold yet',
    'select count(*) from org_rows where pending and quarantined_at is null',
  ],
  [
    'outbox_oldest_seconds',
    'Age of the oldest row that Salesforce does not hold yet',
    'select coalesce(extract(epoch from now() - min(changed_at)), 0) from org_rows where pending and quarantined_at is null',
  ],
  [
    'outbox_quarantined',
    'Rows that Salesforce refused and that were put aside',
    'select count(*) from org_rows where quarantined_at is not null',
  ],
  [
    'owner_notices_put_aside',
    'Owners who could not be told of Opportunities that the product made',
    "select count(*) from owner_notice where state = 'wanted' and quarantined_at is not null",
  ],
  [
    'outbox_paused_objects',
    'Objects of which no row can be written until the org is changed',
    'select count(*) from org_object_pause',
  ],
  [
    'salesforce_org_changed',
    'Whether another org than before was met, so that nothing is written until an operator confirms it',
    'select count(*) from org_pin where met is not null',
  ],
  [
    'salesforce_api_used_ratio',
    'Share of the API calls of 24 hours that everybody has used, as the org last said',
    "select coalesce(max(calls_used::float8 / nullif(calls_allowed, 0)), 0) from api_budget where read_at > now() - interval '1 day'",
  ],
  [
    'billing_accounts_without_account',
    'Billing accounts that no Salesforce Account is known for',
    'select count(*) from account_link where account_id is null',
  ],
  [
    'billing_accounts_linked',
    'Billing accounts with their Salesforce Account',
    'select count(account_id) from account_link',
  ],
];

/** The same by connection: rows of `connection` and `value`. */
const GAUGES_OF_CONNECTIONS: readonly [name: string, help: string, query: string][] = [
  [
    'connection_oldest_undone_seconds',
    'Age of the oldest event of a connection that is not worked off yet',
    `select c.name as connection, coalesce(extract(epoch from now() - min(i.received_at)), 0) as value
     from connection c left join inbox i on i.connection = c.name and i.done_at is null group by c.name`,
  ],
  [
    'connection_stopped',
    'Whether the work of a connection is stopped: 1 because it is broken, 0.5 because an operator paused it',
    `select name as connection, case state when 'Broken' then 1 when 'Paused' then 0.5 else 0 end as value from connection`,
  ],
  [
    'connection_unchecked_seconds',
    'Time since everything that changed in a billing system was last known to have been looked at',
    `select c.name as connection, extract(epoch from now() - coalesce(s.checked_through, c.since)) as value
     from connection c left join sweep_cursor s on s.connection = c.name`,
  ],
];

const FIGURES = sql.raw<Record<string, number | null>>(
  `select ${GAUGES.map(([name, , query]) => `(${query})::float8 as ${name}`).join(', ')}`,
);

/** Registers what the state of the database tells; read when the metrics are asked for. */
export function registerGauges(metrics: Registry, db: Db): void {
  // All gauges are asked at once: one query, of one moment, answers them instead of a pool full of connections.
  let reading: Promise<Record<string, number | null>> | null = null;
  const figures = () =>
    (reading ??= FIGURES.execute(db)
      .then(({ rows }) => rows[0] ?? {})
      .finally(() => (reading = null)));
  for (const [name, help] of GAUGES) {
    new Gauge({
      name: `billing360_${name}`,
      help,
      registers: [metrics],
      async collect() {
        this.set((await figures())[name] ?? 0);
      },
    });
  }
  for (const [name, help, query] of GAUGES_OF_CONNECTIONS) {
    new Gauge({
      name: `billing360_${name}`,
      help,
      labelNames: ['connection'] as const,
      registers: [metrics],
      async collect() {
        const { rows } = await sql<{ connection: string; value: number }>`
          select connection, value::float8 as value from (${sql.raw(query)}) as figure`.execute(db);
        this.reset();
        for (const { connection, value } of rows) this.set({ connection }, value);
      },
    });
  }
  new Gauge({
    name: 'billing360_upstream_open',
    help: 'Upstreams that are left alone: 1 because they do not answer, 0.5 because they, or a limit of theirs, asked for a pause',
    labelNames: ['upstream'] as const,
    registers: [metrics],
    async collect() {
      this.reset();
      for (const { name, state } of await troubles(db)) this.set({ upstream: name }, state === 'open' ? 1 : 0.5);
    },
  });
}
