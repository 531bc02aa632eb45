import { exact } from '../money/decimal.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { CustomFieldRules } from './customFields.ts';
import type { DealLine } from './deal.ts';
import type { Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { ActionOf, ChargeOverride, ChargeUpdate, PlanOnSale, PlanOrder } from './order.ts';
import { isCommitted, isDiscountAlone, isUnpriced, planLine } from './planLine.ts';

/** A line with the days on which it holds. */
export type DatedLine = { line: DealLine; startsOn: CalendarDate; endsOn: CalendarDate | null };

/** Days between which lines can hold; null for no end. */
export type Span = { from: CalendarDate; to: CalendarDate | null };

/**
 * @param on first day of a line that names none
 * @returns a line with its days; an end on the last day of the span is none of its own
 */
export function dated(line: DealLine, on: CalendarDate, { from, to }: Span): DatedLine | OrderFault {
  const startsOn = line.startsOn ?? on;
  const endsOn = line.endsOn === to ? null : line.endsOn;
  if (endsOn !== null && endsOn <= startsOn)
    return orderFault(
      'line_dates_reversed',
      `It begins on ${startsOn} and ends on ${endsOn}. Enter an end after its start.`,
      line.product,
    );
  if (startsOn < from || (to !== null && (startsOn >= to || (endsOn !== null && endsOn > to))))
    return orderFault(
      'line_outside_term',
      `It is to hold from ${startsOn}${endsOn === null ? '' : ` to ${endsOn}`}, and the subscription from ${from}${to === null ? '' : ` to ${to}`}. Enter days within.`,
      line.product,
    );
  return { line, startsOn, endsOn };
}

/** @returns lines of one product that follow each other to the day, together; by the day on which they begin */
export function chainsOf(lines: readonly DatedLine[]): DatedLine[][] {
  const chains: DatedLine[][] = [];
  for (const one of lines.toSorted((a, b) => (a.startsOn < b.startsOn ? -1 : Number(a.startsOn > b.startsOn)))) {
    const before = chains.find((chain) => {
      const last = chain.at(-1)!;
      return last.line.sellableKey === one.line.sellableKey && last.endsOn === one.startsOn;
    });
    if (before === undefined) chains.push([one]);
    else before.push(one);
  }
  return chains;
}

const isSame = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && exact(a).equals(b));

/** @returns what differs of a charge; null where nothing does. What it does not say stays, and is no difference. */
export function differing<T extends ChargeOverride>(override: T, was: ChargeUpdate['was']): T | null {
  const quantity = isSame(override.quantity, was.quantity) ? null : override.quantity;
  const price = isSame(override.price, was.price) ? null : override.price;
  if (quantity === null && price === null && override.customFields === undefined) return null;
  return { ...override, quantity, price };
}

/** What a chain of lines comes to: a plan that is sold from a day on, and what changes of it later. */
export type PlannedChain = {
  startsOn: CalendarDate;
  plan: PlanOrder;
  steps: readonly ActionOf<'UpdateProduct'>[];
};

/** Charges of a plan that a later line sells otherwise; what is billed once was billed by then. */
function stepOf(now: PlanOrder, before: PlanOrder, plan: PlanOnSale): ChargeUpdate[] {
  return now.charges.flatMap((override) => {
    const was = before.charges.find(({ charge }) => charge === override.charge) ?? { quantity: null, price: null };
    const { name, priceInterval } = plan.charges.find(({ id }) => id === override.charge)!;
    const next = override.kind === 'oneTime' ? null : differing(override, was);
    return next === null ? [] : [{ ...next, name, priceInterval, was: { quantity: was.quantity, price: was.price } }];
  });
}

/** How lines that follow each other sell one plan. */
export function planChain(
  chain: readonly DatedLine[],
  plan: PlanOnSale | undefined,
  currency: string,
  customFields: CustomFieldRules,
): Planned<PlannedChain> {
  const isLowered = chain.some(({ line }) => isDiscountAlone(line));
  // What a step does not say stays: where one is lowered, another one says billing's own price.
  const stated = (line: DealLine): DealLine =>
    isLowered && isUnpriced(line) ? { ...line, discountPercent: '0' } : line;
  const lines = chain.map(({ line }, index) =>
    planLine(stated(line), plan, currency, { endsOn: index === 0 ? chain.at(-1)!.endsOn : null, customFields }),
  );
  const faults = lines.flatMap((line) => ('faults' in line ? line.faults : []));
  if (faults.length > 0 || plan === undefined) return { faults };
  if (chain.length > 1 && plan.charges.filter(isCommitted).every(({ kind }) => kind === 'oneTime'))
    return {
      faults: [
        orderFault(
          'step_billed_once',
          `${plan.name} is billed once, so nothing of it can change later. Enter days that do not follow each other, or one line.`,
          chain[1]!.line.product,
        ),
      ],
    };
  const sold = lines.flatMap((line) => ('plan' in line ? [line.plan] : []));
  const [first, ...later] = sold;
  const steps = later.map((now, index): ActionOf<'UpdateProduct'> => {
    const { customFields: own } = now;
    return {
      type: 'UpdateProduct',
      startsOn: chain[index + 1]!.startsOn,
      of: { lineId: first!.lineId, name: plan.name },
      charges: stepOf(now, sold[index]!, plan),
      ...(own !== undefined && { customFields: own }),
    };
  });
  return {
    startsOn: chain[0]!.startsOn,
    plan: first!,
    steps: steps.filter(({ charges }) => charges.length > 0),
  };
}
