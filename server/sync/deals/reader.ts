import type { Db } from '../../platform/db/database.ts';
import type { DealReader, NamedDeal } from '../../workflows/ports/deals.ts';
import type { DealOrder } from '../../workflows/ports/orders.ts';
import { toDealOrder } from '../orders/stored.ts';

type Row = {
  id: string;
  account_id: string | null;
  subscription_number: string | null;
  key: string | null;
  is_closed: boolean;
  is_won: boolean;
  kept_lines: string[];
  body: unknown;
  preview: unknown;
};

/** What was, or may have been, made stands; else what was worked out last. */
function shown(order: DealOrder | null, preview: DealOrder | null): DealOrder | null {
  if (order === null || preview === null) return order ?? preview;
  const isSent = order.placed !== null || order.state === 'Ordering';
  return isSent || order.asOf >= preview.asOf ? order : preview;
}

function toDeal(row: Row): NamedDeal {
  const { id, account_id, subscription_number, key, is_closed, is_won, kept_lines: kept, body, preview } = row;
  const order = shown(body === null ? null : toDealOrder(body), preview === null ? null : toDealOrder(preview));
  return {
    id,
    accountId: account_id,
    subscriptionNumber: subscription_number,
    ...(key === null ? {} : { opened: { key, isClosed: is_closed, isWon: is_won, ...(kept.length > 0 && { kept }) } }),
    ...(order === null ? {} : { order }),
  };
}

export function createDealReader(db: Db): DealReader {
  const all = () =>
    db
      .selectFrom('named_deal')
      .leftJoin('deal_order', 'deal_order.opportunity_id', 'named_deal.opportunity_id')
      .leftJoin('deal_preview', 'deal_preview.opportunity_id', 'named_deal.opportunity_id')
      .select([
        'named_deal.opportunity_id as id',
        'account_id',
        'subscription_number',
        'key',
        'is_closed',
        'is_won',
        'kept_lines',
        'deal_order.body as body',
        'deal_preview.body as preview',
      ])
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
    async made(keys) {
      if (keys.length === 0) return new Set();
      const rows = await db
        .selectFrom('org_rows')
        .select('key')
        .where('object', '=', 'Opportunity')
        .where('key', 'in', [...keys])
        .execute();
      return new Set(rows.map(({ key }) => key));
    },
  };
}
