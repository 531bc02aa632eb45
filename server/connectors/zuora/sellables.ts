import { keyOf } from '../../domain/billingAccount/key.ts';
import type { CatalogCharge, CatalogPrice, Sellable } from '../../domain/catalog/sellable.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import { today } from '../../domain/time/instant.ts';
import { withPriority } from '../../platform/priority.ts';
import type { CatalogSource } from '../../workflows/ports/catalog.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';
import { fromZuoraTier, termsOf } from './convertSubscription.ts';
import { queryAll } from './paging.ts';
import {
  catalogChargeSchema,
  catalogPlanSchema,
  catalogProductSchema,
  catalogTierSchema,
  type CatalogChargeOfZuora,
  type CatalogTier,
} from './schema.ts';

/** Prices of which the bands matter; those of others are one row a currency. */
const BY_BANDS: ReadonlySet<string> = new Set(['graduated', 'volume', 'tieredOverage']);

function pricesOf(model: string, rows: readonly CatalogTier[]): CatalogPrice[] {
  return [...Map.groupBy(rows, ({ currency }) => currency.toUpperCase())].map(([currency, own]) => {
    const sorted = own.toSorted((a, b) => (a.tier ?? 0) - (b.tier ?? 0));
    const isByBands = BY_BANDS.has(model);
    const beyond = sorted.find(({ overagePrice }) => overagePrice !== null)?.overagePrice ?? null;
    const price = beyond ?? (isByBands ? null : (sorted[0]?.price ?? null));
    return {
      currency,
      price: price === null ? null : toDecimal(exact(price), 18),
      tiers: isByBands ? sorted.map((row) => fromZuoraTier({ ...row, price: row.price ?? '0' })) : [],
    };
  });
}

export function toCatalogCharge(charge: CatalogChargeOfZuora, rows: readonly CatalogTier[]): CatalogCharge {
  const terms = termsOf({ ...charge, model: charge.chargeModel, type: charge.chargeType });
  return { name: charge.name, ...terms, transform: null, prices: pricesOf(terms.model, rows) };
}

type OnSale = { effectiveStartDate: string; effectiveEndDate: string };

/** @returns whether a product or a product rate plan can be sold on a day */
export const isOnSale = ({ effectiveStartDate, effectiveEndDate }: OnSale, day: string): boolean =>
  effectiveStartDate <= day && day < effectiveEndDate;

/**
 * Reads products, product rate plans, their charges and tiers, each in a list of Object Query, which has no limit of plans or
 * charges for one product (GET /v1/catalog/products shows 300); each rate plan is what can be sold.
 */
export function createZuoraCatalog(
  client: ZuoraClient,
  { connection, timeZone }: Pick<ZuoraContext, 'connection' | 'timeZone'>,
  clock: Pick<Clock, 'businessNow'>,
): CatalogSource {
  return {
    sellables: () =>
      withPriority('batch', async () => {
        const plans = await queryAll(client, 'listing product rate plans', 'product-rate-plans', [], catalogPlanSchema);
        const products = await queryAll(client, 'listing products', 'products', [], catalogProductSchema);
        const charges = await queryAll(
          client,
          'listing product charges',
          'product-rate-plan-charges',
          [],
          catalogChargeSchema,
        );
        const tiers = await queryAll(client, 'listing prices', 'product-rate-plan-charge-tiers', [], catalogTierSchema);
        const productById = new Map(products.map((one) => [one.id, one]));
        const chargesOf = Map.groupBy(charges, ({ productRatePlanId }) => productRatePlanId);
        const tiersOf = Map.groupBy(tiers, ({ productRatePlanChargeId }) => productRatePlanChargeId);
        const day = today(clock.businessNow(), timeZone);
        return plans.map((plan): Sellable => {
          const product = productById.get(plan.productId);
          return {
            key: keyOf(connection, 'productrateplan', plan.id),
            source: 'Zuora',
            productId: plan.productId,
            priceId: plan.id,
            product: product?.name ?? plan.name,
            variant: plan.name,
            active: product !== undefined && isOnSale(product, day) && isOnSale(plan, day),
            charges: (chargesOf.get(plan.id) ?? []).map((one) => toCatalogCharge(one, tiersOf.get(one.id) ?? [])),
          };
        });
      }),
  };
}
