import { keyOf } from '../billingAccount/key.ts';
import type { Deal, OrderKind } from './deal.ts';

/**
 * @returns the number of the order of a deal, and of the subscription that it makes: always the same, so that a second one is
 * refused by the billing system whatever was forgotten here
 */
export function orderNumberOf(dealId: string): string {
  return `SF-${dealId}`;
}

/**
 * @returns the number of the subscription that a deal is to change, without the rest of its key; null where people named none.
 * That of the subscription which the deal itself made is written there by us, and is none.
 */
export function subscriptionNamed(
  { id, subscriptionNumber }: Pick<Deal, 'id' | 'subscriptionNumber'>,
  connection: string,
): string | null {
  if (subscriptionNumber === null || subscriptionNumber === orderNumberOf(id)) return null;
  const prefix = keyOf(connection, 'subscription', '');
  return subscriptionNumber.startsWith(prefix) ? subscriptionNumber.slice(prefix.length) : subscriptionNumber;
}

/** @returns what people said that the order is to do, else what follows from whether they named a subscription */
export function kindOf(deal: Pick<Deal, 'id' | 'kind' | 'subscriptionNumber'>): OrderKind {
  return deal.kind ?? (subscriptionNamed(deal, '') === null ? 'New' : 'Amend');
}
