import { exact } from '../money/decimal.ts';
import type { DealLine } from './deal.ts';
import type { OrderFacts } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { kindOf } from './kind.ts';
import type { PlanOnSale } from './order.ts';
import { takesQuantity } from './models.ts';

const digitsOf = (quantity: string): number => exact(quantity).toString(18).split('.')[1]?.length ?? 0;

function fractionFault({ product, quantity }: DealLine, plan: PlanOnSale): OrderFault[] {
  const digits = digitsOf(quantity);
  const charge = plan.charges.find((one) => takesQuantity(one) && digits > (one.quantityDigits ?? 0));
  if (digits === 0 || charge === undefined) return [];
  const { quantityDigits: most } = charge;
  const why =
    most === null
      ? `billing does not tell how finely ${charge.name} is counted`
      : most === 0
        ? `${charge.name} is counted in whole units`
        : `${charge.name} is counted to ${most} digits after the point`;
  return [
    orderFault(
      'quantity_too_fine',
      `The quantity is ${quantity}, and ${why}: it would be rounded. Enter one ${most === null || most === 0 ? 'without a fraction' : 'with fewer digits'}.`,
      product,
    ),
  ];
}

/** Quantities that a billing system would round without a word, of what lines sell or change. */
export function fractionFaults({ deal, plans }: Pick<OrderFacts, 'deal' | 'plans'>): OrderFault[] {
  if (kindOf(deal) === 'Cancel') return [];
  return deal.lines.flatMap((line) => {
    const plan = line.action === 'Remove' || line.sellableKey === null ? undefined : plans.get(line.sellableKey);
    return plan === undefined ? [] : fractionFault(line, plan);
  });
}
