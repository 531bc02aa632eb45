import { keyOf } from '../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import type { ChargeOnSale, PlanOnSale } from '../../domain/order/order.ts';
import { today } from '../../domain/time/instant.ts';
import { gather } from '../../platform/gather.ts';
import { recent } from '../../platform/recent.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import type { OrderDesk } from '../../workflows/ports/orders.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';
import { queryAll } from './paging.ts';
import {
  catalogChargeSchema,
  catalogPlanWithProductSchema,
  catalogTierSchema,
  type CatalogChargeOfZuora,
  type CatalogTier,
} from './schema.ts';
import { isOnSale, toCatalogCharge } from './sellables.ts';
import { createUnitDigits } from './units.ts';

/** Ids that one filter names: they stand in the address, which must not grow too long. */
const MOST_IDS = 40;
const ID = /^[0-9a-z]+$/i;
/** A plan is not read again for orders that are worked out at about the same time, ms. */
const PLANS_FOR_MS = 250;

const oneOf = (field: string, ids: readonly string[]) => ['filter[]', `${field}.IN:[${ids.join(',')}]`] as const;

const COUNTED: ReadonlySet<string> = new Set<ChargeOnSale['model']>(['perUnit', 'graduated', 'volume']);

function toChargeOnSale(
  charge: CatalogChargeOfZuora,
  rows: readonly CatalogTier[],
  digits: ReadonlyMap<string, number>,
): ChargeOnSale {
  const { id, chargeModel, defaultQuantity, uOM } = charge;
  const sold = toCatalogCharge(charge, rows);
  const isCounted = sold.kind !== 'usage' && COUNTED.has(sold.model) && defaultQuantity !== null;
  const quantityDigits = digits.get(uOM ?? '') ?? null;
  const quantity = isCounted ? toDecimal(exact(defaultQuantity), 18) : null;
  const reduces = /percentage/i.test(chargeModel) ? 'percentOff' : 'amountOff';
  return { ...sold, id, quantity, quantityDigits, ...(sold.model === 'discount' && { reduces }) };
}

/** @returns what reads product rate plans, with everything that an order may override; those asked for at the same time together */
export function createPlanReader(
  client: ZuoraClient,
  { connection, timeZone }: Pick<ZuoraContext, 'connection' | 'timeZone'>,
  clock: Pick<Clock, 'businessNow'>,
): OrderDesk['plans'] {
  const unitDigits = createUnitDigits(client);

  /** Children are read by lists of their own: those of an expanded object end at a page without a word. */
  async function readPlans(ids: readonly string[]): Promise<Map<string, PlanOnSale>> {
    const [plans, charges] = await Promise.all([
      queryAll(
        client,
        'reading product rate plans',
        'product-rate-plans',
        [oneOf('id', ids), ['expand[]', 'product']],
        catalogPlanWithProductSchema,
      ),
      queryAll(
        client,
        'reading product charges',
        'product-rate-plan-charges',
        [oneOf('productrateplanid', ids)],
        catalogChargeSchema,
      ),
    ]);
    const tiers: CatalogTier[] = [];
    for (let from = 0; from < charges.length; from += MOST_IDS) {
      const some = charges.slice(from, from + MOST_IDS).map(({ id }) => id);
      const query = [oneOf('productrateplanchargeid', some)];
      tiers.push(
        ...(await queryAll(client, 'reading prices', 'product-rate-plan-charge-tiers', query, catalogTierSchema)),
      );
    }
    const digits = await unitDigits(charges.flatMap(({ uOM }) => uOM ?? []));
    const chargesOf = Map.groupBy(charges, ({ productRatePlanId }) => productRatePlanId);
    const tiersOf = Map.groupBy(tiers, ({ productRatePlanChargeId }) => productRatePlanChargeId);
    const day = today(clock.businessNow(), timeZone);
    return new Map(
      plans.map((plan) => {
        const { id, product } = plan;
        const own = (chargesOf.get(id) ?? []).map((one) => toChargeOnSale(one, tiersOf.get(one.id) ?? [], digits));
        return [
          id,
          {
            key: keyOf(connection, 'productrateplan', id),
            id,
            name: product.name === plan.name ? plan.name : `${product.name}: ${plan.name}`,
            active: isOnSale(product, day) && isOnSale(plan, day),
            charges: own,
          },
        ];
      }),
    );
  }

  const planOf = recent(PLANS_FOR_MS, gather(MOST_IDS, readPlans));

  return async (ids) => {
    const known = [...new Set(ids)].filter((id) => ID.test(id));
    const found = await Promise.all(known.map(planOf));
    return new Map(found.filter((plan) => plan !== undefined).map((plan) => [plan.id, plan]));
  };
}
