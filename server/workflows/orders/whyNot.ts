import type { Deal } from '../../domain/order/deal.ts';
import { isOrdered, type OrderRules } from '../../domain/order/rules.ts';
import type { DealOrder } from '../ports/orders.ts';

export type WhyNotFacts = {
  rules: OrderRules;
  /** Deals that were won before are not ordered; null where orders were never switched on. */
  since: Date | null;
  /** Digest of what people entered now. */
  entered: string;
};

/** @returns why no order of a deal is begun now, whatever it sells, in words; null where one is */
export function whyNot(deal: Deal, known: DealOrder | null, { rules, since, entered }: WhyNotFacts): string | null {
  if (!isOrdered(rules, deal))
    return 'The settings leave it out: its record type or its fields are not those of deals that are ordered, or it reports billing.';
  if (!deal.isWon) return 'It is not won.';
  if (known === null && (since === null || new Date(deal.stageSince) < since))
    return 'It was won before orders were switched on. Have it won again, or place its order in billing.';
  if (known?.state === 'Failed' && known.digest === entered)
    return 'It failed, and stays so until somebody changes the opportunity.';
  return null;
}
