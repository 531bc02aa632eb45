import { sql } from 'kysely';
import { orgKeyOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { DISCREPANCY_OPEN, type DealOrder, type OrderBook } from '../../workflows/ports/orders.ts';
import { storableJson } from '../json.ts';
import { BUMP, bumpKeys } from '../keys/bump.ts';
import { toDealOrder } from './stored.ts';
import { waitingFor } from './waiting.ts';

function changedMeanwhile(dealId: string): Fault {
  return new Fault({
    code: 'order_changed',
    kind: 'conflict',
    retryable: true,
    publicText: 'Somebody else worked on the order of this opportunity just now; it is looked at again.',
    context: { dealId },
  });
}

/** An order that is on its way is shown when that lasts, ms: mostly it is placed by then, and its rows are written once. */
const SHOWN_AFTER_MS = 1000;

type Due = { key: string; delayMs: number };

/** What is to be worked because of an order; projections come last, as wherever several keys are locked. */
function dueBy({ dealId, accountId, state }: DealOrder, again: boolean): Due[] {
  const delayMs = state === 'Ordering' ? SHOWN_AFTER_MS : 0;
  return [
    ...(again ? [{ key: orgKeyOf('Opportunity', dealId), delayMs: 0 }] : []),
    ...(accountId === null ? [] : [{ key: projectionKeyOf(accountId), delayMs }]),
  ];
}

/** @returns the version that was written; undefined when another worker was faster */
async function write(
  db: Db,
  order: DealOrder,
  before: number | null,
  due: readonly Due[],
): Promise<number | undefined> {
  const { dealId, accountId, state, dealKey } = order;
  // What billing makes of the order is told of a deal that people won, before anybody reads the deal again.
  const wonKey = state === 'Ordering' ? (dealKey ?? null) : null;
  const isWon = wonKey !== null;
  const body = sql`${storableJson(order)}::jsonb`;
  const written =
    before === null
      ? sql`insert into deal_order (opportunity_id, state, body, version) values (${dealId}, ${state}, ${body}, 1)
          on conflict do nothing returning version`
      : sql`update deal_order set state = ${state}, body = ${body}, version = version + 1, changed_at = now()
          where opportunity_id = ${dealId} and version = ${before} returning version`;
  // All of it sees the state before. The Opportunity is followed from now on, whether or not people named a subscription in it;
  // it is locked after the projection of its Account, as where that is committed.
  const { rows } = await sql<{ version: number }>`
    with known as (select state from deal_order where opportunity_id = ${dealId}),
    written as (${written}),
    step as (
      insert into deal_order_step (opportunity_id, state_before, state, body)
      select ${dealId}, (select state from known), ${state}, ${body} from written),
    due as (
      insert into dirty (key, not_before)
      select key, now() + delay * interval '1 ms' from written, unnest(
        ${due.map(({ key }) => key)}::text[], ${due.map(({ delayMs }) => delayMs)}::float8[]
      ) with ordinality as due (key, delay, place) order by place
      ${sql.raw(BUMP)} returning key),
    followed as (
      insert into named_deal as known (opportunity_id, account_id, subscription_number, key, is_closed, is_won)
      select ${dealId}, ${accountId}, null, ${wonKey}::text, ${isWon}, ${isWon}
      from written, (select count(*) from due) as locked
      on conflict (opportunity_id) do update set account_id = excluded.account_id,
        key = coalesce(excluded.key, known.key), is_closed = known.is_closed or excluded.is_closed,
        is_won = known.is_won or excluded.is_won)
    select version from written`.execute(db);
  return rows[0]?.version;
}

/** @param onSaved told when an Account is to be projected because of it */
export function createOrderBook(db: Db, onSaved: () => void = () => {}): OrderBook {
  return {
    async of(dealId) {
      const row = await db
        .selectFrom('deal_order')
        .select(['body', 'version'])
        .select(sql<number>`(extract(epoch from now() - changed_at) * 1000)::float8`.as('sinceMs'))
        .where('opportunity_id', '=', dealId)
        .executeTakeFirst();
      return row === undefined ? null : { order: toDealOrder(row.body), version: row.version, sinceMs: row.sinceMs };
    },
    async stepsOf(dealId) {
      const rows = await db
        .selectFrom('deal_order_step')
        .select(['at', 'body'])
        .where('opportunity_id', '=', dealId)
        .orderBy('id')
        .execute();
      return rows.map(({ at, body }) => ({ at, order: toDealOrder(body) }));
    },
    async discrepancyOf(subscriptionNumbers, exceptDealId) {
      const { rows } = await sql<{ dealId: string; subscriptionNumber: string }>`
        select opportunity_id as "dealId", number as "subscriptionNumber"
        from deal_order join unnest(${[...subscriptionNumbers]}::text[]) as number
          on body -> 'placed' -> 'subscriptionNumbers' ? number
        where body -> 'discrepancy' ->> 'foundAt' is not null and body -> 'discrepancy' ->> 'resolvedAt' is null
          and opportunity_id <> ${exceptDealId}
        order by opportunity_id, number limit 1`.execute(db);
      return rows[0] ?? null;
    },
    async save(order, before, again = false) {
      const saveIn = async (some: Db): Promise<number> => {
        const written = await write(some, order, before, dueBy(order, again));
        if (written === undefined) throw changedMeanwhile(order.dealId);
        if (settles) await bumpKeys(some, await waitingFor(some, [{ code: DISCREPANCY_OPEN, waitsFor: order.dealId }]));
        return written;
      };
      const settles = order.discrepancy?.resolvedAt != null;
      const version = await (settles ? db.transaction().execute(saveIn) : saveIn(db));
      onSaved();
      return version;
    },
  };
}
