import type { Decimal } from '../../../domain/money/decimal.ts';
import type { CustomFields } from '../../../domain/order/order.ts';
import type { OrderPrice } from './prices.ts';
import { isListed, unitAmountOf, wholeNumberOf, type Segment } from './segments.ts';

/** A price that is made with the item that is sold at it. */
type PriceData = {
  currency: string;
  product: string;
  unit_amount_decimal: Decimal;
  tax_behavior?: string;
  recurring?: { interval: string; interval_count: number };
};

/** What is sold, as Stripe takes it in subscriptions, phases and one-off items. */
export type ItemParams = {
  price?: string;
  price_data?: PriceData;
  quantity?: number;
  metadata?: Record<string, string>;
};

/** Names the price of the catalog on an item that is sold at another one, so that it is known again. */
export const CATALOG_PRICE = 'billing360_price';

export const toMetadata = (fields: CustomFields): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));

function priceDataOf(price: OrderPrice, sold: Decimal, currency: string): PriceData {
  const { product, recurring, tax_behavior: tax } = price;
  return {
    currency: currency.toLowerCase(),
    product,
    unit_amount_decimal: unitAmountOf(sold, currency),
    ...(tax != null && tax !== 'unspecified' && { tax_behavior: tax }),
    ...(recurring !== null && {
      recurring: { interval: recurring.interval, interval_count: recurring.interval_count },
    }),
  };
}

/** @returns the price of the catalog where it is sold as it stands there, else one of its own with the same terms */
export function toPriceParams(
  sold: Pick<Segment, 'price'>,
  price: OrderPrice,
  currency: string,
): Pick<ItemParams, 'price' | 'price_data'> {
  return sold.price === null || isListed(sold, price, currency)
    ? { price: price.id }
    : { price_data: priceDataOf(price, sold.price, currency) };
}

/** @param currency of the order */
export function toItem(
  segment: Pick<Segment, 'price' | 'quantity' | 'customFields'>,
  price: OrderPrice,
  currency: string,
): ItemParams {
  const params = toPriceParams(segment, price, currency);
  const { quantity, customFields } = segment;
  const metadata = {
    ...toMetadata(customFields),
    ...(params.price_data && price.recurring !== null && { [CATALOG_PRICE]: price.id }),
  };
  return {
    ...params,
    ...(quantity !== null && { quantity: wholeNumberOf(quantity) }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}
