import type { Row } from 'c/billingRows';
import { monthsOf, numberOf, textOf } from 'c/billingRows';
import type { Sparkline } from 'c/chartMath';
import { sparkline } from 'c/chartMath';
import { fill, formatMoney, formatMonth } from 'c/textUtils';
import * as labels from './labels';

/** How MRR of one currency went over the last months. */
export type Trend = {
  /** Such as "▲ 8 % since Aug 2026"; empty where there is nothing to compare with. */
  readonly text: string;
  readonly tone: string;
  readonly spark: Sparkline | null;
  readonly sparkLabel: string;
};

const MONTHS_DRAWN = 12;
/** The change is told against the end of the month that was so many months ago. */
const MONTHS_COMPARED = 3;

export function trendOf(data: unknown, currency: string | null): Trend | null {
  const months = monthsOf(data, currency).slice(-MONTHS_DRAWN);
  const last = months.at(-1);
  if (!last) {
    return null;
  }
  const values = months.map((row) => numberOf(row, 'Closing__c') ?? 0);
  const money = (row: Row | undefined) => formatMoney(numberOf(row, 'Closing__c'), currency, true);
  const sparkLabel = fill(labels.sparkline, months.length, money(months[0]), money(last));
  return { ...changeOf(months, last), spark: sparkline(values), sparkLabel };
}

function changeOf(months: readonly Row[], last: Row): Pick<Trend, 'text' | 'tone'> {
  const base = months[Math.max(months.length - 1 - MONTHS_COMPARED, 0)];
  const [before, now] = [numberOf(base, 'Closing__c') ?? 0, numberOf(last, 'Closing__c') ?? 0];
  const since = formatMonth(textOf(base, 'Month__c'));
  if (!since || base === last) {
    return { text: '', tone: '' };
  }
  if (before === now) {
    return { text: fill(labels.unchangedSince, since), tone: '' };
  }
  if (before === 0) {
    return { text: fill(labels.newSince, since), tone: 'up' };
  }
  const percent = Math.round(Math.abs(now / before - 1) * 100);
  const label = now > before ? labels.upSince : labels.downSince;
  return { text: fill(label, percent < 1 ? labels.lessThanOne : percent, since), tone: now > before ? 'up' : 'down' };
}
