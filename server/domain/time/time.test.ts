import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, addMonths, calendarDate, daysBetween, dayInWords, monthsBetween } from './calendarDate.ts';
import { dayOf, instantIn } from './instant.ts';

const day = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays(calendarDate('2000-01-01'), days));

test.each([
  ['2026-01-31', 1, '2026-02-28'],
  ['2024-01-31', 1, '2024-02-29'],
  ['2026-03-31', -1, '2026-02-28'],
  ['2026-11-21', 14, '2028-01-21'],
  ['2028-02-29', 12, '2029-02-28'],
  ['2028-02-29', -48, '2024-02-29'],
  ['2026-08-31', 6, '2027-02-28'],
])('%s and %i months', (from, months, to) => {
  expect(addMonths(calendarDate(from), months)).toBe(to);
});

test('days that the calendar lacks are refused', () => {
  for (const text of ['2026-02-29', '2026-13-01', '26-01-01', '', '2026-1-1'])
    expect(() => calendarDate(text)).toThrow('date_invalid');
});

test.each([
  ['2026-01-01', '2027-01-01', '12'],
  ['2026-01-01', '2026-02-15', '3/2'],
  ['2026-01-15', '2026-03-01', '3/2'],
  ['2026-01-31', '2026-04-30', '3'],
  ['2024-02-29', '2026-02-28', '24'],
  ['2026-12-15', '2027-01-01', '17/31'],
  ['2026-05-05', '2026-05-05', '0'],
  ['2026-05-05', '2026-05-04', '0'],
  // Zuora docs, "Order metrics": 14/31 of a month and four months.
  ['2019-08-18', '2020-01-01', '138/31'],
  // Zuora community, "TCV calculation": 11 + 5/31, and from the end of a month 11 + 1/28.
  ['2017-02-27', '2018-02-01', '346/31'],
  ['2017-02-28', '2018-02-01', '309/28'],
])('from %s to %s are %s months', (from, to, months) => {
  expect(monthsBetween(calendarDate(from), calendarDate(to)).toFraction()).toBe(months);
});

test('parts of a split period sum to the whole, and none is below zero', () => {
  fc.assert(
    fc.property(day, day, day, (a, b, c) => {
      const [from, middle, to] = [a, b, c].toSorted() as [typeof a, typeof b, typeof c];
      const parts = [monthsBetween(from, middle), monthsBetween(middle, to, from)] as const;
      expect(parts[0].add(parts[1]).equals(monthsBetween(from, to))).toBe(true);
      expect(parts.every((part) => part.gte(0))).toBe(true);
    }),
  );
});

test('days are counted and named', () => {
  expect(daysBetween(calendarDate('2026-11-21'), calendarDate('2027-01-01'))).toBe(41);
  expect(dayInWords(calendarDate('2026-11-03'))).toBe('3 Nov 2026');
});

test('a day that is an hour shorter or longer is one day', () => {
  const zone = 'America/Los_Angeles';
  for (const date of ['2026-03-08', '2026-11-01', '2028-02-29']) {
    const midnight = instantIn(zone, date);
    const nextMidnight = instantIn(zone, addDays(calendarDate(date), 1));
    expect(dayOf(midnight, zone)).toBe(date);
    expect(dayOf(new Date(Date.parse(nextMidnight) - 1), zone)).toBe(date);
    expect(dayOf(nextMidnight, zone)).toBe(addDays(calendarDate(date), 1));
  }
});

test('a moment falls on another day in another zone', () => {
  const moment = new Date('2026-11-21T05:00:00Z');
  expect(dayOf(moment, 'America/Los_Angeles')).toBe('2026-11-20');
  expect(dayOf(moment, 'UTC')).toBe('2026-11-21');
});

test.each([
  ['America/Los_Angeles', '2026-11-21 12:00:00', '2026-11-21T20:00:00.000Z'],
  ['America/Los_Angeles', '2026-07-01 12:00:00', '2026-07-01T19:00:00.000Z'],
  ['Asia/Tokyo', '2026-11-21', '2026-11-20T15:00:00.000Z'],
  ['Asia/Tokyo', '2026-11-21T10:00:00+01:00', '2026-11-21T09:00:00.000Z'],
  // After the night in which clocks go back.
  ['America/Los_Angeles', '2026-11-01 12:00:00', '2026-11-01T20:00:00.000Z'],
  // In the hour that clocks skip, and on both sides of it.
  ['America/Los_Angeles', '2026-03-08 01:59:59', '2026-03-08T09:59:59.000Z'],
  ['America/Los_Angeles', '2026-03-08 02:30:00', '2026-03-08T09:30:00.000Z'],
  ['America/Los_Angeles', '2026-03-08 03:00:00', '2026-03-08T10:00:00.000Z'],
])('in %s, %s', (zone, text, moment) => {
  expect(instantIn(zone, text)).toBe(moment);
});
