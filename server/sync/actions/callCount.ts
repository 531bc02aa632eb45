import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { OrgCaller } from '../../workflows/ports/orgClients.ts';

/** Counts one more of something in this minute. @returns how many there are now */
export async function countCall(db: Db, subject: string): Promise<number> {
  const { rows } = await sql<{ calls: number }>`
    insert into call_count (subject, minute, calls) values (${subject}, date_trunc('minute', now()), 1)
    on conflict (subject, minute) do update set calls = call_count.calls + 1
    returning calls`.execute(db);
  return rows[0]!.calls;
}

/** @returns how many of it there were in this minute and the one before, and how long this one lasts, in seconds */
export async function recentCalls(db: Db, subject: string): Promise<{ calls: number; secondsLeft: number }> {
  const { rows } = await sql<{ calls: number; secondsLeft: number }>`
    select coalesce((
        select sum(calls)::int from call_count
        where subject = ${subject} and minute >= date_trunc('minute', now()) - interval '1 min'), 0) as calls,
      ceil(60 - extract(second from now()))::int as "secondsLeft"`.execute(db);
  return { calls: rows[0]!.calls, secondsLeft: Math.max(1, rows[0]!.secondsLeft) };
}

/** Calls in a minute of all people of an org, and of one of them: more than anybody presses buttons. */
const MOST_OF_CLIENT = 1200;
const MOST_OF_USER = 60;

/** @returns what counts a call, and says how many seconds to wait when there were too many in this minute */
export function createCallLimit(db: Db): (caller: OrgCaller, userId: string) => Promise<number | null> {
  return async ({ clientId }, userId) => {
    const ofUser = await countCall(db, `call ${clientId} ${userId.slice(0, 15)}`);
    const ofClient = await countCall(db, `call ${clientId}`);
    if (ofUser <= MOST_OF_USER && ofClient <= MOST_OF_CLIENT) return null;
    return (await recentCalls(db, `call ${clientId}`)).secondsLeft;
  };
}
