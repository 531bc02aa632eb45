import type { CalendarDate } from '../time/calendarDate.ts';
import { carrying, fieldsFrom } from './customFields.ts';
import type { DealLine, LineAction } from './deal.ts';
import type { OrderFacts, Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { planHeld, plansOfLine, type HeldPlan, type Holding } from './held.ts';
import type { ActionOf, ChargeUpdate, OrderAction, SoldPlan } from './order.ts';
import { planLine } from './planLine.ts';
import { differing, filled } from './pricing.ts';
import { laterActions, planSales } from './sales.ts';
import { sellableOf } from './sellable.ts';
import { dated, type DatedLine, type Span } from './steps.ts';
import { updateLine } from './updateLine.ts';

/** Lines that change what the subscription has, from the day of the deal on where they name none. */
type Change = { facts: OrderFacts; holding: Holding; span: Span & { on: CalendarDate } };

/** A line of which it is known what it changes. */
type Resolved = DatedLine & { action: Exclude<LineAction, 'Add'>; plan: HeldPlan };

const soldAs = ({ number, name }: HeldPlan): SoldPlan => ({ number, name });

/** What a line does whose action nobody entered follows from whether the customer has its product. */
function actionOf(line: DealLine, { holding, span }: Change): LineAction {
  if (line.action !== null) return line.action;
  const isHeld = line.chargeNumber !== null || plansOfLine(line, line.startsOn ?? span.on, holding).length > 0;
  return isHeld ? 'Update' : 'Add';
}

function resolve(line: DealLine, action: Resolved['action'], { holding, span }: Change): Resolved | OrderFault {
  const days = dated(line, span.on, span);
  if ('code' in days) return days;
  const plan = planHeld({ ...line, action }, days.startsOn, holding);
  return 'code' in plan ? plan : { ...days, action, plan };
}

/** Plans that go, and something else that is to become of them. */
function contradictions(lines: readonly Resolved[]): OrderFault[] {
  return [...Map.groupBy(lines, ({ plan }) => plan.number).values()]
    .filter((own) => own.length > 1 && own.some(({ action }) => action !== 'Update'))
    .map(([first]) =>
      orderFault(
        'lines_contradict',
        `${first!.plan.name} is to be removed or exchanged by one line, and another line is about it too. Leave one of them.`,
        first!.line.product,
      ),
    );
}

/** A plan that is sold in place of another one. */
function exchange({ line, startsOn, plan: old }: Resolved, { plans, deal, rules }: OrderFacts): Planned<OrderAction> {
  const key = sellableOf(line, rules);
  if (typeof key !== 'string') return { faults: [key] };
  const sold = planLine(line, plans.get(key), deal.currency, { endsOn: null, customFields: rules.customFields });
  return 'faults' in sold ? sold : { type: 'ChangePlan', startsOn, of: soldAs(old), plan: sold.plan };
}

/** An end that no other line takes up would need the price of before, which nobody entered. */
function endFaults(lines: readonly Resolved[]): OrderFault[] {
  return lines
    .filter(
      ({ endsOn, plan, action }) =>
        endsOn !== null &&
        (action !== 'Update' || !lines.some((one) => one.plan.number === plan.number && one.startsOn === endsOn)),
    )
    .map(({ line, endsOn }) =>
      orderFault(
        'change_ends',
        `What it changes stays changed. Empty its end date, or add a line with what holds from ${endsOn} on.`,
        line.product,
      ),
    );
}

type Update = { of: HeldPlan; startsOn: CalendarDate; line: DealLine; update: ChargeUpdate };

/** Updates of one charge, one after the other: each is compared with what the one before has made of it. */
function following(updates: readonly Update[]): { kept: Update[]; faults: OrderFault[] } {
  const kept: Update[] = [];
  const faults: OrderFault[] = [];
  let before: Update | null = null;
  for (const one of updates.toSorted((a, b) => (a.startsOn < b.startsOn ? -1 : 1))) {
    if (before?.startsOn === one.startsOn)
      faults.push(
        orderFault(
          'lines_contradict',
          `Two lines change charge ${one.update.charge} on ${one.startsOn}. Leave one of them.`,
          one.line.product,
        ),
      );
    const { was: own } = one.update;
    const was = before === null ? own : filled(before.update, before.update.was);
    // Of lines that follow each other, what one does not say is what billing has, not what the one before made of it.
    const update = differing({ ...one.update, ...filled(one.update, own) }, was);
    if (update !== null) kept.push({ ...one, update: { ...update, was } });
    before = one;
  }
  return { kept, faults };
}

/** Charges of one plan that change on one day, in one action. */
function updateActions(updates: readonly Update[], { rules }: OrderFacts): ActionOf<'UpdateProduct'>[] {
  return [...Map.groupBy(updates, ({ of, startsOn }) => `${of.number} ${startsOn}`).values()].map((own) => {
    const { of, startsOn } = own[0]!;
    const fields = own.map(({ line }) => fieldsFrom(rules.customFields.ratePlan, line.fields));
    return {
      type: 'UpdateProduct',
      startsOn,
      of: soldAs(of),
      charges: own.map(({ update }) => update),
      ...carrying(Object.assign({}, ...fields) as ReturnType<typeof fieldsFrom>),
    };
  });
}

/** What the lines of a deal make of a subscription that is there, by the days on which they do. */
export function changeLines(change: Change): Planned<{ actions: OrderAction[] }> {
  const { facts, holding, span } = change;
  const { lines } = facts.deal;
  const meant = lines.map((line) => ({ line, action: actionOf(line, change) }));
  const added = meant.filter(({ action }) => action === 'Add').map(({ line }) => line);
  const { sales, faults: ofSales } = planSales(facts, added, span);
  const found = meant.flatMap(({ line, action }) => (action === 'Add' ? [] : [resolve(line, action, change)]));
  const resolved = found.flatMap((one) => ('code' in one ? [] : [one]));
  const of = (action: Resolved['action']) => resolved.filter((one) => one.action === action);

  const exchanged = of('Change Plan').map((one) => exchange(one, facts));
  const updated = of('Update').map((one) => ({
    ...one,
    planned: updateLine(one.line, one.plan, one.startsOn, {
      holding,
      rules: facts.rules,
      currency: facts.deal.currency,
    }),
  }));
  const updates = updated.flatMap(({ plan, startsOn, line, planned }): Update[] =>
    'faults' in planned ? [] : [{ of: plan, startsOn, line, update: planned.update }],
  );
  const chains = [...Map.groupBy(updates, ({ update }) => update.charge).values()].map(following);
  const faults = [
    ...ofSales,
    ...found.flatMap((one) => ('code' in one ? [one] : [])),
    ...endFaults(resolved),
    ...exchanged.flatMap((one) => ('faults' in one ? one.faults : [])),
    ...updated.flatMap(({ planned }) => ('faults' in planned ? planned.faults : [])),
    ...chains.flatMap((one) => one.faults),
    ...contradictions(resolved),
  ];
  if (faults.length > 0) return { faults };
  const actions: OrderAction[] = [
    ...of('Remove').map(({ startsOn, plan }): OrderAction => ({ type: 'RemoveProduct', startsOn, of: soldAs(plan) })),
    ...exchanged.flatMap((one) => ('faults' in one ? [] : [one])),
    ...updateActions(
      chains.flatMap(({ kept }) => kept),
      facts,
    ),
    ...laterActions(sales, () => false),
  ];
  return { actions };
}
