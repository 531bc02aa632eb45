import type { Link, Row } from 'c/billingRows';
import { linkOf, numberOf, sourceOf, textOf } from 'c/billingRows';
import { fill, formatChange, formatDate, formatDayOf, join } from 'c/textUtils';
import * as labels from './labels';

export type EventRow = {
  readonly key: string;
  readonly when: string;
  readonly sentence: string;
  readonly about: string;
  readonly link: Link;
  /** By how much MRR moved. */
  readonly change: string;
  readonly dotClass: string;
};

const BAD = ['Payment Failed', 'Refund Failed', 'Dispute'];
const GOOD = ['Payment Received', 'Upgrade', 'Renewed', 'Trial Converted', 'Cancellation Taken Back'];

export function eventRows(rows: readonly Row[], timeZone: string): EventRow[] {
  return rows.map((row) => {
    const kind = textOf(row, 'Kind__c');
    const at = textOf(row, 'Occurred_At__c');
    const moved = numberOf(row, 'MRR_Change__c');
    const order = textOf(row, 'Order_Number__c');
    return {
      key: row.Id,
      // The day as the business counts it, which need not be that of the person.
      when: formatDate(textOf(row, 'Occurred_On__c')) || formatDayOf(at, timeZone),
      sentence: textOf(row, 'Sentence__c') ?? kind ?? '',
      about: join([kind, order && fill(labels.order, order), sourceOf(row)]),
      link: linkOf(row, textOf(row, 'Subject__c') ?? ''),
      change: moved ? fill(labels.mrrChange, formatChange(moved, textOf(row, 'Currency_Code__c'))) : '',
      dotClass: `dot ${BAD.includes(kind ?? '') ? 'dot_bad' : GOOD.includes(kind ?? '') ? 'dot_good' : ''}`.trim(),
    };
  });
}
