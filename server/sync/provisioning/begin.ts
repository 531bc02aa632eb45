import { sql } from 'kysely';
import { PROVISION_ALL } from '../../domain/billingAccount/key.ts';
import type { Db } from '../../platform/db/database.ts';
import { bumpKeys } from '../keys/bump.ts';
import { forgetSetting, replaceSetting } from '../settings.ts';

/**
 * Has every Account looked at that meets the criteria, when they are others than at the last start.
 * @param digest of the settings; null while they are off, which is forgotten
 */
export async function beginProvisioning(db: Db, digest: string | null): Promise<void> {
  const name = 'provisioning';
  await db.transaction().execute(async (transaction) => {
    if (digest === null) return forgetSetting(transaction, name);
    if ((await replaceSetting(transaction, name, digest)) !== digest)
      await bumpKeys(transaction, [PROVISION_ALL], 0, true);
  });
}

/** @returns ids of the Accounts whose billing account is not made yet, as far as they are known here */
export async function unfinishedProvisionings(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('provisioning').select('account_id').where('state', '<>', 'Created').execute();
  return rows.map((row) => row.account_id);
}

/** @returns ids of the Accounts whose won deals wait for a billing account */
export async function accountsOfWaitingDeals(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct named_deal.account_id as id
    from deal_order join named_deal on named_deal.opportunity_id = deal_order.opportunity_id
    where deal_order.state = 'Not Ready' and named_deal.account_id is not null`.execute(db);
  return rows.map(({ id }) => id);
}
