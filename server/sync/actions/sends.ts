import { sql } from 'kysely';
import { newId } from '../../platform/ids.ts';
import type { Db } from '../../platform/db/database.ts';
import type { SendBook } from '../../workflows/ports/actions.ts';

type Row = { id: string; state: string; at: Date; own: boolean };

export function createSendBook(db: Db): SendBook {
  return {
    async claim({ invoiceKey, clientId, userId, requestKey }, windowMs) {
      return db.transaction().execute(async (transaction) => {
        // One at a time for each invoice, so that of two who look together one sees the other's.
        await sql`select pg_advisory_xact_lock(360000024, hashtext(${invoiceKey}))`.execute(transaction);
        const { rows } = await sql<Row>`
          select id, state, started_at as at, client_id = ${clientId} and request_key = ${requestKey} as own
          from invoice_send
          where invoice_key = ${invoiceKey} and state <> 'refused'
            and started_at > now() - ${windowMs} * interval '1 ms'
          order by started_at desc limit 1`.execute(transaction);
        const [recent] = rows;
        if (recent?.own && recent.state === 'sending') return { state: 'new', effectId: recent.id };
        if (recent) return { state: 'recent', at: recent.at, sent: recent.state === 'sent' };
        const id = newId();
        await transaction
          .insertInto('invoice_send')
          .values({
            id,
            invoice_key: invoiceKey,
            client_id: clientId,
            user_id: userId.slice(0, 18),
            request_key: requestKey,
          })
          .execute();
        return { state: 'new', effectId: id };
      });
    },
    async end(effectId, state) {
      await sql`update invoice_send set state = ${state}, ended_at = now() where id = ${effectId}`.execute(db);
    },
  };
}
