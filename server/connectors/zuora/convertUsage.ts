import { keyOf } from '../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import type { Charge, Interval } from '../../domain/subscription/charge.ts';
import { isKnownStatus, isLive, statusOn, type Subscription } from '../../domain/subscription/subscription.ts';
import { addDays, addMonths, calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { dayOf, instantIn } from '../../domain/time/instant.ts';
import type { Usage } from '../../domain/usage/usage.ts';
import type { ZuoraContext } from './context.ts';
import type { ZuoraUsage } from './schema.ts';

function step(from: CalendarDate, interval: Interval, count: number): CalendarDate {
  switch (interval.unit) {
    case 'day':
      return addDays(from, interval.count * count);
    case 'week':
      return addDays(from, 7 * interval.count * count);
    case 'year':
      return addMonths(from, 12 * interval.count * count);
    case 'month':
    case 'term':
      return addMonths(from, interval.count * count);
  }
}

/** First bill cycle day on or after a day; a month that lacks it uses its last day. */
function cycleDayFrom(day: CalendarDate, billCycleDay: number): CalendarDate {
  const first = calendarDate(`${day.slice(0, 8)}01`);
  for (const month of [first, addMonths(first, 1)]) {
    const wanted = addDays(month, billCycleDay - 1);
    const last = addDays(addMonths(month, 1), -1);
    const cycleDay = wanted < last ? wanted : last;
    if (cycleDay >= day) return cycleDay;
  }
  return day;
}

/**
 * The billing period of a charge in which a day lies. Periods are counted from the bill cycle day of the account or from
 * the start of the charge (Zuora docs, "Billing period alignment").
 */
function billingPeriodAt(
  day: CalendarDate,
  charge: { startsOn: CalendarDate; interval: Interval; term: { from: CalendarDate; to: CalendarDate } | null },
  billCycleDay: number | null,
): { from: CalendarDate; to: CalendarDate } {
  const { startsOn, interval, term } = charge;
  if (interval.unit === 'term' && term !== null) return term;
  const byMonths = interval.unit === 'month' || interval.unit === 'year';
  const origin =
    byMonths && billCycleDay !== null && billCycleDay > 0 ? cycleDayFrom(startsOn, billCycleDay) : startsOn;
  if (day < origin) return { from: startsOn, to: origin };
  let count = 0;
  while (step(origin, interval, count + 1) <= day) count += 1;
  return { from: step(origin, interval, count), to: step(origin, interval, count + 1) };
}

function belongs(record: ZuoraUsage, charge: Charge, subscription: Subscription): boolean {
  if (record.chargeNumber !== null) return record.chargeNumber === charge.number;
  if (record.subscriptionNumber !== null && record.subscriptionNumber !== subscription.number) return false;
  return record.unitOfMeasure === charge.unit;
}

/** Zuora docs, "Usage": in every state that is known a record counts. */
const COUNTED: ReadonlySet<string> = new Set(['Importing', 'Pending', 'Processed']);

const isCounted = ({ status }: ZuoraUsage): boolean => status === null || COUNTED.has(status);

/** Records of the others are left out, and said to be: whether they count is not guessed. */
function leftOutOf(records: readonly ZuoraUsage[]): Pick<Usage, 'leftOut'> {
  const left = records.filter((record) => !isCounted(record));
  if (left.length === 0) return {};
  const quantity = toDecimal(sumOf(left));
  return { leftOut: { quantity, states: [...new Set(left.map(({ status }) => status!))].toSorted() } };
}

function sumOf(records: readonly ZuoraUsage[]) {
  return records.reduce((all, { quantity }) => all.add(exact(quantity)), exact('0'));
}

/**
 * Sums usage by charge for the billing period that runs on `day` and the one before it.
 *
 * @param followsAccount whether a charge is billed on the account's bill cycle day, by charge number
 */
export function usageOf(
  subscriptions: readonly Subscription[],
  records: readonly ZuoraUsage[],
  day: CalendarDate,
  billCycleDayOf: (chargeNumber: string) => number | null,
  context: ZuoraContext,
): Usage[] {
  const dated = records.map((record) => ({
    record,
    day: dayOf(instantIn(context.timeZone, record.startDateTime), context.timeZone),
  }));
  const found = new Map<string, Usage>();
  const mayUse = (status: string): boolean => isLive(status) || !isKnownStatus(status);
  for (const subscription of subscriptions.filter((one) => mayUse(statusOn(one, day))))
    for (const charge of subscription.charges) {
      const firstDay = earliestStart(subscription, charge);
      // Of a period of which nobody here knows how long it is no quantity can be told.
      if (charge.billingInterval.word !== undefined) continue;
      if (charge.kind !== 'usage' || firstDay === null || firstDay > day) continue;
      if ((charge.startsOn !== null && charge.startsOn > day) || (charge.endsOn !== null && charge.endsOn <= day))
        continue;
      const { termStartsOn, termEndsOn } = subscription;
      const term = termStartsOn !== null && termEndsOn !== null ? { from: termStartsOn, to: termEndsOn } : null;
      const counted = { startsOn: firstDay, interval: charge.billingInterval, term };
      const current = billingPeriodAt(day, counted, billCycleDayOf(charge.number));
      const before =
        current.from > firstDay
          ? billingPeriodAt(addDays(current.from, -1), counted, billCycleDayOf(charge.number))
          : null;
      for (const period of before === null ? [current] : [before, current]) {
        const own = dated
          .filter(({ record, day: on }) => belongs(record, charge, subscription) && period.from <= on && on < period.to)
          .map(({ record }) => record);
        const used = sumOf(own.filter(isCounted));
        const key = keyOf(context.connection, 'usage', `${charge.number}:${period.from}`);
        found.set(key, {
          kind: 'usage',
          key,
          connection: context.connection,
          source: 'Zuora',
          billingAccountKey: subscription.billingAccountKey,
          subscriptionKey: subscription.key,
          meter: charge.name,
          unit: charge.unit,
          currency: subscription.currency,
          quantity: toDecimal(used),
          ...leftOutOf(own),
          limit: charge.includedUnits,
          periodStartsOn: period.from,
          periodEndsOn: period.to,
          sourceUrl: subscription.sourceUrl,
        });
      }
    }
  return [...found.values()];
}

/** Periods are counted from the first segment of a charge. */
function earliestStart(subscription: Subscription, charge: Charge): CalendarDate | null {
  return subscription.charges
    .filter(({ number }) => number === charge.number)
    .reduce<CalendarDate | null>(
      (min, { startsOn }) => (startsOn !== null && (min === null || startsOn < min) ? startsOn : min),
      subscription.startsOn === null ? null : (charge.startsOn ?? subscription.startsOn),
    );
}
