import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { ConnectionRow, ConnectionState, ConnectionStore } from './store.ts';

/** Longest reason that is kept. */
const MOST_LETTERS = 1000;

async function setState(db: Db, name: string, from: readonly ConnectionState[], to: ConnectionState, reason: string) {
  return db.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('connection')
      .set({ state: to, reason: reason.slice(0, MOST_LETTERS), since: sql<Date>`now()`, probe_at: sql<Date>`now()` })
      .where('name', '=', name)
      .where('state', 'in', from)
      .executeTakeFirst();
    if (to === 'Connected' && numUpdatedRows > 0n) await releaseHeldOf(transaction, name);
    return numUpdatedRows > 0n;
  });
}

/** Keys in the one order in which they are locked everywhere. */
async function releaseHeldOf(db: Db, name: string | null): Promise<number> {
  const { numAffectedRows } = await sql`
    update dirty set held = false where key in (
      select key from dirty
      where held and not exists (
        select from connection where name = split_part(key, ':', 1) and state <> 'Connected')
      and (${name}::text is null or split_part(key, ':', 1) = ${name})
      order by key collate "C" for update)`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

async function connectionOf(db: Db, name: string): Promise<ConnectionRow | null> {
  const row = await db.selectFrom('connection').selectAll().where('name', '=', name).executeTakeFirst();
  if (row === undefined) return null;
  return {
    name,
    state: row.state as ConnectionState,
    reason: row.reason,
    since: row.since,
    providerId: row.provider_id,
  };
}

/** How connections stand, in Postgres. */
export function createConnectionStore(db: Db): ConnectionStore {
  return {
    async register(connections) {
      if (connections.length === 0) return;
      await db
        .insertInto('connection')
        .values(connections.map(({ name, system }) => ({ name, system })))
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
    },
    connectionOf: (name) => connectionOf(db, name),
    async pin(name, providerId) {
      return db.transaction().execute(async (transaction) => {
        // One at a time, so that two names cannot take the same id.
        await sql`lock table connection in share row exclusive mode`.execute(transaction);
        const rows = await transaction.selectFrom('connection').select(['name', 'system', 'provider_id']).execute();
        const own = rows.find((row) => row.name === name);
        if (own === undefined || own.provider_id === providerId) return null;
        if (own.provider_id !== null) return { standsFor: own.provider_id };
        const other = rows.find((row) => row.system === own.system && row.provider_id === providerId);
        if (other !== undefined) return { usedBy: other.name };
        await transaction.updateTable('connection').set({ provider_id: providerId }).where('name', '=', name).execute();
        return null;
      });
    },
    breakConnection: (name, reason) => setState(db, name, ['Connected'], 'Broken', reason),
    mend: (name) => setState(db, name, ['Broken'], 'Connected', ''),
    pause: (name, reason) => setState(db, name, ['Connected', 'Broken', 'Paused'], 'Paused', reason),
    resume: (name) => setState(db, name, ['Connected', 'Broken', 'Paused'], 'Connected', ''),
    async toProbe() {
      const { rows } = await sql<{ name: string }>`
        select name from connection where state = 'Broken' and probe_at <= now() order by probe_at`.execute(db);
      return rows.map(({ name }) => name);
    },
    async probeAgain(name, reason, waitMs) {
      await sql`
        update connection set probe_at = now() + ${waitMs} * interval '1 ms',
          reason = coalesce(${reason?.slice(0, MOST_LETTERS) ?? null}, reason)
        where name = ${name} and state = 'Broken'`.execute(db);
    },
    releaseHeld: () => releaseHeldOf(db, null),
  };
}
