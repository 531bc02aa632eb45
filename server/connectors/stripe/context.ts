import { keyOf } from '../../domain/billingAccount/key.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../domain/time/instant.ts';
import type { BillingFieldNames } from '../../workflows/ports/billingFields.ts';
import type { StripeLinks } from './links.ts';
import type { StripeCoupon, StripePrice } from './schema.ts';

/** What converting needs besides the object. */
export type StripeContext = {
  connection: string;
  timeZone: string;
  links: StripeLinks;
  /** Metadata that is kept; none when absent. */
  fields?: BillingFieldNames;
};

/** What subscriptions refer to and do not contain. */
export interface StripeCatalog {
  productName(id: string): string | undefined;
  /** A price with its tiers and what it costs in other currencies; undefined while it is not known. */
  price(id: string): StripePrice | undefined;
  coupon(id: string): StripeCoupon | undefined;
  /** Coupon that a promotion code gives; undefined while it is not known. */
  couponOfCode(promotionCode: string): string | undefined;
}

/** Fields that every object of a customer begins with. */
export function origin(context: StripeContext, customer: string) {
  return {
    connection: context.connection,
    source: 'Stripe' as const,
    billingAccountKey: keyOf(context.connection, 'account', customer),
  };
}

export function dayAt(context: StripeContext, seconds: number | null): CalendarDate | null {
  return seconds === null ? null : dayOf(fromUnixSeconds(seconds), context.timeZone);
}
