import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

const DEAL = 'Opportunity';

/**
 * Wants the owners of Opportunities told that Salesforce has just confirmed for the first time, unless that is switched off
 * or the deal is from before it was switched on. To be called in the transaction that notes the confirmation, so that no
 * deal is there without its notice.
 * @param rows that were confirmed for the first time, of any object
 */
export async function wantNotices(db: Db, rows: readonly { object: string; key: string }[]): Promise<void> {
  const keys = rows.filter(({ object }) => object === DEAL).map(({ key }) => key);
  if (keys.length === 0) return;
  await sql`
    insert into owner_notice (deal_key, account_id)
    select o.key, o.account_id from org_rows o
    join setting s on s.name = 'records_since:notices' and o.initial ->> 'CloseDate' >= s.value
    where o.object = ${DEAL} and o.key = any(${keys}::text[])
    order by o.key
    on conflict (deal_key) do nothing`.execute(db);
}

/**
 * Takes notices whose time has come. They are looked at again after `againMs` unless their end is noted before: whoever
 * sends one has taken it first.
 * @returns keys of their deals
 */
export async function takeNotices(db: Db, most: number, againMs: number): Promise<string[]> {
  const { rows } = await sql<{ deal_key: string }>`
    update owner_notice set not_before = now() + ${againMs} * interval '1 ms'
    where deal_key in (
      select deal_key from owner_notice
      where state = 'wanted' and quarantined_at is null and not_before <= now()
      order by not_before, deal_key limit ${most} for update skip locked)
    returning deal_key`.execute(db);
  return rows.map((row) => row.deal_key);
}

/** Notes that notices came to their end. @param why nobody was told, where that is so */
export async function endNotices(db: Db, ended: readonly { dealKey: string; why: string | null }[]): Promise<void> {
  if (ended.length === 0) return;
  await sql`
    update owner_notice n set state = case when e.why is null then 'told' else 'nobody' end, ended_at = now(),
      code = null, message = e.why
    from unnest(${ended.map(({ dealKey }) => dealKey)}::text[], ${ended.map(({ why }) => why)}::text[]) as e (deal_key, why)
    where n.deal_key = e.deal_key`.execute(db);
}

export type NoticeFailure = {
  dealKeys: readonly string[];
  code: string;
  message: string;
  /** Tries that it counts as; null puts the notices aside. */
  tries: 0 | 1 | null;
};

/**
 * Notes why notices did not go.
 * @param waitMs until they are looked at again; null leaves the time that was set when they were taken
 * @param most tries, after which they are put aside
 */
export async function failNotices(
  db: Db,
  { dealKeys, code, message, tries }: NoticeFailure,
  waitMs: number | null,
  most: number,
): Promise<void> {
  await sql`
    update owner_notice set code = ${code}, message = ${message}, attempt = attempt + ${tries ?? 1},
      not_before = case when ${waitMs}::integer is null then not_before
        else now() + ${waitMs ?? 0} * interval '1 ms' end,
      quarantined_at = case when ${tries === null} or attempt + ${tries ?? 1} >= ${most} then now() end
    where deal_key = any(${[...dealKeys]}::text[]) and state = 'wanted'`.execute(db);
}

/** Lets notices that were put aside be tried anew, as at the start of a worker. */
export async function releaseNotices(db: Db): Promise<void> {
  await sql`update owner_notice set quarantined_at = null, attempt = 0
    where state = 'wanted' and quarantined_at is not null`.execute(db);
}

/** Ends what nobody was told of before it was switched off: it is not told later either. */
export async function dropNotices(db: Db): Promise<void> {
  await sql`update owner_notice set state = 'nobody', ended_at = now(), code = null,
      message = 'Nobody is told: SALESFORCE_NOTIFY_OWNERS was switched off before.'
    where state = 'wanted'`.execute(db);
}
