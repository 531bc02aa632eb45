import { expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { toMajor } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { chargeViews } from './charges.ts';
import { mrrOf } from './mrr.ts';

const TODAY = calendarDate('2026-11-21');

function viewsOf(charges: Charge[], status: 'Active' | 'Suspended' = 'Active') {
  const subscription = sample.subscription({ charges, status });
  return chargeViews(subscription, mrrOf(subscription, TODAY), TODAY).map(({ id, status: state, mrr, why }) => [
    id,
    state,
    toMajor(mrr),
    why.join(' / '),
  ]);
}

test('segments that are over or have not begun are told, and add nothing', () => {
  const segment = (number: number, more: Partial<Charge>) => sample.charge({ segment: number, ...more });
  expect(
    viewsOf([
      segment(1, { endsOn: calendarDate('2026-10-01') }),
      segment(2, { startsOn: calendarDate('2026-10-01'), endsOn: calendarDate('2027-01-01') }),
      segment(3, { startsOn: calendarDate('2027-01-01'), price: '1500' }),
    ]),
  ).toEqual([
    ['C-1:1', 'Ended', '0.00', 'Ended; 1 Oct 2026 was the first day without it.'],
    ['C-1:2', 'Current', '1000.00', 'USD 1,000.00 a month = USD 1,000.00 / USD 1,000.00 a month'],
    ['C-1:3', 'Future', '0.00', 'Begins on 1 Jan 2027.'],
  ]);
});

test('segments without a number are told apart by their first day', () => {
  const later = calendarDate('2027-01-01');
  const ids = viewsOf([sample.charge({ endsOn: later }), sample.charge({ startsOn: later })]).map(([id]) => id);
  expect(ids).toEqual(['C-1', 'C-1:2027-01-01']);
});

test('a discount is in the charges that it reduces, and says which they are', () => {
  const reduction = { percentOff: '10', amountOff: null, level: 'subscription', recurring: true } as const;
  expect(
    viewsOf([sample.charge(), sample.charge({ number: 'C-2', name: 'Loyal', model: 'discount', reduction })]),
  ).toEqual([
    [
      'C-1',
      'Current',
      '900.00',
      'USD 1,000.00 a month = USD 1,000.00 / less 10 % (Loyal) = USD 900.00 / USD 900.00 a month',
    ],
    ['C-2', 'Current', '0.00', 'Reduces the charges of its subscription; it is in their MRR.'],
  ]);
});

test('charges of a subscription that rests say so', () => {
  expect(viewsOf([sample.charge()], 'Suspended')).toEqual([
    ['C-1', 'Current', '0.00', 'Suspended: does not count while it rests.'],
  ]);
});
