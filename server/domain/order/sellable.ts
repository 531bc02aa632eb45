import { partsOf } from '../billingAccount/key.ts';
import type { DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { OrderRules } from './rules.ts';

/** What the plan of a line is looked for by; or why it cannot be. */
export function sellableOf({ product, sellableKey }: DealLine, { connection }: OrderRules): string | OrderFault {
  if (sellableKey === null)
    return orderFault(
      'product_unmapped',
      'Billing does not know this product. Choose one from the price book of billing, or have it mapped.',
      product,
    );
  return partsOf(sellableKey).connection === connection
    ? sellableKey
    : orderFault(
        'product_of_other_system',
        `It is sold by ${partsOf(sellableKey).connection}, but this deal is ordered in ${connection}. Choose a product of ${connection}.`,
        product,
      );
}
