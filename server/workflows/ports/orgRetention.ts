import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { OrgRow } from './orgRows.ts';
import type { RowName } from './org.ts';

/** How long something is kept, from its latest day on. */
export type KeepFor = { count: number; unit: 'days' | 'months' };

/** The rows of one Account, parted by whether the org is to hold them. */
export type Retained = {
  rows: OrgRow[];
  /** Rows that have fallen out, and why. */
  over: { row: OrgRow; reason: string }[];
  /** First day on which another row falls out; null when none will. */
  nextOn: CalendarDate | null;
};

/** Tells which rows of one Account the org is to hold on a day. */
export type RowRetention = (rows: readonly OrgRow[], asOf: CalendarDate) => Retained;

/** A row that is to be deleted in the org, and why. */
export type DroppedRow = RowName & { reason: string };

/** What became of rows that were to be deleted: `absent` where the org has none of that key. */
export type RemovalResult =
  { key: string; outcome: 'removed' | 'absent' } | { key: string; outcome: 'refused'; code: string; message: string };

/** Deletes rows of ours in Salesforce, never records of people. Throws Faults. */
export interface OrgRowRemover {
  /** @param keys at most 200, of one object. @returns one result a key, in any order */
  remove(object: string, keys: readonly string[]): Promise<RemovalResult[]>;
}
