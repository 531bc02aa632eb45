import { exact, toDecimal } from '../../domain/money/decimal.ts';
import { fromStripeUnitPrice } from '../../domain/money/money.ts';
import type { Discount } from '../../domain/subscription/discount.ts';
import { dayAt, type StripeCatalog, type StripeContext } from './context.ts';
import type { StripeCoupon, StripeDiscount } from './schema.ts';

const DURATIONS: Readonly<Record<string, Discount['duration']>> = {
  forever: 'forever',
  once: 'once',
  repeating: 'repeating',
};

function durationOf({ duration }: StripeCoupon): Pick<Discount, 'duration' | 'unknownWord'> {
  const known = DURATIONS[duration];
  return known === undefined ? { duration: 'forever', unknownWord: duration } : { duration: known };
}

/** What a coupon takes off in a currency, with the days on which it does. */
export function fromStripeCoupon(
  coupon: StripeCoupon,
  currency: string,
  days: Pick<Discount, 'startsOn' | 'endsOn'>,
): Discount {
  const amount =
    coupon.currency === currency
      ? coupon.amount_off
      : (coupon.currency_options?.[currency]?.amount_off ?? coupon.amount_off);
  const amountCurrency = coupon.currency_options?.[currency] === undefined ? coupon.currency : currency;
  return {
    name: coupon.name ?? coupon.id,
    couponId: coupon.id,
    percentOff: coupon.percent_off === null ? null : toDecimal(exact(coupon.percent_off)),
    amountOff:
      amount === null || amountCurrency === null
        ? null
        : { amount: fromStripeUnitPrice(amount, amountCurrency), currency: amountCurrency.toUpperCase() },
    ...durationOf(coupon),
    ...days,
    appliesToProducts: coupon.applies_to?.products ?? null,
  };
}

/** @returns undefined while the coupon is not known */
export function fromStripeDiscount(
  discount: StripeDiscount,
  currency: string,
  catalog: StripeCatalog,
  context: StripeContext,
): Discount | undefined {
  const coupon = discount.source.coupon === null ? undefined : catalog.coupon(discount.source.coupon);
  if (coupon === undefined) return undefined;
  return fromStripeCoupon(coupon, currency, {
    startsOn: dayAt(context, discount.start),
    endsOn: dayAt(context, discount.end),
  });
}

/** @returns those that are expanded and whose coupons are known */
export function expandedDiscounts(
  discounts: readonly (string | StripeDiscount)[],
  currency: string,
  catalog: StripeCatalog,
  context: StripeContext,
): Discount[] {
  return discounts
    .filter((discount) => typeof discount !== 'string')
    .map((discount) => fromStripeDiscount(discount, currency, catalog, context))
    .filter((discount) => discount !== undefined);
}
