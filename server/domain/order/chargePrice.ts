import type Fraction from 'fraction.js';
import { grossOf } from '../metrics/gross.ts';
import { exact, toDecimal, type Decimal } from '../money/decimal.ts';
import { inWords, roundToMoney } from '../money/money.ts';
import type { Charge, Tier } from '../subscription/charge.ts';
import type { DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { checkedPrice, finenessFault, isUnpriced, MOST_PRICE_DIGITS, noSalesPrice, unclearPrice } from './linePrice.ts';
import { isTiered } from './models.ts';
import type { ChargePricing, Reduction } from './order.ts';

/** A charge with what it costs by itself: by the catalog in the currency of the deal, or by the subscription on a day. */
export type OwnPrice = Pick<Charge, 'name' | 'kind' | 'model' | 'price' | 'tiers' | 'transform' | 'priceInterval'>;

/** What a line makes of the price of a charge; what it leaves is billing's own. */
export type LinePrice = Omit<ChargePricing, 'quantity'>;

/** Billing's own price holds. */
export const OWN: LinePrice = { price: null };

const pricesOf = ({ unitPrice, flatAmount }: Tier): Decimal[] => [unitPrice, flatAmount];

const onTiers = (tiers: readonly Tier[], priced: (own: Decimal) => Decimal): Tier[] =>
  tiers.map((tier) => ({ ...tier, unitPrice: priced(tier.unitPrice), flatAmount: priced(tier.flatAmount) }));

/** Digits that a price keeps as a number of JSON, which Zuora takes. */
const MOST_DIGITS = 15;

/** The nearest, and where that is on the wrong side of half a cent, the one beyond it. */
const ROUNDINGS = ['round', 'ceil', 'floor'] as const;

/** @returns a price to as many digits as it may have */
function rounded(price: Fraction, how: (typeof ROUNDINGS)[number]): Decimal {
  const whole = toDecimal(price.floor()).length;
  const digits = Math.max(0, Math.min(MOST_PRICE_DIGITS, MOST_DIGITS - whole));
  return toDecimal(price[how](digits), digits);
}

/** A discount alone comes off each price of a charge: that of each of its tiers, and of what is over. */
export function loweredPrice(line: DealLine, own: OwnPrice): LinePrice | OrderFault {
  const tiers = isTiered(own) ? own.tiers : [];
  const single = isTiered(own) && own.model !== 'tieredOverage' ? null : own.price;
  const prices = [...(single === null ? [] : [single]), ...tiers.flatMap(pricesOf)];
  if (prices.length === 0) return unclearPrice(line, `has a charge of which billing tells no price (${own.name})`);
  const lowered = new Map<Decimal, Decimal>();
  for (const price of prices) {
    const checked = checkedPrice({ ...line, unitPrice: price }, null);
    if ('code' in checked) return checked;
    lowered.set(price, checked.price);
  }
  const of = (price: Decimal): Decimal => lowered.get(price)!;
  return {
    price: single === null ? null : of(single),
    ...(tiers.length > 0 && { tiers: onTiers(tiers, of) }),
  };
}

/** A sales price is what a unit costs on the whole: all tiers are scaled so that the quantity comes to what the deal says. */
function scaledTiers(line: DealLine, own: OwnPrice, currency: string): LinePrice | OrderFault {
  const { quantity, product } = line;
  const price = checkedPrice(line, own.priceInterval);
  if ('code' in price || exact(quantity).compare(0) <= 0) return price;
  const costOf = (tiers: readonly Tier[]): Fraction | null => grossOf({ ...own, quantity, tiers });
  const whole = costOf(own.tiers);
  if (whole === null || whole.compare(0) <= 0)
    return unclearPrice(
      line,
      `costs nothing by the tiers of billing for a quantity of ${quantity}`,
      `Set the sales price to ${line.ofTerm?.billingPrice ?? '0'}`,
    );
  const meant = exact(price.price).mul(exact(quantity));
  if (meant.equals(whole)) return OWN;
  const amountOf = (amount: Fraction) => roundToMoney(amount, currency);
  const share = meant.div(whole);
  const scaled = ROUNDINGS.map((how) => onTiers(own.tiers, (one) => rounded(exact(one).mul(share), how)));
  const wanted = amountOf(meant);
  const tiers = scaled.find((some) => amountOf(costOf(some)!).minor === wanted.minor);
  if (tiers !== undefined) return { price: null, tiers };
  const comesTo = amountOf(costOf(scaled[0]!)!);
  return orderFault(
    'price_too_fine',
    `Its tiers have at most ${MOST_PRICE_DIGITS} digits after the point and would come to ${inWords(comesTo)}, not to ${inWords(wanted)}. Enter another sales price, or 0 and a discount, which lowers each tier.`,
    product,
  );
}

/** What a sales price, less the discount of the line, makes of the one charge that it is about. */
export function soldPrice(line: DealLine, own: OwnPrice, currency: string): LinePrice | OrderFault {
  if (!isTiered(own)) return checkedPrice(line, own.kind === 'usage' ? null : own.priceInterval);
  return own.kind === 'usage'
    ? noSalesPrice(line, 'is priced by tiers of what is used')
    : scaledTiers(line, own, currency);
}

/** What a line makes of a discount charge. @param takesOff what the charge of billing takes off */
export function reducedBy(line: DealLine, takesOff: keyof Reduction | undefined): LinePrice | OrderFault {
  const { unitPrice, discountPercent, product } = line;
  if (isUnpriced(line)) return OWN;
  const price = exact(unitPrice);
  if (takesOff === 'percentOff' && price.equals(0) && exact(discountPercent ?? '0').compare(0) > 0)
    return { price: null, reduction: { percentOff: discountPercent! } };
  if (takesOff === 'amountOff' && price.compare(0) < 0 && discountPercent === null) {
    const amount = toDecimal(price.neg(), 18);
    return finenessFault(line, amount) ?? { price: null, reduction: { amountOff: amount } };
  }
  const what =
    takesOff === 'amountOff'
      ? 'an amount. Enter it as a sales price below zero, without a discount'
      : 'a percentage. Enter it as the discount, above 0, with a sales price of 0';
  return orderFault(
    'price_unclear',
    `It takes off ${what}; or a sales price of 0 alone for what billing has.`,
    product,
  );
}
