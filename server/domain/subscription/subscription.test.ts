import { expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { calendarDate } from '../time/calendarDate.ts';
import { isWon } from './deal.ts';
import { isEarning, isLive, nextRenewalOn, statusOn, SUBSCRIPTION_STATUSES } from './subscription.ts';

const TODAY = calendarDate('2026-11-21');

test('a status that nobody here knows stands on every day, whatever dates stand beside it', () => {
  const unclear = sample.subscription({ status: 'Hibernating', autoRenew: false });
  for (const more of [
    {},
    { cancelOn: calendarDate('2026-11-01') },
    { startsOn: calendarDate('2027-01-01') },
    { termEndsOn: calendarDate('2026-11-01') },
  ])
    expect(statusOn({ ...unclear, ...more }, TODAY)).toBe('Hibernating');
});

test('a subscription of such a status is neither live nor earning, does not renew and is no deal that was won', () => {
  expect(isLive('Hibernating')).toBe(false);
  expect(isEarning('Hibernating')).toBe(false);
  expect(nextRenewalOn(sample.subscription({ status: 'Hibernating' }), TODAY)).toBeNull();
  expect([...SUBSCRIPTION_STATUSES, 'Hibernating'].filter(isWon)).toEqual([
    'Pending',
    'Trialing',
    'Active',
    'Past Due',
    'Unpaid',
    'Paused',
    'Suspended',
  ]);
});
