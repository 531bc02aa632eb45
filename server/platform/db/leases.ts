import { sql } from 'kysely';
import type { Db } from './database.ts';

/**
 * Takes or renews leases by the database's clock.
 * @returns names of those that are now the owner's; the others are somebody else's for now
 */
async function takeLeases(db: Db, names: readonly string[], owner: string, leaseMs: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    insert into lease (name, owner, until)
    select name, ${owner}, now() + ${leaseMs} * interval '1 ms' from unnest(${[...names]}::text[]) as wanted (name)
    order by name collate "C"
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
    where lease.owner = excluded.owner or lease.until < now()
    returning name`.execute(db);
  return rows.map(({ name }) => name);
}

async function giveLeases(db: Db, names: readonly string[], owner: string): Promise<void> {
  if (names.length === 0) return;
  await sql`delete from lease where name in (
    select name from lease where name = any(${[...names]}::text[]) and owner = ${owner}
    order by name collate "C" for update)`.execute(db);
}

/** Leases in the table of them, by the database's clock. */
export function leasesIn(db: Db): {
  takeLeases(names: readonly string[], owner: string, leaseMs: number): Promise<string[]>;
  giveLeases(names: readonly string[], owner: string): Promise<void>;
} {
  return {
    takeLeases: (names, owner, leaseMs) => takeLeases(db, names, owner, leaseMs),
    giveLeases: (names, owner) => giveLeases(db, names, owner),
  };
}
