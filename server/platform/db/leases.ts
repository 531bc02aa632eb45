import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Takes or renews a lease by the database's clock. @returns false while somebody else has it */
export async function takeLease(db: Db, name: string, owner: string, leaseMs: number): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    insert into lease (name, owner, until) values (${name}, ${owner}, now() + ${leaseMs} * interval '1 ms')
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
    where lease.owner = excluded.owner or lease.until < now()
    returning name`.execute(db);
  return rows.length > 0;
}

export async function giveLease(db: Db, name: string, owner: string): Promise<void> {
  await db.deleteFrom('lease').where('name', '=', name).where('owner', '=', owner).execute();
}
