import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charge, subscription } from '../../../test/support/billingObjects.ts';
import { toMajor } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import { addDays, calendarDate } from '../time/calendarDate.ts';
import { tcvOf } from './tcv.ts';

const day = calendarDate;
/** Of the year 2026, at 1,000 a month unless a charge says otherwise. */
const year = { startsOn: day('2026-01-01'), termStartsOn: day('2026-01-01'), termEndsOn: day('2027-01-01') };

function tcv(charges: Charge[], more: Parameters<typeof subscription>[0] = {}): string {
  return toMajor(tcvOf(subscription({ ...year, charges, ...more }))!);
}

describe('total contract value', () => {
  test('there is none without a term', () => {
    expect(tcvOf(subscription({ termType: 'Evergreen', termStartsOn: null, termEndsOn: null }))).toBeNull();
  });

  test('recurring charges by their months, one-time charges in full', () => {
    const setUp = charge({ kind: 'oneTime', number: 'C-2', price: '500', startsOn: day('2026-01-01') });
    expect(tcv([charge({ price: '100' }), setUp])).toBe('1700.00');
  });

  test('is from the start of the subscription to the end of its current term, also when it was renewed', () => {
    expect(tcv([charge({ price: '100' })], { startsOn: day('2025-01-01') })).toBe('2400.00');
  });

  test('ends with a cancellation that is booked', () => {
    expect(tcv([charge({ price: '100' })], { cancelOn: day('2026-04-01') })).toBe('300.00');
  });

  test('segments of a ramp add up', () => {
    const first = charge({ price: '100', endsOn: day('2026-07-01') });
    const second = charge({ price: '200', startsOn: day('2026-07-01') });
    expect(tcv([first, second])).toBe('1800.00');
  });

  test('months of a charge are counted from its own first day, whatever changes beside it', () => {
    const own = { startsOn: day('2026-01-27'), endsOn: day('2026-12-01'), price: '310' };
    const beside = charge({ number: 'C-2', price: '0', startsOn: day('2026-06-03') });
    // Ten months and 4 of the 30 days from 27 November to 27 December.
    expect(tcv([charge(own)])).toBe('3141.33');
    expect(tcv([charge(own), beside])).toBe('3141.33');
  });

  test('a segment split in two of the same price at a day on which a month of it is full is worth what it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 26 }), fc.integer({ min: 1, max: 10 }), (offset, months) => {
        const startsOn = addDays(day('2026-01-01'), offset);
        const on = day(`2026-${String(months + 1).padStart(2, '0')}-${startsOn.slice(8)}`);
        const whole = tcv([charge({ startsOn })]);
        expect(tcv([charge({ startsOn, endsOn: on }), charge({ startsOn: on })])).toBe(whole);
      }),
    );
  });
});
