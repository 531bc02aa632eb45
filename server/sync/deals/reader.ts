import type { Db } from '../../platform/db/database.ts';
import type { DealReader, NamedDeal } from '../../workflows/ports/deals.ts';

type Row = { opportunity_id: string; account_id: string | null; subscription_number: string | null };

const toDeal = ({ opportunity_id, account_id, subscription_number }: Row): NamedDeal => ({
  id: opportunity_id,
  accountId: account_id,
  subscriptionNumber: subscription_number,
});

export function createDealReader(db: Db): DealReader {
  const all = () =>
    db
      .selectFrom('named_deal')
      .select(['opportunity_id', 'account_id', 'subscription_number'])
      .orderBy('opportunity_id');
  return {
    async known(ids) {
      if (ids.length === 0) return new Map();
      const rows = await all()
        .where('opportunity_id', 'in', [...ids])
        .execute();
      return new Map(rows.map((row) => [row.opportunity_id, toDeal(row)]));
    },
    async ofAccount(accountId) {
      return (await all().where('account_id', '=', accountId).execute()).map(toDeal);
    },
  };
}
