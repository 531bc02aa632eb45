import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { ActionLog } from '../../workflows/ports/actions.ts';

/** Longest text of a call that is kept; ids and keys are shorter, and anything else is no id. */
const MOST_LETTERS = 200;
const KEPT_DAYS = 400;
/** So long a request keeps its answer; Stripe and Zuora tell repetitions apart for a day. */
const REQUEST_HOURS = 24;

export function createActionLog(db: Db): ActionLog {
  const cut = (text: string) => text.slice(0, MOST_LETTERS);
  return {
    async begin({ clientId, orgId, userId, operation, accountId, subject }) {
      const { id } = await db
        .insertInto('org_action')
        .values({
          client_id: clientId,
          org_id: cut(orgId),
          user_id: cut(userId),
          operation,
          account_id: cut(accountId),
          subject: subject === null ? null : cut(subject),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },
    async end(id, outcome) {
      await sql`update org_action set outcome = ${outcome}, ended_at = now() where id = ${id}`.execute(db);
    },
  };
}

export type ActionEntry = {
  id: number;
  at: Date;
  userId: string;
  operation: string;
  accountId: string;
  subject: string | null;
  outcome: string | null;
  clientId: string;
  orgId: string;
};

/** @returns calls of orgs, the latest first */
export async function listActions(
  db: Db,
  { accountId, userId, limit }: { accountId: string | null; userId: string | null; limit: number },
): Promise<ActionEntry[]> {
  const { rows } = await sql<ActionEntry>`
    select id, at, user_id as "userId", operation, account_id as "accountId", subject, outcome, client_id as "clientId",
      org_id as "orgId"
    from org_action
    where (${accountId}::text is null or left(account_id, 15) = left(${accountId}, 15))
      and (${userId}::text is null or left(user_id, 15) = left(${userId}, 15))
    order by id desc limit ${limit}`.execute(db);
  return rows;
}

/** Deletes what is past its time. */
export async function forgetOldActions(db: Db): Promise<void> {
  const older = (hours: number) => sql`now() - ${hours} * interval '1 hour'`;
  await sql`delete from org_action where at < ${older(KEPT_DAYS * 24)}`.execute(db);
  await sql`delete from org_request where at < ${older(REQUEST_HOURS)}`.execute(db);
  await sql`delete from org_refresh where started_at < ${older(REQUEST_HOURS)}`.execute(db);
  await sql`delete from invoice_send where started_at < ${older(KEPT_DAYS * 24)}`.execute(db);
}
