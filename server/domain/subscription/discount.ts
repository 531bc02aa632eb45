import type { Decimal } from '../money/decimal.ts';
import type { CalendarDate } from '../time/calendarDate.ts';

/** A reduction of recurring charges. */
export type Discount = {
  name: string;
  /** The billing system's id of the terms that the discount was made from; null where it has none. */
  couponId?: string | null;
  /** Percentage off, 0-100; null for an amount. */
  percentOff: Decimal | null;
  /** Amount off in major units for each billing interval; null for a percentage. */
  amountOff: { amount: Decimal; currency: string } | null;
  /** Word of the billing system for how long it holds, where nobody here knows it; what it takes off cannot be told then. */
  unknownWord?: string;
  /** A discount used once reduces one invoice and no recurring revenue. */
  duration: 'once' | 'repeating' | 'forever';
  /** First day on which it no longer holds; null when it has no end. */
  endsOn: CalendarDate | null;
  startsOn: CalendarDate | null;
  /** Products that it is limited to; null for all. */
  appliesToProducts: readonly string[] | null;
};
