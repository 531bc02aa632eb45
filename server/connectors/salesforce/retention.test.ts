import { expect, test } from 'vitest';
import { VARIABLES } from '../../platform/config/variables.ts';
import { calendarDate } from '../../domain/time/calendarDate.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { createRowRetention, removedDaysOf, RETENTION_RULES } from './retention.ts';

const day = calendarDate('2026-11-21');
const row = (object: string, fields: OrgRow['fields'], more: Partial<OrgRow> = {}): OrgRow => ({
  object,
  key: `stripe:${object}:1`,
  fields,
  parents: {},
  ...more,
});
const invoice = (status: string, balance: number, on: string): OrgRow =>
  row(
    'Billing_Invoice__c',
    { Status__c: status, Balance__c: balance, Invoice_Date__c: on },
    { key: 'stripe:invoice:in_1' },
  );
const line = row(
  'Billing_Invoice_Item__c',
  { Status__c: 'Current', Period_End__c: '2024-10-01' },
  { partOf: 'stripe:invoice:in_1' },
);
const pays = { Billing_Invoice__r: { object: 'Billing_Invoice__c', key: 'stripe:invoice:in_1' } };
const payment = (status: string, at: string, more: OrgRow['fields'] = {}): OrgRow =>
  row('Billing_Payment__c', { Status__c: status, Paid_At__c: `${at}T10:00:00Z`, ...more }, { parents: pays });

const overOf = (rows: readonly OrgRow[], settings = {}) =>
  createRowRetention(settings)(rows, day).over.map(({ row: { object } }) => object);

test.each<[string, OrgRow[], string[]]>([
  ['usage of 25 months ago', [row('Usage__c', { Status__c: 'Past', Period_End__c: '2024-10-21' })], ['Usage__c']],
  ['usage of a day less', [row('Usage__c', { Status__c: 'Past', Period_End__c: '2024-10-22' })], []],
  [
    'a dunning case that was closed 25 months ago',
    [row('Dunning_Case__c', { Status__c: 'Closed', Last_Failure__c: '2024-10-21T09:00:00Z' })],
    ['Dunning_Case__c'],
  ],
  [
    'a dunning case that is open, however old',
    [row('Dunning_Case__c', { Status__c: 'Open', Last_Failure__c: '2014-10-21T09:00:00Z' })],
    [],
  ],
  ['usage of a period that is not over', [row('Usage__c', { Status__c: 'Current', Period_End__c: '2024-01-01' })], []],
  [
    'a charge that ended 13 months ago',
    [row('Billing_Charge__c', { Status__c: 'Ended', End_Date__c: '2025-10-21' })],
    ['Billing_Charge__c'],
  ],
  ['a charge that ends one day', [row('Billing_Charge__c', { Status__c: 'Current', End_Date__c: '2025-10-21' })], []],
  [
    'a month of 36 months ago',
    [row('Billing_MRR_Month__c', { Status__c: 'Past', Month__c: '2023-11-01' })],
    ['Billing_MRR_Month__c'],
  ],
  ['the month that it is', [row('Billing_MRR_Month__c', { Status__c: 'Current', Month__c: '2023-11-01' })], []],
  [
    'an entry of the timeline of 90 days ago',
    [row('Billing_Event__c', { Occurred_On__c: '2026-08-23', Occurred_At__c: '2026-08-24T01:00:00Z' })],
    ['Billing_Event__c'],
  ],
  ['a line of an old invoice that is paid', [invoice('Paid', 0, '2024-09-01'), line], ['Billing_Invoice_Item__c']],
  ['a line of an old invoice that is open', [invoice('Open', 10, '2024-09-01'), line], []],
  ['a line of an invoice that was given up', [invoice('Uncollectible', 10, '2024-09-01'), line], []],
  ['a line of a late invoice for an old period', [invoice('Paid', 0, '2025-09-01'), line], []],
  ['a line without its invoice', [line], []],
  [
    'an old payment of a paid invoice',
    [invoice('Paid', 0, '2024-09-01'), payment('Succeeded', '2024-09-02')],
    ['Billing_Payment__c'],
  ],
  [
    'a failed attempt at an invoice that is open',
    [invoice('Open', 5, '2024-09-01'), payment('Failed', '2024-09-02')],
    [],
  ],
  ['an old payment that is under way', [invoice('Paid', 0, '2024-09-01'), payment('Pending', '2024-09-02')], []],
  [
    'an old payment whose state nobody knows',
    [invoice('Paid', 0, '2024-09-01'), payment('UnderReview', '2024-09-02')],
    [],
  ],
  [
    'an old payment with a refund of this year',
    [invoice('Paid', 0, '2024-09-01'), payment('Refunded', '2024-09-02', { Refunded_At__c: '2026-03-01T00:00:00Z' })],
    [],
  ],
  [
    'an old payment with a dispute that is not over',
    [invoice('Paid', 0, '2024-09-01'), payment('Succeeded', '2024-09-02', { Dispute_Status__c: 'under_review' })],
    [],
  ],
  [
    'an old payment with a dispute that was won',
    [invoice('Paid', 0, '2024-09-01'), payment('Succeeded', '2024-09-02', { Dispute_Status__c: 'won' })],
    ['Billing_Payment__c'],
  ],
  ['an invoice, however old', [invoice('Paid', 0, '2010-01-01')], []],
  ['a row without any date', [row('Billing_Event__c', { Name: 'x' })], []],
])('%s falls out as it should', (_what, rows, over) => {
  expect(overOf(rows)).toEqual(over);
});

test('how long rows are kept can be told, and that they are kept for good', () => {
  const rows = [row('Usage__c', { Status__c: 'Past', Period_End__c: '2026-11-10' })];
  expect(overOf(rows, { Usage__c: { count: 10, unit: 'days' } })).toEqual(['Usage__c']);
  expect(overOf(rows, { Usage__c: { count: 12, unit: 'days' } })).toEqual([]);
  expect(overOf([row('Usage__c', { Status__c: 'Past', Period_End__c: '2001-01-01' })], { Usage__c: null })).toEqual([]);
});

test('the day on which the next row falls out is told', () => {
  const usage = (end: string) => row('Usage__c', { Status__c: 'Past', Period_End__c: end }, { key: end });
  const retained = createRowRetention()([usage('2024-12-31'), usage('2025-06-01'), usage('2020-01-01')], day);
  expect(retained.rows.map(({ key }) => key)).toEqual(['2024-12-31', '2025-06-01']);
  expect(retained.nextOn).toBe('2027-01-31');
  expect(createRowRetention()([invoice('Paid', 0, '2010-01-01')], day).nextOn).toBe(null);
});

test('a row that stays points no more to one that falls out', () => {
  const charge = row('Billing_Charge__c', { Status__c: 'Ended', End_Date__c: '2020-01-01' });
  const usage = row(
    'Usage__c',
    { Status__c: 'Current' },
    { parents: { Billing_Charge__r: { object: charge.object, key: charge.key } } },
  );
  expect(createRowRetention()([charge, usage], day).rows).toEqual([
    { ...usage, parents: {}, fields: { Status__c: 'Current', Billing_Charge__c: null } },
  ]);
});

test('the variable knows every object that rows fall out of', () => {
  const { schema } = VARIABLES.ORG_RETENTION;
  for (const object of [...Object.keys(RETENTION_RULES), 'Removed'])
    expect(schema.parse(`${object}=7d`)).toEqual({ [object]: { count: 7, unit: 'days' } });
  expect(removedDaysOf({})).toBe(90);
  expect(removedDaysOf(schema.parse('Removed=7d'))).toBe(7);
  expect(removedDaysOf(schema.parse('Removed=never'))).toBe(null);
});

test.each([
  ['Invoices=7d', 'Nothing of Invoices falls out'],
  ['Usage__c', 'is not understood'],
  ['Usage__c=7', 'is not understood'],
  ['Usage__c=0d', 'for a day at least'],
  ['Usage__c=7d,Usage__c=8d', 'is there twice'],
  ['Removed=3m', 'is told in days'],
])('ORG_RETENTION=%s is refused: %s', (value, problem) => {
  expect(VARIABLES.ORG_RETENTION.schema.safeParse(value).error?.issues[0]?.message).toContain(problem);
});
