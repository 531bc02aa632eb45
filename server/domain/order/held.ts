import { partsOf } from '../billingAccount/key.ts';
import type { Charge } from '../subscription/charge.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { SubscriptionToChange } from './order.ts';
import { isCommitted } from './models.ts';

/** A rate plan that the customer has, or had. */
export type HeldPlan = {
  /** As Zuora counts it; stays over versions. */
  number: string;
  name: string;
  /** Of the plan in the catalog; null where billing does not say. */
  planId: string | null;
  /** Segments of all its charges. */
  charges: readonly Charge[];
};

/** @returns the rate plans that a subscription has or had, in billing's order */
export function heldPlans({ subscription, planIds }: SubscriptionToChange): HeldPlan[] {
  const plans = Map.groupBy(subscription.charges, ({ ratePlanKey }) => ratePlanKey ?? '');
  return [...plans].map(([number, charges]) => ({
    number,
    name: charges[0]!.plan,
    planId: planIds[number] ?? null,
    charges,
  }));
}

/**
 * @param termEndsOn what ends with the term goes on where the term does, so a day after it is one of the term to come
 * @returns whether a segment holds on a day
 */
export function holdsOn({ startsOn, endsOn }: Charge, day: CalendarDate, termEndsOn: CalendarDate | null): boolean {
  if (startsOn !== null && startsOn > day) return false;
  return endsOn === null || day < endsOn || (endsOn === termEndsOn && day >= endsOn);
}

/** What a subscription has on a day. */
export type Holding = { plans: readonly HeldPlan[]; termEndsOn: CalendarDate | null };

const segmentsOn = ({ charges }: HeldPlan, day: CalendarDate, termEndsOn: CalendarDate | null): Charge[] =>
  charges.filter((charge) => holdsOn(charge, day, termEndsOn));

export const chargesHeld = (plan: HeldPlan, day: CalendarDate, { termEndsOn }: Holding): Charge[] =>
  segmentsOn(plan, day, termEndsOn);

const plansOn = ({ plans, termEndsOn }: Holding, day: CalendarDate): HeldPlan[] =>
  plans.filter((plan) => segmentsOn(plan, day, termEndsOn).length > 0);

const listed = (plans: readonly HeldPlan[], day: CalendarDate, holding: Holding): string =>
  plans
    .flatMap((plan) => {
      const held = chargesHeld(plan, day, holding);
      const committed = held.filter(isCommitted);
      return committed.length > 0 ? committed : held;
    })
    .map(({ number, name }) => `${number} (${name})`)
    .join(', ');

const idOf = ({ sellableKey }: DealLine): string | null => (sellableKey === null ? null : partsOf(sellableKey).id);

/** @returns plans on a day that are of the product of a line */
export function plansOfLine(line: DealLine, day: CalendarDate, holding: Holding): HeldPlan[] {
  const id = idOf(line);
  return id === null ? [] : plansOn(holding, day).filter(({ planId }) => planId === id);
}

/** The plan whose charge a line names. */
function planOfCharge(line: DealLine, day: CalendarDate, holding: Holding): HeldPlan | OrderFault {
  const { chargeNumber, product, action } = line;
  const plan = holding.plans.find(({ charges }) => charges.some(({ number }) => number === chargeNumber));
  if (plan === undefined)
    return orderFault(
      'charge_not_found',
      `The subscription has no charge ${chargeNumber}. Enter one of ${listed(plansOn(holding, day), day, holding)}.`,
      product,
    );
  const id = idOf(line);
  if (action !== 'Change Plan' && id !== null && plan.planId !== null && plan.planId !== id)
    return orderFault(
      'charge_of_other_product',
      `Charge ${chargeNumber} is one of ${plan.name}, which is another product. Choose that product, or enter a charge of this one.`,
      product,
    );
  const own = plan.charges.filter(({ number }) => number === chargeNumber);
  if (own.some((charge) => holdsOn(charge, day, holding.termEndsOn))) return plan;
  const begins = own.find(({ startsOn }) => startsOn !== null && startsOn > day)?.startsOn;
  return begins === undefined
    ? orderFault('charge_ended', `Charge ${chargeNumber} has ended by ${day}. Add the product anew.`, product)
    : orderFault('charge_not_begun', `Charge ${chargeNumber} begins on ${begins}. Enter a day from then on.`, product);
}

/** The plan that a line is about: that of the charge it names, else the one of its product, to be changed for it the only one. */
export function planHeld(line: DealLine, day: CalendarDate, holding: Holding): HeldPlan | OrderFault {
  if (line.chargeNumber !== null) return planOfCharge(line, day, holding);
  const found = line.action === 'Change Plan' ? plansOn(holding, day) : plansOfLine(line, day, holding);
  if (found.length === 1) return found[0]!;
  return found.length === 0
    ? orderFault(
        'product_not_held',
        `The subscription has nothing of it on ${day}. Choose the action Add to sell it, or enter the number of a charge.`,
        line.product,
      )
    : orderFault(
        'plan_unclear',
        `The subscription has several that could be meant. Enter one of the charges ${listed(found, day, holding)}.`,
        line.product,
      );
}
