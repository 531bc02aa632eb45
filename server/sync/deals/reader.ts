import type { Db } from '../../platform/db/database.ts';
import type { DealReader, NamedDeal } from '../../workflows/ports/deals.ts';
import { toDealOrder } from '../orders/stored.ts';

type Row = { id: string; account_id: string | null; subscription_number: string | null; body: unknown };

const toDeal = ({ id, account_id, subscription_number, body }: Row): NamedDeal => ({
  id,
  accountId: account_id,
  subscriptionNumber: subscription_number,
  ...(body === null ? {} : { order: toDealOrder(body) }),
});

export function createDealReader(db: Db): DealReader {
  const all = () =>
    db
      .selectFrom('named_deal')
      .leftJoin('deal_order', 'deal_order.opportunity_id', 'named_deal.opportunity_id')
      .select(['named_deal.opportunity_id as id', 'account_id', 'subscription_number', 'body'])
      .orderBy('named_deal.opportunity_id');
  return {
    async known(ids) {
      if (ids.length === 0) return new Map();
      const rows = await all()
        .where('named_deal.opportunity_id', 'in', [...ids])
        .execute();
      return new Map(rows.map((row) => [row.id, toDeal(row)]));
    },
    async ofAccount(accountId) {
      return (await all().where('account_id', '=', accountId).execute()).map(toDeal);
    },
  };
}
