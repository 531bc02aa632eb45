import type { Link, Row } from 'c/billingRows';
import { linkOf, numberOf, sourceOf, textOf } from 'c/billingRows';
import { fill, formatDate, formatNumber, formatPeriod, join } from 'c/textUtils';
import * as labels from './labels';
import type { UsageBar } from './usageBar';
import { usageBar } from './usageBar';

export type UsageRow = {
  readonly key: string;
  readonly link: Link;
  readonly source: string;
  readonly period: string;
  readonly used: string;
  readonly limit: string;
  readonly over: boolean;
  readonly current: boolean;
  /** A past period without use: shown only when asked for. */
  readonly idle: boolean;
  /** null when the limit may not be read or there is none. */
  readonly bar: UsageBar | null;
  readonly barClass: string;
  readonly viewBox: string;
  readonly barLabel: string;
  /** Goes on from what is used to the limit, where the pace leads there. */
  readonly forecast: boolean;
  /** When the limit is reached at this pace; empty where it is not. */
  readonly reached: string;
  readonly trend: string;
  readonly leftOut: string | null;
};

const TRENDS: ReadonlyMap<string, string> = new Map([
  ['Rising', labels.rising],
  ['Steady', labels.steady],
  ['Falling', labels.falling],
]);

/** Rows to show: the current periods first, then the latest of the past. */
export function usageRows(rows: readonly Row[]): UsageRow[] {
  return [...rows].sort(byPeriod).map(rowOf);
}

function rowOf(row: Row): UsageRow {
  const meter = textOf(row, 'Meter__c') ?? labels.meter;
  const quantity = numberOf(row, 'Quantity__c');
  const limit = numberOf(row, 'Limit__c');
  const bar = quantity !== null && limit !== null ? usageBar(quantity, limit) : null;
  const used = usedText(quantity, textOf(row, 'Unit__c'), numberOf(row, 'Percent_Used__c'));
  const limitText = limit !== null ? fill(labels.limit, formatNumber(limit)) : 'Limit__c' in row ? labels.noLimit : '';
  const reachedOn = formatDate(textOf(row, 'Limit_Reached_On__c'));
  const reached = isCurrent(row) && reachedOn ? fill(labels.reachedOn, reachedOn) : '';
  return {
    key: row.Id,
    link: linkOf(row, meter),
    source: sourceOf(row),
    period: formatPeriod(textOf(row, 'Period_Start__c'), textOf(row, 'Period_End__c')),
    used,
    limit: limitText,
    over: bar?.level === 'over',
    current: isCurrent(row),
    idle: !isCurrent(row) && quantity === 0,
    bar,
    barClass: `bar bar_${bar?.level ?? 'none'}`,
    viewBox: `0 0 ${bar?.width ?? 0} ${bar?.height ?? 0}`,
    barLabel: [`${meter}:`, join([used, limitText, reached])].join(' '),
    forecast: reached !== '' && bar !== null && bar.mark !== null && bar.mark > bar.used,
    reached,
    trend: TRENDS.get(textOf(row, 'Trend__c') ?? '') ?? '',
    leftOut: textOf(row, 'Left_Out__c'),
  };
}

function usedText(quantity: number | null, unit: string | null, percent: number | null): string {
  const amount = quantity === null ? '' : fill(labels.used, [formatNumber(quantity), unit].filter(Boolean).join(' '));
  const share = percent === null ? '' : fill(labels.usedPercent, formatNumber(percent));
  return [amount, amount && share ? `(${share})` : share].filter(Boolean).join(' ');
}

function isCurrent(row: Row): boolean {
  return textOf(row, 'Status__c') === 'Current';
}

function byPeriod(a: Row, b: Row): number {
  const text = (row: Row, field: string) => textOf(row, field) ?? '';
  return (
    Number(isCurrent(b)) - Number(isCurrent(a)) ||
    text(b, 'Period_Start__c').localeCompare(text(a, 'Period_Start__c')) ||
    text(a, 'Meter__c').localeCompare(text(b, 'Meter__c'))
  );
}
