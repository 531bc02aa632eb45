import { keyOf } from '../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import type { Charge, ChargeModel, Interval } from '../../domain/subscription/charge.ts';
import type { Subscription, SubscriptionStatus } from '../../domain/subscription/subscription.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import type { ZuoraContext } from './context.ts';
import type { ZuoraCharge, ZuoraSubscription } from './schema.ts';

const STATUS: Readonly<Record<ZuoraSubscription['status'], SubscriptionStatus>> = {
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

function billingInterval(charge: ZuoraCharge): Interval {
  const count = charge.specificBillingPeriod ?? 1;
  switch (word(charge.billingPeriod)) {
    case 'specificmonths':
      return { unit: 'month', count };
    case 'specificweeks':
      return { unit: 'week', count };
    case 'specificdays':
      return { unit: 'day', count };
    default:
      return PERIODS[word(charge.billingPeriod)] ?? { unit: 'month', count: 1 };
  }
}

/** The base of the list price, not the billing period, says what a price buys. */
function priceInterval(charge: ZuoraCharge): Interval {
  switch (word(charge.listPriceBase)) {
    case 'permonth':
      return { unit: 'month', count: 1 };
    case 'perweek':
      return { unit: 'week', count: 1 };
    case 'peryear':
      return { unit: 'year', count: 1 };
    case 'perspecificmonths':
      return { unit: 'month', count: charge.specificListPriceBase ?? 1 };
    default:
      return billingInterval(charge);
  }
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

function fromZuoraCharge(charge: ZuoraCharge, plan: ZuoraSubscription['ratePlans'][number]): Charge {
  const model = MODELS[word(charge.model)] ?? 'other';
  const type = word(charge.type);
  const planName = plan.ratePlanName ?? plan.productName ?? charge.name;
  return {
    number: charge.number,
    segment: charge.segment ?? null,
    name: charge.name.startsWith(planName) ? charge.name : `${planName}: ${charge.name}`,
    plan: planName,
    ratePlanKey: plan.subscriptionRatePlanNumber ?? plan.id,
    productId: plan.productId,
    kind: type === 'onetime' ? 'oneTime' : type === 'usage' ? 'usage' : 'recurring',
    model,
    quantity: model === 'flat' || type === 'usage' ? null : decimalOrNull(charge.quantity),
    price: decimalOrNull(charge.price),
    tiers: (charge.tiers ?? []).map((tier) => {
      const flat = word(tier.priceFormat) === 'flatfee';
      return {
        upTo: decimalOrNull(tier.endingUnit),
        unitPrice: flat ? '0' : toDecimal(exact(tier.price), 18),
        flatAmount: flat ? toDecimal(exact(tier.price), 18) : '0',
      };
    }),
    transform: null,
    priceInterval: priceInterval(charge),
    billingInterval: billingInterval(charge),
    months: 'thirtyDays',
    discounts: [],
    reduction:
      model === 'discount'
        ? {
            percentOff: decimalOrNull(charge.discountPercentage),
            amountOff: charge.discountPercentage === null ? decimalOrNull(charge.discountAmount ?? charge.price) : null,
            level: levelOf(charge.discountLevel),
            recurring:
              type !== 'onetime' &&
              (charge.applyDiscountTo === null || word(charge.applyDiscountTo).includes('recurring')),
          }
        : null,
    includedTaxPercent: '0',
    startsOn: dateOf(charge.effectiveStartDate),
    endsOn: dateOf(charge.effectiveEndDate),
    trialEndsOn: null,
    includedUnits: decimalOrNull(charge.includedUnits),
    unit: charge.uom,
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
    status: STATUS[subscription.status],
    statusHistory: subscription.statusHistory
      .filter(({ status }) => status !== null && status in STATUS)
      .map(({ status, startDate, endDate }) => ({
        status: STATUS[status as ZuoraSubscription['status']],
        from: dateOf(startDate),
        to: dateOf(endDate),
      })),
    startsOn: dateOf(subscription.subscriptionStartDate ?? subscription.contractEffectiveDate),
    termType: word(subscription.termType) === 'evergreen' ? 'Evergreen' : 'Termed',
    termStartsOn: dateOf(subscription.termStartDate),
    termEndsOn: dateOf(subscription.termEndDate),
    autoRenew: subscription.autoRenew,
    trialEndsOn: null,
    cancelOn: cancelOn(subscription),
    endsByDate: true,
    collectionPaused: false,
    charges: subscription.ratePlans.flatMap((plan) =>
      plan.ratePlanCharges
        .flatMap((charge) =>
          charge.chargeSegments == null || charge.chargeSegments.length === 0 ? [charge] : charge.chargeSegments,
        )
        .map((segment) => fromZuoraCharge(segment, plan)),
    ),
    discounts: [],
    lastOrder: subscription.orderNumber,
    sourceUrl: context.links.subscription(number),
  };
}
