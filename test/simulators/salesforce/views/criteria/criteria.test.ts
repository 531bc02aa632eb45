import { describe, expect, it } from 'vitest';
import type { FieldType, FieldValue } from '../../org/types.ts';
import { evaluate } from '../../soql/conditions.ts';
import { periodGroup } from '../reports/granularity.ts';
import { intervalDays } from '../reports/intervals.ts';
import { criterion } from './criterion.ts';
import { filterLogic } from './logic.ts';
import { daysOf } from './relativeDates.ts';

const NOW = new Date('2026-11-21T09:30:00Z');
const holds = (type: FieldType, operator: string, text: string, value: FieldValue, name: string | null = null) =>
  criterion({ type }, operator, text)(value, name, NOW);

describe('a condition', () => {
  it.each<[FieldType, string, string, FieldValue, boolean]>([
    ['string', 'equals', 'Acme,Beta', 'beta', true],
    ['string', 'equals', '"Acme, Inc",Beta', 'Acme, Inc', true],
    ['string', 'equals', '', null, true],
    ['string', 'notEqual', 'Acme', null, true],
    ['string', 'notEqual', 'Acme,Beta', 'Beta', false],
    ['string', 'contains', 'cm,xx', 'Acme', true],
    ['string', 'notContain', 'cm', 'Acme', false],
    ['string', 'startsWith', 'ac', 'Acme', true],
    ['picklist', 'lessThan', 'b', 'Acme', true],
    ['multipicklist', 'includes', 'a,b', 'b;c', true],
    ['multipicklist', 'excludes', 'a', 'b;c', true],
    ['double', 'greaterThan', '1000', 1000, false],
    ['double', 'greaterOrEqual', '1000', 1000, true],
    ['double', 'lessThan', '5', null, false],
    ['double', 'equals', '', null, true],
    ['double', 'notEqual', '5', null, true],
    ['boolean', 'equals', '1', true, true],
    ['boolean', 'notEqual', 'True', true, false],
    ['date', 'equals', 'THIS MONTH', '2026-11-30', true],
    ['date', 'lessThan', 'TODAY', '2026-11-21', false],
    ['date', 'lessOrEqual', 'TODAY', '2026-11-21', true],
    ['date', 'greaterThan', '11/20/2026', '2026-11-21', true],
    ['date', 'greaterOrEqual', 'LAST 30 DAYS', '2026-10-22', true],
    ['date', 'equals', '', null, true],
    ['datetime', 'equals', '2026-11-20', '2026-11-20T23:59:59.000+0000', true],
  ])('of a %s that %s %s holds for %s: %s', (type, operator, text, value, expected) => {
    expect(holds(type, operator, text, value)).toBe(expected);
  });

  it('of a reference takes the name or the id of its record', () => {
    expect(holds('reference', 'equals', 'acme', '0015g0000000001AAA', 'Acme')).toBe(true);
    expect(holds('reference', 'equals', '0015g0000000001', '0015g0000000001AAA', 'Acme')).toBe(true);
    expect(holds('reference', 'contains', 'cm', '0015g0000000001AAA', 'Acme')).toBe(true);
    expect(holds('reference', 'equals', 'Beta', '0015g0000000001AAA', 'Acme')).toBe(false);
  });

  it.each<[FieldType, string, string]>([
    ['double', 'contains', '1'],
    ['string', 'includes', 'a'],
    ['boolean', 'lessThan', '1'],
    ['boolean', 'equals', 'perhaps'],
    ['double', 'equals', 'ten'],
    ['date', 'equals', '2026-02-30'],
    ['date', 'equals', 'THIS_FISCAL_YEAR'],
    ['double', 'lessThan', '1,2'],
    ['string', 'within', 'x'],
  ])('of a %s that %s %s is refused', (type, operator, text) => {
    expect(() => criterion({ type }, operator, text)).toThrow();
  });
});

describe('relative dates', () => {
  it.each([
    ['YESTERDAY', '2026-11-20', '2026-11-21'],
    ['LAST WEEK', '2026-11-08', '2026-11-15'],
    ['NEXT_MONTH', '2026-12-01', '2027-01-01'],
    ['LAST 90 DAYS', '2026-08-23', '2026-11-22'],
    ['NEXT 2 MONTHS', '2026-12-01', '2027-02-01'],
    ['LAST_N_DAYS:7', '2026-11-14', '2026-11-22'],
    ['5 DAYS AGO', '2026-11-16', '2026-11-17'],
    ['2/28/2027', '2027-02-28', '2027-03-01'],
  ])('%s begins %s and ends before %s', (text, from, to) => {
    expect(daysOf(text, NOW)).toEqual({ from, to });
  });

  it.each([
    ['INTERVAL_LAST30', '2026-10-22', '2026-11-21'],
    ['INTERVAL_NEXT7', '2026-11-21', '2026-11-28'],
    ['INTERVAL_CURRENTQ', '2026-10-01', '2026-12-31'],
    ['INTERVAL_CURNEXTQ', '2026-10-01', '2027-03-31'],
    ['INTERVAL_PREVY', '2025-01-01', '2025-12-31'],
  ])('the range %s is from %s to %s', (name, start, end) => {
    expect(intervalDays(name, NOW)).toEqual({ start, end });
  });
});

describe('groups of dates', () => {
  it.each([
    ['Day', '2026-11-21', '11/21/2026'],
    ['Week', '2026-11-15', '11/15/2026 - 11/21/2026'],
    ['Month', '2026-11-01', 'November 2026'],
    ['Quarter', '2026-10-01', 'Q4 CY2026'],
    ['Year', '2026-01-01', 'CY2026'],
    ['MonthInYear', '11', 'November'],
    ['DayInMonth', '21', '21'],
  ] as const)('by %s have the value %s and the label %s', (granularity, value, label) => {
    expect(periodGroup(granularity, '2026-11-21T09:30:00.000+0000')).toEqual({ value, label });
  });
});

describe('filter logic', () => {
  const result = (text: string | undefined, ...values: boolean[]): boolean =>
    evaluate(filterLogic(text, values.length), (at) => values[at]!);
  it('follows its parentheses, and takes all conditions together without any', () => {
    expect(result(undefined, true, false)).toBe(false);
    expect(result(undefined)).toBe(true);
    expect(result('1 OR 2', true, false)).toBe(true);
    expect(result('1 and (2 or not 3)', true, false, false)).toBe(true);
    expect(result('(1 AND 2) OR 3', false, true, true)).toBe(true);
  });
  it.each(['1 AND', '1 AND 2 OR 3', '1 AND 4 AND 2 AND 3', '1 AND 2', '(1 AND 2 AND 3', '1 AND 2 AND 3)', 'one'])(
    '%s is refused for three conditions',
    (text) => {
      expect(() => filterLogic(text, 3)).toThrow();
    },
  );
});
