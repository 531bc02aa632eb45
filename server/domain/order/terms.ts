import { orderFault, type OrderFault } from './faults.ts';
import type { OrderFacts } from './facts.ts';
import type { OrderTerm } from './order.ts';

/** What is longer than fifty years is a slip of the keyboard. */
const MOST_MONTHS = 600;

const isLength = (months: number): boolean => Number.isInteger(months) && months >= 1 && months <= MOST_MONTHS;

/** @param months of a term, or of those after it; null where nobody said it */
export function lengthFault(what: 'term' | 'renewal', months: number | null): OrderFault[] {
  if (months === null || isLength(months)) return [];
  return [
    orderFault(
      what === 'term' ? 'term_invalid' : 'renewal_term_invalid',
      `A ${what} of ${months} months cannot be ordered: enter whole months, 1 to ${MOST_MONTHS}.`,
    ),
  ];
}

/** A deal that says both a term and no end. */
export function unclearTermFaults({ deal: { terms } }: Pick<OrderFacts, 'deal'>): OrderFault[] {
  if (!terms.evergreen || terms.months === null) return [];
  return [
    orderFault('term_unclear', `It is to have no end and a term of ${terms.months} months. Empty one of the two.`),
  ];
}

/** The first term of a new subscription. */
export function termOf(facts: Pick<OrderFacts, 'deal' | 'rules'>): OrderTerm | OrderFault {
  const { terms } = facts.deal;
  const [unclear] = unclearTermFaults(facts);
  if (unclear !== undefined) return unclear;
  if (terms.evergreen) return { type: 'Evergreen' };
  const months = terms.months ?? facts.rules.defaults.months;
  if (months === null)
    return orderFault('term_missing', 'Nobody said for how many months it is sold. Enter the term of the opportunity.');
  return lengthFault('term', months)[0] ?? { type: 'Termed', months };
}
