import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** What this process noted is not noted again for so long (ms); another process may have noted something else since. */
const NOTED_MS = 60_000;

/** Notes what the credentials of connections may not read, for people to be told of it. */
export function createRefusedNotes(
  db: Db,
  now: () => number = Date.now,
): (connection: string, what: string, isRefused: boolean) => Promise<void> {
  const noted = new Map<string, { isRefused: boolean; at: number }>();
  return async (connection, what, isRefused) => {
    const name = `${connection}:${what}`;
    const last = noted.get(name);
    if (last?.isRefused === isRefused && now() - last.at < NOTED_MS) return;
    if (isRefused)
      await sql`insert into connection_refused (connection, what) values (${connection}, ${what})
        on conflict do nothing`.execute(db);
    else await sql`delete from connection_refused where connection = ${connection} and what = ${what}`.execute(db);
    noted.set(name, { isRefused, at: now() });
  };
}

/** @returns what a connection may not read, in words that say what to do; empty when there is nothing */
export function refusedInWords(refused: readonly string[]): string {
  if (refused.length === 0) return '';
  return `Its user may not read ${refused.join(', ')}: what was read before stays as it was. Give it that permission in the billing system, unless there is nothing of the kind.`;
}
