import type { AccountView } from '../../domain/account/view.ts';
import type { OrderedAction } from '../../domain/order/order.ts';
import type { NamedDeal } from '../ports/deals.ts';

/** Parts of the keys of deals that would report what an order does. */
function partOf({ type, startsOn }: OrderedAction): string {
  if (type === 'CreateSubscription') return 'new';
  return type === 'RenewSubscription' ? `renewal:${startsOn}` : `upgrade:${startsOn}`;
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
    const makes = order.actions.some(({ type }) => type === 'CreateSubscription');
    return subscriptions.flatMap(({ subscription: one }) => {
      const isOf = (number: string): boolean => [one.number, one.scheduleId].includes(number);
      const isMade =
        makes &&
        (placed === null
          ? one.billingAccountKey === order.billingAccountKey
          : one.connection === connection && placed.subscriptionNumbers.some(isOf));
      const own = order.actions.filter(
        ({ subscriptionNumber }) => isMade || (!makes && one.connection === connection && isOf(subscriptionNumber)),
      );
      return own.map((action) => `${one.key}:${partOf(action)}`);
    });
  });
}
