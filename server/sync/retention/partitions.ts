import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** A day of payloads: a partition of `inbox_payload` from midnight UTC on. */
export type Day = {
  /** YYYY-MM-DD */
  day: string;
  table: string;
};

const NAME = /^inbox_payload_(\d{4})(\d{2})(\d{2})$/;

export function dayOf(date: string): Day {
  return { day: date, table: `inbox_payload_${date.replaceAll('-', '')}` };
}

/** Runs DDL that others wait for as long as it waits itself: not long, and the next tick tries again. */
async function briefly<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    await sql`set local lock_timeout = '500ms'`.execute(transaction);
    return work(transaction);
  });
}

/** @returns the days that have a partition, oldest first */
export async function daysKept(db: Db): Promise<Day[]> {
  const { rows } = await sql<{ table: string }>`
    select c.relname as "table" from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'inbox_payload'::regclass order by c.relname`.execute(db);
  return rows.flatMap(({ table }) => {
    const match = NAME.exec(table);
    return match ? [{ day: `${match[1]}-${match[2]}-${match[3]}`, table }] : [];
  });
}

/** @returns `count` days by the database's clock, from today on */
export async function daysAhead(db: Db, count: number): Promise<Day[]> {
  const { rows } = await sql<{ day: string }>`
    select to_char((now() at time zone 'UTC')::date + n, 'YYYY-MM-DD') as day
    from generate_series(0, ${count - 1}::int) as n`.execute(db);
  return rows.map(({ day }) => dayOf(day));
}

/**
 * Makes the partition of a day. What came for it while there was none lies in the default partition and moves over.
 * @throws errors of the driver, such as 55P03 when somebody holds the table for too long
 */
export async function makePartition(db: Db, { day, table }: Day): Promise<void> {
  const [name, from] = [sql.table(table), sql.lit(`${day} 00:00+00`)];
  const to = sql`(timestamptz ${from} + interval '24 hours')`;
  await briefly(db, async (transaction) => {
    await sql`create table ${name} (like inbox_payload including all)`.execute(transaction);
    await sql`lock table inbox_payload_default in access exclusive mode`.execute(transaction);
    await sql`with moved as (
        delete from inbox_payload_default where received_at >= ${from}::timestamptz and received_at < ${to} returning *)
      insert into ${name} select * from moved`.execute(transaction);
    const { rows } = await sql<{ end: string }>`select ${to}::text as end`.execute(transaction);
    // Attached, not made as a partition: that would stop whoever reads or writes the whole table.
    await sql`alter table inbox_payload attach partition ${name}
      for values from (${from}) to (${sql.lit(rows[0]!.end)})`.execute(transaction);
  });
}

/**
 * Drops a day's payloads unless an event of that day is not worked off yet.
 * @returns how many such events keep it
 */
export async function dropPartition(db: Db, { day, table }: Day): Promise<number> {
  return briefly(db, async (transaction) => {
    const { rows } = await sql<{ undone: number }>`
      select count(*)::int as undone from inbox
      where done_at is null and received_at >= ${`${day} 00:00+00`}::timestamptz
        and received_at < ${`${day} 00:00+00`}::timestamptz + interval '24 hours'`.execute(transaction);
    if (rows[0]!.undone === 0) await sql`drop table ${sql.table(table)}`.execute(transaction);
    return rows[0]!.undone;
  });
}
