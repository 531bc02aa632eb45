import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { addDays, calendarDate } from '../time/calendarDate.ts';
import { forecastChangesOn, limitReachedOn, trendOf } from './forecast.ts';

/** November: 30 days; the limit is 100. */
const usage = (quantity: string, limit: string | null = '100') => sample.usage({ quantity, limit });
const before = (quantity: string) =>
  sample.usage({
    key: 'zuora:usage:C-2:2026-10-01',
    quantity,
    periodStartsOn: calendarDate('2026-10-01'),
    periodEndsOn: calendarDate('2026-11-01'),
  });
const november = (day: number) => calendarDate(`2026-11-${String(day).padStart(2, '0')}`);

describe('the limit', () => {
  test.each<[string, string, string | null, number, string | null]>([
    ['at 5 a day is reached on the 20th', '50', '100', 10, '2026-11-20'],
    ['at 4 a day is reached on the 25th', '40', '100', 10, '2026-11-25'],
    ['at 6 a day is reached within the 17th', '60', '100', 10, '2026-11-17'],
    ['reached on the last day counts', '10', '100', 3, '2026-11-30'],
    ['at 3.3 a day is reached after the period', '33', '100', 10, null],
    ['that is not used is never reached', '0', '100', 10, null],
    ['that is reached already has no forecast', '100', '100', 10, null],
    ['that is not there is never reached', '50', null, 10, null],
    ['of 0 is reached from the start', '5', '0', 10, null],
  ])('%s', (_, quantity, limit, day, on) => {
    expect(limitReachedOn(usage(quantity, limit), november(day))).toBe(on);
  });

  test('of a period that is over, or has not begun, has no forecast', () => {
    expect(limitReachedOn(usage('50'), calendarDate('2026-12-01'))).toBeNull();
    expect(limitReachedOn(usage('50'), calendarDate('2026-10-31'))).toBeNull();
  });

  test('is reached on a later day of the period, and no later when more is used', () => {
    const quantity = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(quantity, quantity, fc.integer({ min: 1, max: 30 }), (one, other, day) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((used) =>
          limitReachedOn(usage(String(used)), november(day)),
        ) as [string | null, string | null];
        if (less !== null) {
          expect(more).not.toBeNull();
          expect(more! <= less).toBe(true);
        }
        for (const on of [less, more]) if (on !== null) expect(on > november(day) && on < '2026-12-01').toBe(true);
      }),
    );
  });
});

describe('the trend', () => {
  test.each<[string, string, string, number, string | null]>([
    ['rises at a pace a quarter above the one before', '40', '31', 10, 'Rising'],
    ['falls at a pace a quarter below', '7.5', '31', 10, 'Falling'],
    ['is steady between', '10', '31', 10, 'Steady'],
    ['is not told in the first quarter of a period', '40', '31', 7, null],
    ['is told from then on', '40', '31', 8, 'Rising'],
    ['is not told against a period without use', '40', '0', 10, null],
    ['of what is not used any more is falling', '0', '31', 10, 'Falling'],
  ])('%s', (_, quantity, last, day, trend) => {
    expect(trendOf(usage(quantity), before(last), november(day))).toBe(trend);
  });

  test('is not told without a period before, nor of one that is over', () => {
    expect(trendOf(usage('40'), null, november(10))).toBeNull();
    expect(trendOf(usage('40'), before('31'), calendarDate('2026-12-01'))).toBeNull();
  });
});

test('trend and forecast stay as they are until the day on which they are looked at again', () => {
  const quantity = fc.integer({ min: 0, max: 120 }).map(String);
  fc.assert(
    fc.property(quantity, fc.option(quantity, { nil: null }), fc.integer({ min: 1, max: 30 }), (used, last, day) => {
      const now = november(day);
      const period = usage(used);
      const past = last === null ? null : before(last);
      const told = (on: typeof now) => [limitReachedOn(period, on), trendOf(period, past, on)];
      const until = forecastChangesOn(period, past, now) ?? period.periodEndsOn;
      for (let on = now; on < until && on < period.periodEndsOn; on = addDays(on, 1))
        expect(told(on)).toEqual(told(now));
    }),
  );
});
