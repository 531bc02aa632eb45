import { sum, type Money } from '../money/money.ts';
import { addDays, daysBetween, type CalendarDate } from '../time/calendarDate.ts';
import type { OwedDocument } from './owed.ts';

/** What is owed in one currency, by how many days it is past its due date; the parts sum to what is outstanding. */
export type Aging = { notDue: Money; days1to30: Money; days31to60: Money; days61to90: Money; over90: Money };
export type AgingBucket = keyof Aging;

/** Buckets with the first day past due that falls in them, from the newest to the oldest. */
const BUCKETS: readonly (readonly [AgingBucket, number])[] = [
  ['notDue', Number.NEGATIVE_INFINITY],
  ['days1to30', 1],
  ['days31to60', 31],
  ['days61to90', 61],
  ['over90', 91],
];

/** @returns the bucket of a due date on a day; the due day itself is still in time, and so is what has no due date */
export function bucketOf(dueOn: CalendarDate | null, day: CalendarDate): AgingBucket {
  if (dueOn === null) return 'notDue';
  const late = daysBetween(dueOn, day);
  return BUCKETS.findLast(([, first]) => late >= first)![0];
}

/** @param owed documents of one currency */
export function agingOf(owed: readonly OwedDocument[], currency: string, day: CalendarDate): Aging {
  const inBucket = (bucket: AgingBucket): Money =>
    sum(
      owed.filter(({ dueOn }) => bucketOf(dueOn, day) === bucket).map(({ balance }) => balance),
      currency,
    );
  return {
    notDue: inBucket('notDue'),
    days1to30: inBucket('days1to30'),
    days31to60: inBucket('days31to60'),
    days61to90: inBucket('days61to90'),
    over90: inBucket('over90'),
  };
}

/** @returns the days on which a document that is due on `dueOn` passes into another bucket */
export function agingDays(dueOn: CalendarDate): CalendarDate[] {
  return BUCKETS.slice(1).map(([, first]) => addDays(dueOn, first));
}
