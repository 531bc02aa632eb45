import { exact } from '../money/decimal.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { DealLine } from './deal.ts';
import type { OrderFacts } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { chargesHeld, heldPlans, plansOfLine, type Holding } from './held.ts';
import type { SubscriptionToChange } from './order.ts';

const holdingOf = (found: SubscriptionToChange): Holding => ({
  plans: heldPlans(found),
  termEndsOn: found.subscription.termEndsOn,
});

const hasCharge = ({ subscription }: SubscriptionToChange, chargeNumber: string): boolean =>
  subscription.charges.some(({ number }) => number === chargeNumber);

const listed = (some: readonly SubscriptionToChange[]): string =>
  some.map(({ subscription }) => subscription.number).join(', ');

/** The subscription that a line is about: that whose charge it names, else the one that has its product. */
function subscriptionOf(
  line: DealLine,
  group: readonly SubscriptionToChange[],
  on: CalendarDate,
): SubscriptionToChange | OrderFault {
  const { chargeNumber, product, action } = line;
  if (chargeNumber !== null)
    return (
      group.find((found) => hasCharge(found, chargeNumber)) ??
      orderFault(
        'charge_not_found',
        `None of the subscriptions ${listed(group)} has a charge ${chargeNumber}. Enter one of theirs.`,
        product,
      )
    );
  if (group.length === 1) return group[0]!;
  const isNamed = action === null || action === 'Update' || action === 'Remove';
  const having = isNamed
    ? group.filter((one) => plansOfLine(line, line.startsOn ?? on, holdingOf(one)).length > 0)
    : [];
  if (having.length === 1) return having[0]!;
  return orderFault(
    'subscription_unclear',
    `It may be meant for each of ${listed(having.length > 0 ? having : group)}. Enter the number of a charge of the one that is meant.`,
    product,
  );
}

/** Lines of a deal by the number of the subscription that they are about. */
export function linesBySubscription(
  group: readonly SubscriptionToChange[],
  { deal }: Pick<OrderFacts, 'deal'>,
  on: CalendarDate,
): { of: ReadonlyMap<string, DealLine[]>; faults: OrderFault[] } {
  const found = deal.lines.map((line) => ({ line, owner: subscriptionOf(line, group, on) }));
  const owned = found.flatMap(({ line, owner }) =>
    'code' in owner ? [] : [{ line, number: owner.subscription.number }],
  );
  return {
    of: new Map(
      [...Map.groupBy(owned, ({ number }) => number)].map(([number, own]) => [number, own.map(({ line }) => line)]),
    ),
    faults: found.flatMap(({ owner }) => ('code' in owner ? [owner] : [])),
  };
}

/** Whether a line says what billing says, as the product wrote it. */
function isAsBilled(line: DealLine, found: SubscriptionToChange, on: CalendarDate): boolean {
  const { ofTerm, quantity, unitPrice, discountPercent, action } = line;
  if (ofTerm === undefined || discountPercent !== null || (action !== null && action !== 'Update')) return false;
  const holding = holdingOf(found);
  const charge = holding.plans
    .flatMap((plan) => chargesHeld(plan, on, holding))
    .find(({ number }) => number === line.chargeNumber);
  const billed = charge === undefined ? quantity : (charge.quantity ?? '1');
  return exact(unitPrice).equals(exact(ofTerm.billingPrice)) && exact(quantity).equals(exact(billed));
}

/** @returns lines that would change something of a subscription that is not renewed */
export function changesLeftOut(found: SubscriptionToChange, lines: readonly DealLine[], on: CalendarDate): DealLine[] {
  return lines.filter(
    (line) => line.chargeNumber !== null && hasCharge(found, line.chargeNumber) && !isAsBilled(line, found, on),
  );
}
