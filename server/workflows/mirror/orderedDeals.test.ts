import { expect, test } from 'vitest';
import { deal, held, line, orderedOf, orderFacts, orderRules } from '../../../test/support/orderFacts.ts';
import type { SubscriptionView } from '../../domain/account/view.ts';
import type { Order, OrderedAction } from '../../domain/order/order.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import type { DealOrder } from '../ports/orders.ts';
import { orderedKeys } from './orderedDeals.ts';

const own = held().subscription;
const view = (...some: Partial<Subscription>[]) => ({
  subscriptions: some.map((more) => ({ subscription: { ...own, ...more } }) as SubscriptionView),
});
const there = view({ number: 'A-S1', key: 'zuora:subscription:A-S1' }, { number: 'X', key: 'zuora:subscription:X' });

const change = orderedOf(orderFacts({ deal: deal({ lines: [line()] }) }));
const [{ startsOn, subscriptionNumber }] = change.actions as [OrderedAction];
const creating: Order = {
  ...change,
  actions: [
    {
      subscriptionNumber,
      type: 'CreateSubscription',
      startsOn,
      term: { type: 'Evergreen' },
      autoRenew: false,
      renewalMonths: null,
      plans: [],
    },
  ],
};
const renewing: Order = { ...change, actions: [{ type: 'RenewSubscription', startsOn, subscriptionNumber }] };

/** Deals with one order that stands so. */
function keys(order: Order, more: Partial<DealOrder>, of = there): string[] {
  const known = { order, state: 'Ordered', connection: orderRules.connection, placed: null, ...more } as DealOrder;
  return orderedKeys([{ id: order.dealId, accountId: null, subscriptionNumber: null, order: known }], of);
}
const placed = { number: 'n', status: 'Completed', subscriptionNumbers: ['A-S1'] };

test.each([
  ['made', creating, 'new'],
  ['renewed', renewing, 'renewal:2026-12-01'],
  ['changed', change, 'upgrade:2026-12-01'],
])('what a deal %s is told by it', (_what, order, part) => {
  expect(keys(order, { placed })).toEqual([`zuora:subscription:A-S1:${part}`]);
});

test('a subscription that a schedule made is known by the schedule; one of another connection is not', () => {
  const begun = view({
    number: 'sub_1',
    key: 'stripe:subscription:sub_1',
    connection: 'stripe',
    scheduleId: 'sub_sched_1',
  });
  const scheduled = { ...placed, subscriptionNumbers: ['sub_sched_1'] };
  expect(keys(creating, { placed: scheduled, connection: 'stripe' }, begun)).toEqual(['stripe:subscription:sub_1:new']);
  expect(keys(creating, { placed: scheduled, connection: 'stripe-eu' }, begun)).toEqual([]);
});

test('while an order is on its way, what is new in its billing account waits; before it is sent nothing does', () => {
  expect(keys(creating, { state: 'Ordering' })).toEqual(['zuora:subscription:A-S1:new', 'zuora:subscription:X:new']);
  expect(keys(creating, { state: 'Ready' })).toEqual([]);
});
