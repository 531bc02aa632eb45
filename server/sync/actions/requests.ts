import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { RequestBook, RequestClaim, RequestName } from '../../workflows/ports/actions.ts';
import { digestOf } from '../canonical.ts';

/** A request without an answer is taken up again after this time: its process must have died. */
const ABANDONED_SECONDS = 120;

export function createRequestBook(db: Db): RequestBook {
  const of = ({ clientId, operation, requestKey }: RequestName) => sql`
    client_id = ${clientId} and operation = ${operation} and request_key = ${requestKey}`;

  return {
    async claim(name, body): Promise<RequestClaim> {
      const { clientId, operation, requestKey } = name;
      const hash = Buffer.from(digestOf(body), 'base64');
      const { rows } = await sql`
        insert into org_request (client_id, operation, request_key, body_hash)
        values (${clientId}, ${operation}, ${requestKey}, ${hash})
        on conflict (client_id, operation, request_key) do update set at = now()
          where org_request.answer is null and org_request.body_hash = excluded.body_hash
            and org_request.at < now() - ${ABANDONED_SECONDS} * interval '1 s'
        returning request_key`.execute(db);
      if (rows.length > 0) return { state: 'new' };
      const { rows: there } = await sql<{ same: boolean; answer: unknown }>`
        select body_hash = ${hash} as same, answer from org_request where ${of(name)}`.execute(db);
      const [row] = there;
      // It was released just now, and may be claimed anew.
      if (row === undefined) return { state: 'running' };
      if (!row.same) return { state: 'other' };
      return row.answer === null ? { state: 'running' } : { state: 'answered', answer: row.answer };
    },
    async answer(name, answer) {
      await sql`update org_request set answer = ${JSON.stringify(answer)}::jsonb where ${of(name)}`.execute(db);
    },
    async release(name) {
      await sql`delete from org_request where ${of(name)} and answer is null`.execute(db);
    },
  };
}
