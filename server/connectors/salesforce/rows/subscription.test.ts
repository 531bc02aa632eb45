import { expect, test } from 'vitest';
import { charge, subscription } from '../../../../test/support/billingObjects.ts';
import type { SubscriptionView } from '../../../domain/account/view.ts';
import { money } from '../../../domain/money/money.ts';
import type { Charge } from '../../../domain/subscription/charge.ts';
import { chargeRow } from './subscription.ts';

const view = { subscription: subscription() } as SubscriptionView;
const rowOf = (more: Partial<Charge>) => {
  const own = charge({ price: '0.5', priceInterval: { unit: 'month', count: 1 }, ...more });
  return chargeRow({ charge: own, id: 'C-1:1', status: 'Current', mrr: money(0, 'USD'), why: [] }, view, new Set());
};

test.each<[string, Partial<Charge>, string | null]>([
  ['what recurs', {}, 'a month'],
  ['all that is used in it', { kind: 'usage', model: 'flat' }, 'a month'],
  ['no unit that is used', { kind: 'usage', model: 'perUnit' }, null],
  ['no unit beyond what is included', { kind: 'usage', model: 'overage' }, null],
  ['nothing that is billed once', { kind: 'oneTime' }, null],
])('the price of a month is that of %s', (_, more, period) => {
  expect(rowOf(more).fields).toMatchObject({ Price__c: 0.5, Price_Period__c: period });
});
