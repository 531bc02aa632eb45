import { partsOf } from '../billingAccount/key.ts';
import type { RenewedGroup } from '../renewal/key.ts';
import { renewalStateOf } from '../renewal/state.ts';
import { statusOn } from '../subscription/subscription.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { OrderBody, OrderFacts, Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { changesLeftOut, linesBySubscription } from './groupLines.ts';
import type { SubscriptionToChange } from './order.ts';
import { accountFaults, planSubscription } from './planChange.ts';

type LeftOut = { found: SubscriptionToChange; why: string };

/** Why there is nothing to renew of a subscription, in words; null where there is. One that ran out is not left out but told. */
function whyNot(
  { subscription }: SubscriptionToChange,
  group: RenewedGroup,
  on: CalendarDate,
  today: CalendarDate,
): string | null {
  const { cancelOn, termType, termStartsOn, termEndsOn } = subscription;
  if (subscription.billingAccountKey !== group.billingAccountKey) return 'it belongs to another billing account by now';
  const status = statusOn(subscription, today);
  const state = renewalStateOf({ subscription, status: status === 'Expired' ? 'Active' : status }, on, today, {
    graceDays: 0,
  });
  if (state.is === 'Open') return null;
  if (state.is === 'Renewed')
    return termType === 'Evergreen'
      ? 'it has no end by now'
      : `billing has renewed it already, and its term began on ${termStartsOn}`;
  if (state.cause === 'canceled') return `it is canceled${cancelOn === null ? '' : ` from ${cancelOn} on`}`;
  return termEndsOn === null ? 'its term has no end that is known' : `its term ends on ${termEndsOn} by now`;
}

/** Words of what an order leaves out, with what it therefore does not change. */
function leftOutInWords({ found, why }: LeftOut, facts: OrderFacts, on: CalendarDate): string {
  const products = changesLeftOut(found, facts.deal.lines, on).map(({ product }) => product);
  const lost =
    products.length === 0
      ? ''
      : `; what the opportunity changes of it is not ordered (${products.join(', ')}): change it by an opportunity of its own`;
  return `- Not renewed is ${found.subscription.number}: ${why}${lost}`;
}

/** An order has one billing account that gets the invoices. */
function billedApart(some: readonly SubscriptionToChange[]): OrderFault[] {
  const billed = Map.groupBy(some, ({ billedAccountNumber }) => billedAccountNumber);
  if (billed.size <= 1) return [];
  const parts = [...billed].map(
    ([number, own]) => `${own.map(({ subscription }) => subscription.number).join(', ')} to ${number}`,
  );
  return [
    orderFault(
      'group_billed_apart',
      `What it renews is billed to several accounts (${parts.join('; ')}), which one order cannot do. Renew each by an opportunity of its own.`,
    ),
  ];
}

/** Faults of one of several subscriptions say which one it is. */
const named = ({ code, text }: OrderFault, number: string): OrderFault => ({
  code,
  text: text.includes(number) ? text : `${number}: ${text}`,
});

/**
 * Renews all of a group by one order, but for what billing has renewed, canceled or freed of its term meanwhile. Each line is about
 * the subscription whose charge it names, or which alone has its product.
 */
export function planGroup(facts: OrderFacts, group: RenewedGroup): Planned<OrderBody & { leftOut: readonly string[] }> {
  const { deal, billingAccounts, rules, today } = facts;
  const on = deal.renewsOn!;
  const members = facts.group ?? [];
  const standing = members.map((found) => ({ found, why: whyNot(found, group, on, today) }));
  const renewed = standing.filter(({ why }) => why === null).map(({ found }) => found);
  const leftOut = standing.flatMap(({ found, why }) =>
    why === null ? [] : [leftOutInWords({ found, why }, facts, on)],
  );
  const { connection } = partsOf(group.billingAccountKey);
  if (connection !== rules.connection)
    return {
      faults: [
        orderFault(
          'group_of_other_system',
          `It renews what ${connection} bills, but this deal is ordered in ${rules.connection}. Renew it in ${connection}.`,
        ),
      ],
    };
  const account = billingAccounts.find(({ key }) => key === group.billingAccountKey);
  if (account === undefined || renewed.length === 0)
    return {
      faults: [
        orderFault(
          'nothing_to_renew',
          leftOut.length === 0
            ? `The account has nothing in ${group.billingAccountKey} whose term ends on ${on}. Close the opportunity as lost.`
            : `Nothing is left to order. ${leftOut.map((line) => `${line.slice(2)}.`).join(' ')}`,
        ),
      ],
    };
  const lines = linesBySubscription(members, facts, on);
  const planned = renewed.map((found) => {
    const { number } = found.subscription;
    const own = { ...facts, deal: { ...deal, lines: lines.of.get(number) ?? [] }, subscription: found };
    const part = planSubscription({ facts: own, found, account });
    return 'faults' in part ? { faults: part.faults.map((fault) => named(fault, number)) } : part;
  });
  const faults = [
    ...lines.faults,
    ...planned.flatMap((part) => ('faults' in part ? part.faults : [])),
    ...accountFaults(account, false),
    ...billedApart(renewed),
  ];
  if (faults.length > 0) return { faults };
  return {
    billingAccountKey: account.key,
    billingAccountNumber: renewed[0]!.billedAccountNumber,
    actions: planned.flatMap((part) => ('faults' in part ? [] : part.actions)),
    leftOut,
  };
}
