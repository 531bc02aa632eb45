import type { Source } from '../billingAccount/billingAccount.ts';
import { exact, toDecimal, type Decimal } from '../money/decimal.ts';
import { exponentOf } from '../money/currency.ts';
import type { Charge, ChargeModel } from '../subscription/charge.ts';
import { intervalInWords } from '../subscription/interval.ts';

/** What a charge costs in one currency. */
export type CatalogPrice = Pick<Charge, 'price' | 'tiers'> & { currency: string };

/** One part of what is billed once something of the catalog is sold. */
export type CatalogCharge = Pick<
  Charge,
  'name' | 'kind' | 'model' | 'unknownWord' | 'transform' | 'priceInterval' | 'billingInterval'
> & { prices: readonly CatalogPrice[] };

/** What can be sold as one line of an offer: a price of Stripe, a product rate plan of Zuora. */
export type Sellable = {
  key: string;
  source: Source;
  /** Ids in the billing system; others in each of its environments. */
  productId: string;
  /** Of the price, or of the product rate plan: what an order names. */
  priceId: string;
  product: string;
  /** What sets it apart from others of the same product; null where nobody named it. */
  variant: string | null;
  /** False once it is archived, before it is on sale, and after that. */
  active: boolean;
  charges: readonly CatalogCharge[];
};

/** Digits that a list price may have after the point: it is a currency field of Salesforce. */
const MOST_DIGITS = 2;

/** How a price list shows it. `message`: why people do not see a price, in words for them; null where they see it. */
export type ListPrice =
  { listed: true; unitPrice: Decimal; message: string | null } | { listed: false; message: string };

/** Prices that are the same for every unit, or for all of it. */
const SIMPLE: ReadonlySet<ChargeModel> = new Set(['flat', 'perUnit']);

/** @returns the one price of a unit that stands for all that is billed regularly or once; else why there is none */
function simplePriceOf(charges: readonly CatalogCharge[], currency: string): { price: Decimal } | { message: string } {
  const committed = charges.filter(({ kind }) => kind !== 'usage');
  const [charge] = committed;
  if (charge === undefined) return { message: 'It is billed by usage, so there is no list price.' };
  if (committed.length > 1)
    return { message: `It has ${committed.length} charges, which are not one price. See how it is billed.` };
  if (charge.unknownWord !== undefined)
    return { message: `Billing prices it by "${charge.unknownWord}", which is not known here. Look it up in billing.` };
  const price = charge.prices.find((one) => one.currency === currency)?.price ?? null;
  if (!SIMPLE.has(charge.model) || charge.transform !== null || price === null)
    return { message: 'Its price is not the same for every unit. See how it is billed.' };
  if (toDecimal(exact(price), Math.min(MOST_DIGITS, exponentOf(currency))) !== toDecimal(exact(price), 18))
    return { message: 'Its price has more digits than a list price can have. See how it is billed.' };
  return { price };
}

/**
 * What a price list in one currency shows: the price of the single charge that is not usage, where every unit costs the same;
 * else 0, with the reason, since a list price has to be there for it to be offered at all.
 */
export function listPriceOf({ charges }: Sellable, currency: string): ListPrice {
  if (charges.length === 0)
    return { listed: false, message: 'It has no charges in billing yet, so it cannot be sold.' };
  const currencies = [...new Set(charges.flatMap(({ prices }) => prices.map((one) => one.currency)))];
  const lacks = charges.some(({ prices }) => !prices.some((one) => one.currency === currency));
  if (lacks)
    return {
      listed: false,
      message: `It is not in the price book, which is in ${currency}: billing prices it in ${currencies.join(', ') || 'no currency'}.`,
    };
  const simple = simplePriceOf(charges, currency);
  return 'price' in simple
    ? { listed: true, unitPrice: simple.price, message: null }
    : { listed: true, unitPrice: '0', message: simple.message };
}

/** @returns how often its recurring charges are billed, in words; null where none is */
export function billedHowOften({ charges }: Sellable): string | null {
  const recurring = charges.filter(({ kind, model }) => kind !== 'oneTime' && model !== 'discount');
  const words = [...new Set(recurring.map(({ billingInterval }) => intervalInWords(billingInterval)))];
  return words.length === 0 ? null : words.join(', ');
}
