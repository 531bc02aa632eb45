import { sql } from 'kysely';
import { projectionKeyOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { PreviewBook } from '../../workflows/ports/orderPreviews.ts';
import { storableJson } from '../json.ts';
import { bumpKeys } from '../keys/bump.ts';
import { toDealOrder } from './stored.ts';

/** Whoever has neither ended nor gone on by then has died; another one may begin. */
const LONGEST_SECONDS = 60;

/** @param onSaved told when an Account is to be projected because of it */
export function createPreviewBook(db: Db, onSaved: () => void = () => {}): PreviewBook {
  return {
    async begin(dealId) {
      const { rows } = await sql<{ run: string }>`
        insert into deal_preview as known (opportunity_id, run) values (${dealId}, ${newId()})
        on conflict (opportunity_id) do update set run = excluded.run, began_at = now()
          where known.run is null or known.began_at < now() - make_interval(secs => ${LONGEST_SECONDS})
        returning run`.execute(db);
      return rows[0]?.run ?? null;
    },
    async goOn(dealId, run) {
      const own = db.updateTable('deal_preview').set({ began_at: sql<Date>`now()` });
      const { numUpdatedRows } = await own
        .where('opportunity_id', '=', dealId)
        .where('run', '=', run)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async end(dealId, run, preview) {
      if (preview === null) {
        const own = db.updateTable('deal_preview').set({ run: null }).where('opportunity_id', '=', dealId);
        await own.where('run', '=', run).execute();
        return;
      }
      await db.transaction().execute(async (transaction) => {
        const { numAffectedRows } = await sql`
          update deal_preview set run = null, body = ${storableJson(preview)}::jsonb
          where opportunity_id = ${dealId} and run = ${run}`.execute(transaction);
        if (numAffectedRows === 0n) return;
        // The Opportunity is followed from now on, as one that is ordered.
        await sql`insert into named_deal (opportunity_id, account_id, subscription_number)
          values (${dealId}, ${preview.accountId}, null)
          on conflict (opportunity_id) do update set account_id = excluded.account_id`.execute(transaction);
        await bumpKeys(transaction, preview.accountId === null ? [] : [projectionKeyOf(preview.accountId)]);
      });
      onSaved();
    },
    async look(dealId) {
      const { rows } = await sql<{ body: unknown; running: boolean }>`
        select body, run is not null and began_at >= now() - make_interval(secs => ${LONGEST_SECONDS}) as running
        from deal_preview where opportunity_id = ${dealId}`.execute(db);
      const [row] = rows;
      const preview = row?.body == null ? null : toDealOrder(row.body);
      return { preview, isRunning: row?.running ?? false };
    },
    async forget(dealId, accountId) {
      const known = await db.deleteFrom('deal_preview').where('opportunity_id', '=', dealId).executeTakeFirst();
      if (known.numDeletedRows === 0n || accountId === null) return;
      await bumpKeys(db, [projectionKeyOf(accountId)]);
      onSaved();
    },
  };
}
