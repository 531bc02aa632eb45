import type { Deal, DealLine } from '../../domain/order/deal.ts';
import type { DealOrder } from '../ports/orders.ts';

function lineInWords({ product, quantity, unitPrice, discountPercent }: DealLine, currency: string): string {
  return `- ${product}: ${quantity} at ${currency} ${unitPrice}${discountPercent === null ? '' : `, less ${discountPercent} %`}`;
}

function termInWords({ startsOn, months, evergreen }: Deal['terms']): string {
  const length = evergreen
    ? 'without an end'
    : months === null
      ? 'of a length that nobody said'
      : `of ${months} months`;
  return `Term ${length}${startsOn === null ? '' : ` from ${startsOn}`}`;
}

/** What people say in a deal, a line each. */
function dealInWords({ stage, isWon, terms, lines, currency, accountId, subscriptionNumber }: Deal): string[] {
  return [
    `Stage ${stage}, ${isWon ? 'won' : 'not won'}`,
    termInWords(terms),
    ...(accountId === null ? ['No Account'] : []),
    ...(subscriptionNumber === null ? [] : [`Subscription ${subscriptionNumber}`]),
    ...lines.map((line) => lineInWords(line, currency)),
  ];
}

/**
 * Notes what a deal says otherwise than what was ordered of it. What was ordered is billing's, and stands.
 * @param isChanged whether people changed of it what decides over its order
 * @param now business time
 */
export function noteDiscrepancy(order: DealOrder, deal: Deal, isChanged: boolean, now: Date): DealOrder {
  const { discrepancy: before } = order;
  const isOpen = before !== null && before.resolvedAt === null;
  if (!isChanged) return isOpen ? { ...order, discrepancy: { ...before, resolvedAt: now.toISOString() } } : order;
  return {
    ...order,
    discrepancy: {
      foundAt: isOpen ? before.foundAt : now.toISOString(),
      resolvedAt: null,
      salesforce: dealInWords(deal),
      billing: order.actions,
    },
  };
}
