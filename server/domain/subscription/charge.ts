import type { Decimal } from '../money/decimal.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Discount } from './discount.ts';

/** How long a price buys. `term` is the whole term of the subscription. */
export type Interval = {
  unit: 'day' | 'week' | 'month' | 'year' | 'term';
  count: number;
  /** Word of the billing system for it, where nobody here knows how long it is; unit and count mean nothing then. */
  word?: string;
};

/**
 * How the length of an interval becomes months. `calendar`: a year has 12 months, 52 weeks and 365 days (our rule for
 * Stripe, which publishes none). `thirtyDays`: weeks and days are taken of a month of 30 days (Zuora docs, "Monthly
 * recurring revenue": price / days of base * 30).
 */
export type MonthConvention = 'calendar' | 'thirtyDays';

export type Tier = {
  /** First unit of the band as the billing system writes it; absent of one that writes only where bands end. */
  startsAt?: Decimal;
  /** Last unit of the band; null for the last band. */
  upTo: Decimal | null;
  /** Price of each unit in the band, major units. */
  unitPrice: Decimal;
  /** Amount for reaching the band, major units. */
  flatAmount: Decimal;
};

export type ChargeModel =
  | 'flat'
  | 'perUnit'
  /** Each unit at the price of its own band (Stripe graduated, Zuora tiered). */
  | 'graduated'
  /** All units at the price of the band that the quantity reaches. */
  | 'volume'
  /** Usage beyond the included units at one price (Zuora). */
  | 'overage'
  /** Usage by graduated bands, beyond the last of them at one price (Zuora). */
  | 'tieredOverage'
  /** A reduction of other charges (Zuora discount charges). */
  | 'discount'
  /** A model whose amount is not known from the charge alone. */
  | 'other';

/** One part of what a subscription bills: a Stripe subscription item, or one segment of a Zuora rate plan charge. */
export type Charge = {
  /** Number that stays the same over amendments and segments. */
  number: string;
  /** Which part of the charge's life this is, from 1; none where the billing system has only what is now. */
  segment?: number | null;
  /** What people call it, such as `Platform Enterprise: Seats`. */
  name: string;
  productId: string | null;
  /** Key of what it was sold as (`<connection>:productrateplan:<id>`); absent or null where that is not told. */
  sellableKey?: string | null;
  /** Name of the rate plan or product, as people know what they bought. */
  plan: string;
  /** Charges with the same one belong together (Zuora rate plan number). */
  ratePlanKey: string | null;
  kind: 'recurring' | 'oneTime' | 'usage';
  model: ChargeModel;
  /** Of model `other`: the word of the billing system that nobody here knows, such as its model or its billing period. */
  unknownWord?: string;
  /** null for usage and for prices without a quantity. */
  quantity: Decimal | null;
  /** Price of a unit (perUnit), of the whole (flat) or of a unit beyond the others (overage) in major units; null where tiers say all. */
  price: Decimal | null;
  tiers: readonly Tier[];
  /** Units are packed before they are priced. */
  transform: { divideBy: number; round: 'up' | 'down' } | null;
  /** What the price buys: its base, not necessarily how often it is billed. */
  priceInterval: Interval;
  billingInterval: Interval;
  months: MonthConvention;
  discounts: readonly Discount[];
  /** For model `discount`: what it takes off and from what. */
  reduction: {
    percentOff: Decimal | null;
    amountOff: Decimal | null;
    level: 'ratePlan' | 'subscription' | 'account';
    recurring: boolean;
  } | null;
  /** Sum of the tax percentages that the price already contains; 0 when none. */
  includedTaxPercent: Decimal;
  /** First day; null when it has held since the subscription began. */
  startsOn: CalendarDate | null;
  /** First day after; null when it has no end of its own. */
  endsOn: CalendarDate | null;
  /** First day after a trial of this item alone; null when there is none. */
  trialEndsOn: CalendarDate | null;
  /** Units of usage that the price includes; null when there is no such limit. */
  includedUnits: Decimal | null;
  unit: string | null;
  /** As of a billing account. */
  fields?: Readonly<Record<string, string>>;
};
