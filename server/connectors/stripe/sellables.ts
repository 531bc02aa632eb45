import type Stripe from 'stripe';
import { z } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import type { CatalogPrice, Sellable } from '../../domain/catalog/sellable.ts';
import { fromStripeUnitPrice } from '../../domain/money/money.ts';
import { withPriority } from '../../platform/priority.ts';
import type { CatalogSource } from '../../workflows/ports/catalog.ts';
import { fromStripePrice, fromStripeTier } from './convertPrice.ts';
import { readAll } from './pages.ts';
import { priceSchema, productSchema, type StripePrice } from './schema.ts';

export const soldProductSchema = productSchema.extend({ active: z.boolean() });
export const soldPriceSchema = priceSchema.extend({ active: z.boolean(), tax_behavior: z.string().nullish() });

type SoldProduct = z.infer<typeof soldProductSchema>;

/** What a price costs in its own currency, and in those that it names besides. */
function pricesOf(price: StripePrice): CatalogPrice[] {
  const own = {
    currency: price.currency.toUpperCase(),
    price: unitPriceOf(price, price.currency),
    tiers: (price.tiers ?? []).map((tier) => fromStripeTier(tier, price.currency)),
  };
  const others = Object.entries(price.currency_options ?? {})
    .filter(([currency]) => currency !== price.currency)
    // Bands of another currency are not read: what they cost is not told.
    .map(([currency, option]) => ({
      currency: currency.toUpperCase(),
      price: price.billing_scheme === 'tiered' ? null : unitPriceOf(option, currency),
      tiers: [],
    }));
  return [own, ...others];
}

function unitPriceOf(
  { unit_amount_decimal: exact, unit_amount: whole }: Pick<StripePrice, 'unit_amount' | 'unit_amount_decimal'>,
  currency: string,
): string | null {
  const amount = exact ?? whole;
  return amount === null ? null : fromStripeUnitPrice(amount, currency);
}

export function toSellable(
  connection: string,
  price: z.infer<typeof soldPriceSchema>,
  products: ReadonlyMap<string, SoldProduct>,
): Sellable {
  const product = products.get(price.product);
  const name = product?.name ?? price.product;
  const names = {
    productName: () => name,
    price: () => undefined,
    coupon: () => undefined,
    couponOfCode: () => undefined,
  };
  const { kind, model, unknownWord, transform, priceInterval, billingInterval } = fromStripePrice(
    price,
    price.currency,
    names,
  );
  return {
    key: keyOf(connection, 'price', price.id),
    source: 'Stripe',
    productId: price.product,
    priceId: price.id,
    product: name,
    variant: price.nickname === '' ? null : price.nickname,
    active: price.active && product?.active === true,
    charges: [
      {
        name,
        kind,
        model,
        ...(unknownWord === undefined ? {} : { unknownWord }),
        transform,
        priceInterval,
        billingInterval,
        prices: pricesOf(price),
      },
    ],
  };
}

/**
 * Reads products and prices, archived ones too, a hundred a call; each price is what can be sold.
 * Prices come first: the product of each of them is there when products are read.
 */
export function createStripeCatalog(stripe: Stripe, connection: string): CatalogSource {
  return {
    sellables: () =>
      withPriority('batch', async () => {
        const expand = ['data.tiers', 'data.currency_options'];
        const prices = await readAll('listing prices', (after) => stripe.prices.list({ limit: 100, expand, ...after }));
        const products = await readAll('listing products', (after) => stripe.products.list({ limit: 100, ...after }));
        const byId = new Map(
          z
            .array(soldProductSchema)
            .parse(products.data)
            .map((one) => [one.id, one]),
        );
        return z
          .array(soldPriceSchema)
          .parse(prices.data)
          .map((price) => toSellable(connection, price, byId));
      }),
  };
}
