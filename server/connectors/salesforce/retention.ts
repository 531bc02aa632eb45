import { TIMELINE_DAYS } from '../../domain/timeline/timeline.ts';
import { addDays, addMonths, earliest, type CalendarDate } from '../../domain/time/calendarDate.ts';
import type { KeepFor, Retained, RowRetention } from '../../workflows/ports/orgRetention.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';

type Rule = {
  keep: KeepFor;
  /** What people are told. */
  what: string;
  /** False for what is open, current or still to come: it never falls out. */
  over(row: OrgRow, rowOf: (key: string) => OrgRow | undefined): boolean;
  /** Fields whose latest day counts; every date of the row when none are named. */
  dates?: readonly string[];
};

const has = (row: OrgRow, ...statuses: string[]): boolean => statuses.includes(String(row.fields['Status__c']));
const months = (count: number): KeepFor => ({ count, unit: 'months' });

/** Invoices that ask for nothing any more. */
const isSettled = (invoice: OrgRow | undefined): boolean =>
  invoice !== undefined && has(invoice, 'Paid', 'Void', 'Removed') && !Number(invoice.fields['Balance__c']);

/** Of a payment that is under way, or whose state nobody here knows, it is not certain what becomes of it. */
const isOver = (row: OrgRow): boolean =>
  has(row, 'Succeeded', 'Partially Refunded', 'Refunded', 'Failed', 'Canceled', 'Removed');

/** Disputes end won, lost or as a warning that came to nothing (Stripe, "The Dispute object", status). */
const isDisputed = ({ fields }: OrgRow): boolean =>
  typeof fields['Dispute_Status__c'] === 'string' && !/won|lost|closed|prevented/i.test(fields['Dispute_Status__c']);

/**
 * Objects of which rows fall out of the org by age, and for how long they are kept unless told otherwise. Objects that are
 * not here are kept for good: they are few, or say what is now.
 */
export const RETENTION_RULES: Readonly<Record<string, Rule>> = {
  Billing_Event__c: {
    keep: { count: TIMELINE_DAYS, unit: 'days' },
    what: 'entries of the timeline',
    over: () => true,
    // The day on which the timeline ends telling of it, so that it is deleted at once and never Removed.
    dates: ['Occurred_On__c'],
  },
  Usage__c: {
    keep: months(25),
    what: 'usage of past periods',
    over: (row) => has(row, 'Past'),
    dates: ['Period_End__c'],
  },
  Billing_Invoice_Item__c: {
    keep: months(25),
    what: 'lines of invoices that are paid or void',
    over: (row, rowOf) => isSettled(rowOf(row.partOf ?? '')),
  },
  Billing_Payment__c: {
    keep: months(25),
    what: 'payments of invoices that are paid or void',
    over(row, rowOf) {
      const invoice = row.parents['Billing_Invoice__r'];
      return isOver(row) && !isDisputed(row) && (invoice === undefined || isSettled(rowOf(invoice.key)));
    },
  },
  Dunning_Case__c: {
    keep: months(25),
    what: 'dunning cases that are closed',
    over: (row) => has(row, 'Closed'),
  },
  Billing_MRR_Month__c: {
    keep: months(36),
    what: 'months of MRR',
    over: (row) => has(row, 'Past'),
    dates: ['Month__c'],
  },
  Billing_Charge__c: {
    keep: months(13),
    what: 'charges that have ended',
    over: (row) => has(row, 'Ended'),
    dates: ['End_Date__c'],
  },
};

const DAY = /^(\d{4}-\d{2}-\d{2})(T|$)/;

/** The latest day that a row names: with a refund of today an old payment matters again. */
function latestDay(
  row: OrgRow,
  invoice: OrgRow | undefined,
  names: readonly string[] | undefined,
): CalendarDate | null {
  const fields = names?.map((name) => row.fields[name]) ?? [
    ...Object.values(row.fields),
    invoice?.fields['Invoice_Date__c'],
  ];
  return fields.reduce<CalendarDate | null>((last, value) => {
    const day = typeof value === 'string' ? DAY.exec(value)?.[1] : undefined;
    return day !== undefined && (last === null || day > last) ? (day as CalendarDate) : last;
  }, null);
}

const after = (day: CalendarDate, { count, unit }: KeepFor): CalendarDate =>
  unit === 'days' ? addDays(day, count) : addMonths(day, count);

/** A row whose parent falls out points to nothing: the org empties the lookup when the parent is deleted. */
function withoutParents(row: OrgRow, gone: ReadonlySet<string>): OrgRow {
  const lost = Object.entries(row.parents).filter(([, { object, key }]) => gone.has(`${object} ${key}`));
  if (lost.length === 0) return row;
  const names = new Set(lost.map(([name]) => name));
  return {
    ...row,
    parents: Object.fromEntries(Object.entries(row.parents).filter(([name]) => !names.has(name))),
    fields: { ...row.fields, ...Object.fromEntries([...names].map((name) => [name.replace(/__r$/, '__c'), null])) },
  };
}

/** Rows of which billing has nothing any more are kept for so long, unless told otherwise. */
const REMOVED_DAYS = 90;

/** @returns days for which rows are kept in the org after billing has nothing of them any more; null for good */
export function removedDaysOf(settings: Readonly<{ Removed?: KeepFor | null }>): number | null {
  return settings.Removed === undefined ? REMOVED_DAYS : (settings.Removed?.count ?? null);
}

/**
 * @param settings how long rows of an object are kept, where that is not the default; null to keep them for good
 * @returns what tells which rows of one Account the org is to hold on a day
 */
export function createRowRetention(settings: Readonly<Record<string, KeepFor | null>> = {}): RowRetention {
  return (rows, asOf): Retained => {
    const byKey = new Map(rows.map((row) => [row.key, row]));
    const over: Retained['over'] = [];
    const kept: OrgRow[] = [];
    let nextOn: CalendarDate | null = null;
    for (const row of rows) {
      const rule = RETENTION_RULES[row.object];
      const keep = settings[row.object] === undefined ? rule?.keep : settings[row.object];
      const day =
        rule !== undefined && rule.over(row, (key) => byKey.get(key))
          ? latestDay(row, byKey.get(row.partOf ?? ''), rule.dates)
          : null;
      const outOn = keep && day !== null ? after(day, keep) : null;
      if (outOn !== null && outOn <= asOf) over.push({ row, reason: `kept for ${keep!.count} ${keep!.unit}` });
      else {
        kept.push(row);
        nextOn = earliest([nextOn, outOn]);
      }
    }
    const gone = new Set(over.map(({ row }) => `${row.object} ${row.key}`));
    return { rows: gone.size === 0 ? kept : kept.map((row) => withoutParents(row, gone)), over, nextOn };
  };
}
