import type { AccountView } from '../../domain/account/view.ts';
import type { Order } from '../../domain/order/order.ts';
import type { NamedDeal } from '../ports/deals.ts';

/** Parts of the keys of deals that would report what an order does. */
function partsOf({ actions }: Order): string[] {
  return actions.map(({ type, startsOn }) => {
    if (type === 'CreateSubscription') return 'new';
    return type === 'RenewSubscription' ? `renewal:${startsOn}` : `upgrade:${startsOn}`;
  });
}

/**
 * Keys of deals that would report what another deal of the Account has ordered: that one tells it already. While an order is on
 * its way the number of what it makes may not be known; whatever is new in its billing account waits until it is.
 */
export function orderedKeys(
  deals: readonly NamedDeal[],
  { subscriptions }: Pick<AccountView, 'subscriptions'>,
): string[] {
  return deals.flatMap(({ order: known }) => {
    if (!known?.order || (known.placed === null && known.state !== 'Ordering')) return [];
    const { order, placed, connection } = known;
    const isAwaited = placed === null && order.actions.some(({ type }) => type === 'CreateSubscription');
    const numbers = placed?.subscriptionNumbers ?? [order.subscriptionNumber];
    const own = subscriptions.filter(({ subscription: one }) =>
      isAwaited
        ? one.billingAccountKey === order.billingAccountKey
        : one.connection === connection && numbers.some((number) => [one.number, one.scheduleId].includes(number)),
    );
    return own.flatMap(({ subscription: { key } }) => partsOf(order).map((part) => `${key}:${part}`));
  });
}
