import type Stripe from 'stripe';
import { z } from 'zod';
import type { PlanOnSale } from '../../../domain/order/order.ts';
import { Fault } from '../../../domain/fault.ts';
import { toStripeFault } from '../errors.ts';
import { soldPriceSchema, soldProductSchema, toSellable } from '../sellables.ts';

const schema = soldPriceSchema.extend({ product: soldProductSchema });

/** A price as an order sells it, with its product. */
export type OrderPrice = z.infer<typeof soldPriceSchema>;
type Read = { price: OrderPrice; product: z.infer<typeof soldProductSchema> };

/** A price of Stripe, which never costs anything else once it is made. */
export async function readPrice(stripe: Stripe, id: string): Promise<Read | null> {
  try {
    const expand = ['product', 'tiers', 'currency_options'];
    const { product, ...price } = schema.parse(await stripe.prices.retrieve(id, { expand }));
    return { price: { ...price, product: product.id }, product };
  } catch (error) {
    const fault = toStripeFault(error, 'reading a price');
    if (fault.kind === 'not_found') return null;
    throw fault;
  }
}

/** @returns the prices of these ids, by id. @throws Fault `order_refused` for one that is not there */
export async function readPrices(stripe: Stripe, ids: readonly string[]): Promise<Map<string, OrderPrice>> {
  const read = await Promise.all([...new Set(ids)].map(async (id) => [id, await readPrice(stripe, id)] as const));
  return new Map(
    read.map(([id, found]) => {
      if (found !== null) return [id, found.price];
      throw new Fault({
        code: 'order_refused',
        kind: 'invalid',
        publicText: `Stripe has no price ${id}. Choose another product.`,
      });
    }),
  );
}

/** A price as what a line of an order can name: it is the one charge of itself. */
export function toPlanOnSale(connection: string, { price, product }: Read): PlanOnSale {
  const {
    key,
    product: name,
    variant,
    active,
    charges,
  } = toSellable(connection, price, new Map([[product.id, product]]));
  return {
    key,
    id: price.id,
    name: variant === null ? name : `${name}: ${variant}`,
    active,
    charges: charges.map((charge) => ({ ...charge, id: price.id, quantity: null })),
  };
}
