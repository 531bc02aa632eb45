import type { CalendarDate } from '../time/calendarDate.ts';
import type { CustomFieldRules } from './customFields.ts';
import type { DealLine } from './deal.ts';
import type { Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { isCommitted } from './models.ts';
import type { ActionOf, ChargeOnSale, ChargeOverride, ChargeUpdate, PlanOnSale, PlanOrder } from './order.ts';
import { ownPrice, planLine } from './planLine.ts';
import { differing, filled } from './pricing.ts';

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

/** What a chain of lines comes to: a plan that is sold from a day on, and what changes of it later. */
export type PlannedChain = {
  startsOn: CalendarDate;
  plan: PlanOrder;
  steps: readonly ActionOf<'UpdateProduct'>[];
};

/** All that an order says of a charge by then; what a line does not say is billing's own. */
function soldAs({ charges }: PlanOrder, charge: ChargeOnSale, currency: string): ChargeOverride {
  const { id, kind, model } = charge;
  const { price, tiers } = ownPrice(charge, currency);
  const said = charges.find((one) => one.charge === id) ?? { charge: id, kind, model, quantity: null, price: null };
  return { ...said, ...filled(said, { quantity: null, price, tiers }) };
}

/** Charges of a plan that a later line sells otherwise; what is billed once was billed by then. */
function stepOf(now: PlanOrder, before: PlanOrder, plan: PlanOnSale, currency: string): ChargeUpdate[] {
  return plan.charges.flatMap((charge) => {
    const { quantity, price, tiers, reduction } = soldAs(before, charge, currency);
    const was = { quantity, price, ...(tiers && { tiers }), ...(reduction && { reduction }) };
    const next = charge.kind === 'oneTime' ? null : differing(soldAs(now, charge, currency), was);
    return next === null ? [] : [{ ...next, name: charge.name, priceInterval: charge.priceInterval, was }];
  });
}

/** A plan that names all charges that change later, so that what changes them can. */
function naming(plan: PlanOrder, steps: readonly ActionOf<'UpdateProduct'>[]): PlanOrder {
  const changed = new Map(steps.flatMap(({ charges }) => charges.map((one) => [one.charge, one])));
  const missing = [...changed.values()].filter(({ charge }) => !plan.charges.some((one) => one.charge === charge));
  const named = missing.map(({ charge, kind, model }) => ({ charge, kind, model, quantity: null, price: null }));
  return named.length === 0 ? plan : { ...plan, charges: [...plan.charges, ...named] };
}

/** What cannot change step by step: what is billed once, and what is taken off, but for a percentage that each line says. */
function stepFault(plan: PlanOnSale, sold: readonly PlanOrder[], { product }: DealLine): OrderFault | null {
  const committed = plan.charges.filter(isCommitted);
  const sells = committed.length > 0 ? committed : plan.charges;
  if (sells.every(({ kind }) => kind === 'oneTime'))
    return orderFault(
      'step_billed_once',
      `${plan.name} is billed once, so nothing of it can change later. Enter days that do not follow each other, or one line.`,
      product,
    );
  const isUnsaid = ({ charges }: PlanOrder) => !charges.some(({ reduction }) => reduction?.percentOff !== undefined);
  return sells.every(({ model }) => model === 'discount') && sold.some(isUnsaid)
    ? orderFault(
        'step_unclear',
        `${plan.name} takes something off, of which only a percentage can change later. Enter one as the discount of each line, or days that do not follow each other.`,
        product,
      )
    : null;
}

/** How lines that follow each other sell one plan. */
export function planChain(
  chain: readonly DatedLine[],
  plan: PlanOnSale | undefined,
  currency: string,
  customFields: CustomFieldRules,
): Planned<PlannedChain> {
  const lines = chain.map(({ line }, index) =>
    planLine(line, plan, currency, { endsOn: index === 0 ? chain.at(-1)!.endsOn : null, customFields }),
  );
  const faults = lines.flatMap((line) => ('faults' in line ? line.faults : []));
  if (faults.length > 0 || plan === undefined) return { faults };
  const sold = lines.flatMap((line) => ('plan' in line ? [line.plan] : []));
  const wrong = chain.length > 1 ? stepFault(plan, sold, chain[1]!.line) : null;
  if (wrong !== null) return { faults: [wrong] };
  const [first, ...later] = sold;
  const steps = later.map((now, index): ActionOf<'UpdateProduct'> => {
    const { customFields: own } = now;
    return {
      type: 'UpdateProduct',
      startsOn: chain[index + 1]!.startsOn,
      of: { lineId: first!.lineId, name: plan.name },
      charges: stepOf(now, sold[index]!, plan, currency),
      ...(own !== undefined && { customFields: own }),
    };
  });
  return {
    startsOn: chain[0]!.startsOn,
    plan: naming(first!, steps),
    steps: steps.filter(({ charges }) => charges.length > 0),
  };
}
