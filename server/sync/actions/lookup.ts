import { partsOf } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import type { ActionLookup } from '../../workflows/ports/actions.ts';
import { orgPin } from '../outbox/pin.ts';

/** @param orgId of the settings, which holds until the org was first met */
export function createActionLookup(db: Db, orgId: string): ActionLookup {
  return {
    pinnedOrg: async () => (await orgPin(db))?.pinned.orgId ?? orgId,
    async invoiceOf(accountId, invoiceKey) {
      const row = await db
        .selectFrom('mirror')
        .innerJoin('account_link', 'account_link.billing_account_key', 'mirror.billing_account_key')
        .select(['mirror.key', 'mirror.body'])
        .where('mirror.key', '=', invoiceKey)
        .where('mirror.kind', '=', 'invoice')
        .where('mirror.deleted', '=', false)
        .where('account_link.account_id', '=', accountId)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { connection, id } = partsOf(row.key);
      return { key: row.key, id, connection, number: (row.body as { number: string }).number };
    },
  };
}
