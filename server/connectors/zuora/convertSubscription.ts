import { keyOf } from '../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import type { Charge, ChargeModel, Interval, Tier } from '../../domain/subscription/charge.ts';
import type { Subscription, SubscriptionStatus, TermType } from '../../domain/subscription/subscription.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { CUSTOM, keptFields } from '../../workflows/ports/billingFields.ts';
import type { ZuoraContext } from './context.ts';
import type { ZuoraCharge, ZuoraSubscription } from './schema.ts';

const STATUS: Readonly<Record<string, SubscriptionStatus>> = {
  Draft: 'Draft',
  Pending: 'Pending',
  'Pending Activation': 'Pending',
  'Pending Acceptance': 'Pending',
  Active: 'Active',
  Cancelled: 'Canceled',
  Suspended: 'Suspended',
  Expired: 'Expired',
  OutOfTerm: 'Expired',
};

/** @param status a word that is not known stands as it came */
function statusOf(status: string): SubscriptionStatus {
  return STATUS[status] ?? status;
}

const TERM_TYPE: Readonly<Record<string, TermType>> = { termed: 'Termed', evergreen: 'Evergreen' };

/** Orders and catalog spell the same words differently (`Semi_Annual`, `Semi-Annual`; `Per_Month`, `Per Month`). */
function word(text: string | null): string {
  return (text ?? '').toLowerCase().replace(/[^a-z]/g, '');
}

const MODELS: Readonly<Record<string, ChargeModel>> = {
  flatfee: 'flat',
  flatfeepricing: 'flat',
  perunit: 'perUnit',
  perunitpricing: 'perUnit',
  tiered: 'graduated',
  tieredpricing: 'graduated',
  volume: 'volume',
  volumepricing: 'volume',
  discountpercentage: 'discount',
  overage: 'overage',
  overagepricing: 'overage',
  tieredwithoverage: 'tieredOverage',
  tieredwithoveragepricing: 'tieredOverage',
  discountfixedamount: 'discount',
};

const PERIODS: Readonly<Record<string, Interval>> = {
  month: { unit: 'month', count: 1 },
  quarter: { unit: 'month', count: 3 },
  semiannual: { unit: 'month', count: 6 },
  annual: { unit: 'year', count: 1 },
  eighteenmonths: { unit: 'month', count: 18 },
  twoyears: { unit: 'year', count: 2 },
  threeyears: { unit: 'year', count: 3 },
  fiveyears: { unit: 'year', count: 5 },
  subscriptionterm: { unit: 'term', count: 1 },
  week: { unit: 'week', count: 1 },
};

/** What says how a charge is priced and billed, in a subscription or in the catalog. */
export type ChargeWords = Pick<
  ZuoraCharge,
  'model' | 'type' | 'billingPeriod' | 'specificBillingPeriod' | 'listPriceBase' | 'specificListPriceBase'
> &
  Partial<Pick<ZuoraCharge, 'tiers' | 'discountLevel' | 'applyDiscountTo'>>;

function billingInterval(charge: ChargeWords): Interval {
  const count = charge.specificBillingPeriod ?? 1;
  switch (word(charge.billingPeriod)) {
    case 'specificmonths':
      return { unit: 'month', count };
    case 'specificweeks':
      return { unit: 'week', count };
    case 'specificdays':
      return { unit: 'day', count };
    case '':
      return { unit: 'month', count: 1 };
    default:
      return PERIODS[word(charge.billingPeriod)] ?? { unit: 'month', count: 1, word: charge.billingPeriod! };
  }
}

const SPECIFIC: ReadonlySet<string> = new Set(['specificmonths', 'specificweeks', 'specificdays']);
const BASES: ReadonlySet<string> = new Set(['perbillingperiod', 'permonth', 'perweek', 'peryear', 'perspecificmonths']);
/** What a discount may be limited to (Zuora docs, "applyDiscountTo"): one kind of charge or several, run together. */
const LIMITS = /^(onetime|recurring|usage)*$/;
const LEVELS: ReadonlySet<string> = new Set(['', 'rateplan', 'subscription', 'account']);
const PRICE_FORMATS: ReadonlySet<string> = new Set(['', 'flatfee', 'perunit']);
const TYPES: ReadonlySet<string> = new Set(['recurring', 'onetime', 'usage']);

/** What decides over the amount and is not known here: it is shown as it came, and counts nothing. */
function unknownWordOf(charge: ChargeWords): string | null {
  const { model, type, billingPeriod, listPriceBase, tiers } = charge;
  if (MODELS[word(model)] === undefined) return model;
  if (!TYPES.has(word(type))) return type;
  const format = (tiers ?? []).find(({ priceFormat }) => !PRICE_FORMATS.has(word(priceFormat)))?.priceFormat;
  if (format != null) return format;
  if (word(type) !== 'recurring') return null;
  const period = word(billingPeriod);
  if (period !== '' && PERIODS[period] === undefined && !SPECIFIC.has(period)) return billingPeriod;
  const base = word(listPriceBase);
  return base === '' || BASES.has(base) ? null : listPriceBase;
}

/** What a discount reduces, and is not known here. */
function unknownReachOf({ discountLevel = null, applyDiscountTo = null }: ChargeWords): string | null {
  if (!LEVELS.has(word(discountLevel))) return discountLevel;
  return LIMITS.test(word(applyDiscountTo)) ? null : applyDiscountTo;
}

/** The base of the list price, not the billing period, says what a price buys. */
function priceInterval(charge: ChargeWords): Interval {
  switch (word(charge.listPriceBase)) {
    case 'permonth':
      return { unit: 'month', count: 1 };
    case 'perweek':
      return { unit: 'week', count: 1 };
    case 'peryear':
      return { unit: 'year', count: 1 };
    case 'perspecificmonths':
      return { unit: 'month', count: charge.specificListPriceBase ?? 1 };
    case '':
    case 'perbillingperiod':
      return billingInterval(charge);
    default:
      return { ...billingInterval(charge), word: charge.listPriceBase! };
  }
}

/** What the words of a charge come to, in those of the domain. */
export function termsOf(
  charge: ChargeWords,
): Pick<Charge, 'kind' | 'model' | 'unknownWord' | 'priceInterval' | 'billingInterval'> {
  const unpriced = unknownWordOf(charge);
  const named = MODELS[word(charge.model)] ?? 'other';
  // A discount stays one: what it reduces cannot be told either.
  const model = unpriced === null || named === 'discount' ? named : 'other';
  const unknownWord = unpriced ?? (model === 'discount' ? unknownReachOf(charge) : null);
  const type = word(charge.type);
  return {
    kind: type === 'onetime' ? 'oneTime' : type === 'usage' ? 'usage' : 'recurring',
    model,
    ...(unknownWord === null ? {} : { unknownWord }),
    priceInterval: priceInterval(charge),
    billingInterval: billingInterval(charge),
  };
}

/** @param tier with the price of its band as a whole, or of each unit in it */
export function fromZuoraTier(
  tier: Pick<NonNullable<ZuoraCharge['tiers']>[number], 'startingUnit' | 'endingUnit' | 'price' | 'priceFormat'>,
): Tier {
  const flat = word(tier.priceFormat) === 'flatfee';
  const price = toDecimal(exact(tier.price), 18);
  const startsAt = decimalOrNull(tier.startingUnit);
  return {
    ...(startsAt !== null && { startsAt }),
    upTo: decimalOrNull(tier.endingUnit),
    unitPrice: flat ? '0' : price,
    flatAmount: flat ? price : '0',
  };
}

function dateOf(text: string | null): CalendarDate | null {
  return text === null ? null : calendarDate(text.slice(0, 10));
}

function levelOf(text: string | null): 'ratePlan' | 'subscription' | 'account' {
  const level = word(text);
  return level === 'subscription' || level === 'account' ? level : 'ratePlan';
}

function decimalOrNull(text: string | null): string | null {
  return text === null ? null : toDecimal(exact(text), 18);
}

/** @param whole the charge that a segment is of, which its custom fields may stand in */
function fromZuoraCharge(
  charge: ZuoraCharge,
  whole: ZuoraCharge,
  plan: ZuoraSubscription['ratePlans'][number],
  context: ZuoraContext,
): Charge {
  const terms = termsOf(charge);
  const { model, kind } = terms;
  const planName = plan.ratePlanName ?? plan.productName ?? charge.name;
  return {
    number: charge.number,
    segment: charge.segment ?? null,
    name: charge.name.startsWith(planName) ? charge.name : `${planName}: ${charge.name}`,
    plan: planName,
    ratePlanKey: plan.subscriptionRatePlanNumber ?? plan.id,
    productId: plan.productId,
    sellableKey:
      plan.productRatePlanId === null ? null : keyOf(context.connection, 'productrateplan', plan.productRatePlanId),
    ...terms,
    quantity: model === 'flat' || kind === 'usage' ? null : decimalOrNull(charge.quantity),
    price: decimalOrNull(charge.price ?? charge.overagePrice),
    tiers: (charge.tiers ?? []).map(fromZuoraTier),
    transform: null,
    months: 'thirtyDays',
    discounts: [],
    reduction:
      model === 'discount'
        ? {
            percentOff: decimalOrNull(charge.discountPercentage),
            amountOff: charge.discountPercentage === null ? decimalOrNull(charge.discountAmount ?? charge.price) : null,
            level: levelOf(charge.discountLevel),
            recurring:
              kind !== 'oneTime' &&
              (charge.applyDiscountTo === null || word(charge.applyDiscountTo).includes('recurring')),
          }
        : null,
    includedTaxPercent: '0',
    startsOn: dateOf(charge.effectiveStartDate),
    endsOn: dateOf(charge.effectiveEndDate),
    trialEndsOn: null,
    includedUnits: decimalOrNull(charge.includedUnits),
    unit: charge.uom,
    ...keptFields(context.fields?.charge, CUSTOM, { ...whole, ...charge }),
  };
}

/** When the subscription ends by cancellation: its own end date, where that is not simply the end of the term. */
function cancelOn(subscription: ZuoraSubscription): CalendarDate | null {
  const dated = subscription.statusHistory.find(({ status }) => status === 'Cancelled')?.startDate ?? null;
  if (dated !== null) return dateOf(dated);
  const end = dateOf(subscription.subscriptionEndDate);
  const term = dateOf(subscription.termEndDate);
  if (subscription.status === 'Cancelled') return end;
  return end !== null && (term === null || end < term) ? end : null;
}

const TERM_PERIODS: Readonly<Record<string, Interval['unit']>> = {
  month: 'month',
  year: 'year',
  week: 'week',
  day: 'day',
};

/** How long later terms are; a period that nobody here knows is not told. */
function renewalTermOf(subscription: ZuoraSubscription): Interval | 'Evergreen' | null {
  const { renewalSetting, renewalTerm, renewalTermPeriodType } = subscription;
  if (word(renewalSetting) === 'renewtoevergreen') return 'Evergreen';
  const unit = TERM_PERIODS[word(renewalTermPeriodType) || 'month'];
  return renewalTerm == null || renewalTerm < 1 || unit === undefined ? null : { unit, count: renewalTerm };
}

/** @param currency of the account, for tenants whose subscriptions have none of their own */
export function fromZuoraSubscription(
  subscription: ZuoraSubscription,
  currency: string,
  context: ZuoraContext,
): Subscription {
  const number = subscription.subscriptionNumber;
  return {
    kind: 'subscription',
    key: keyOf(context.connection, 'subscription', number),
    connection: context.connection,
    source: 'Zuora',
    billingAccountKey: keyOf(context.connection, 'account', subscription.accountId),
    number,
    currency: (subscription.currency ?? currency).toUpperCase(),
    status: statusOf(subscription.status),
    statusHistory: subscription.statusHistory
      .filter(({ status }) => status !== null)
      .map(({ status, startDate, endDate }) => ({
        status: statusOf(status!),
        from: dateOf(startDate),
        to: dateOf(endDate),
      })),
    startsOn: dateOf(subscription.subscriptionStartDate ?? subscription.contractEffectiveDate),
    termType: TERM_TYPE[word(subscription.termType)] ?? subscription.termType,
    termStartsOn: dateOf(subscription.termStartDate),
    termEndsOn: dateOf(subscription.termEndDate),
    autoRenew: subscription.autoRenew,
    renewalTerm: renewalTermOf(subscription),
    trialEndsOn: null,
    cancelOn: cancelOn(subscription),
    endsByDate: true,
    collectionPaused: false,
    charges: subscription.ratePlans.flatMap((plan) =>
      plan.ratePlanCharges.flatMap((charge) => {
        const { chargeSegments: segments } = charge;
        return (segments == null || segments.length === 0 ? [charge] : segments).map((segment) =>
          fromZuoraCharge(segment, charge, plan, context),
        );
      }),
    ),
    discounts: [],
    lastOrder: subscription.orderNumber,
    ...keptFields(context.fields?.subscription, CUSTOM, subscription),
    sourceUrl: context.links.subscription(number),
  };
}
