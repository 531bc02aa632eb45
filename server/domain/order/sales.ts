import type { OrderFacts } from './facts.ts';
import type { OrderFault } from './faults.ts';
import type { OrderAction } from './order.ts';
import { sellableOf } from './sellable.ts';
import { chainsOf, dated, planChain, type PlannedChain, type Span } from './steps.ts';

/** Plans that lines sell, with what changes of them later. */
export function planSales(
  facts: OrderFacts,
  lines: readonly OrderFacts['deal']['lines'][number][],
  span: Span & { on: Span['from'] },
): { sales: PlannedChain[]; faults: OrderFault[] } {
  const { plans, rules, deal } = facts;
  const found = lines.map((line) => {
    const key = sellableOf(line, rules);
    return typeof key === 'string' ? dated(line, span.on, span) : key;
  });
  const chains = chainsOf(found.flatMap((one) => ('line' in one ? [one] : [])));
  const planned = chains.map((chain) =>
    planChain(chain, plans.get(chain[0]!.line.sellableKey!), deal.currency, rules.customFields),
  );
  return {
    sales: planned.flatMap((one) => ('faults' in one ? [] : [one])),
    faults: [
      ...found.flatMap((one) => ('code' in one ? [one] : [])),
      ...planned.flatMap((one) => ('faults' in one ? one.faults : [])),
    ],
  };
}

/** @returns what is sold from a day after the first one on, and what changes later */
export const laterActions = (sales: readonly PlannedChain[], isFirst: (sale: PlannedChain) => boolean): OrderAction[] =>
  sales.flatMap((sale): OrderAction[] => {
    const { startsOn, plan, steps } = sale;
    return isFirst(sale) ? [...steps] : [{ type: 'AddProduct', startsOn, plan }, ...steps];
  });
