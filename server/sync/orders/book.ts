import { sql } from 'kysely';
import { orgKeyOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { DISCREPANCY_OPEN, type DealOrder, type OrderBook } from '../../workflows/ports/orders.ts';
import { storableJson } from '../json.ts';
import { bumpKeys } from '../keys/bump.ts';
import { toDealOrder } from './stored.ts';

function changedMeanwhile(dealId: string): Fault {
  return new Fault({
    code: 'order_changed',
    kind: 'conflict',
    retryable: true,
    publicText: 'Somebody else worked on the order of this opportunity just now; it is looked at again.',
    context: { dealId },
  });
}

/** @returns the version that was written; undefined when another worker was faster */
async function write(db: Db, order: DealOrder, before: number | null): Promise<number | undefined> {
  const { dealId, state } = order;
  const body = storableJson(order);
  const { rows } =
    before === null
      ? await sql<{ version: number }>`
          insert into deal_order (opportunity_id, state, body, version)
          values (${dealId}, ${state}, ${body}::jsonb, 1)
          on conflict do nothing returning version`.execute(db)
      : await sql<{ version: number }>`
          update deal_order set state = ${state}, body = ${body}::jsonb, version = version + 1, changed_at = now()
          where opportunity_id = ${dealId} and version = ${before} returning version`.execute(db);
  return rows[0]?.version;
}

/** @returns keys of Opportunities that wait until one of their subscription says again what was ordered */
async function waitingFor(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select opportunity_id as id from deal_order
    where state = 'Not Ready' and body -> 'faults' @> ${JSON.stringify([{ code: DISCREPANCY_OPEN }])}::jsonb`.execute(
    db,
  );
  return rows.map(({ id }) => orgKeyOf('Opportunity', id));
}

/** @param onSaved told when an Account is to be projected because of it */
export function createOrderBook(db: Db, onSaved: () => void = () => {}): OrderBook {
  return {
    async of(dealId) {
      const row = await db
        .selectFrom('deal_order')
        .select(['body', 'version'])
        .where('opportunity_id', '=', dealId)
        .executeTakeFirst();
      return row === undefined ? null : { order: toDealOrder(row.body), version: row.version };
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
    async discrepancyOf(subscriptionNumber, exceptDealId) {
      const { rows } = await sql<{ id: string }>`
        select opportunity_id as id from deal_order
        where body -> 'discrepancy' ->> 'foundAt' is not null and body -> 'discrepancy' ->> 'resolvedAt' is null
          and body -> 'placed' -> 'subscriptionNumbers' ? ${subscriptionNumber} and opportunity_id <> ${exceptDealId}
        order by opportunity_id limit 1`.execute(db);
      return rows[0]?.id ?? null;
    },
    async save(order, before, again = false) {
      const version = await db.transaction().execute(async (transaction) => {
        const known = await transaction
          .selectFrom('deal_order')
          .select('state')
          .where('opportunity_id', '=', order.dealId)
          .forUpdate()
          .executeTakeFirst();
        const written = await write(transaction, order, before);
        if (written === undefined) throw changedMeanwhile(order.dealId);
        await sql`insert into deal_order_step (opportunity_id, state_before, state, body)
          values (${order.dealId}, ${known?.state ?? null}, ${order.state}, ${storableJson(order)}::jsonb)`.execute(
          transaction,
        );
        // The Opportunity is followed from now on, whether or not people named a subscription in it.
        await sql`insert into named_deal (opportunity_id, account_id, subscription_number)
          values (${order.dealId}, ${order.accountId}, null)
          on conflict (opportunity_id) do update set account_id = excluded.account_id`.execute(transaction);
        await bumpKeys(transaction, [
          ...(order.accountId === null ? [] : [projectionKeyOf(order.accountId)]),
          ...(order.discrepancy?.resolvedAt ? await waitingFor(transaction) : []),
          ...(again ? [orgKeyOf('Opportunity', order.dealId)] : []),
        ]);
        return written;
      });
      onSaved();
      return version;
    },
  };
}
