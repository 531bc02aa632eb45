import { addMonths } from '../time/calendarDate.ts';
import { accountOf, billToFaults, currencyFaults, inactiveFaults } from './billedAccount.ts';
import type { OrderBody, OrderFacts, Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { orderNumberOf, subscriptionNamed } from './kind.ts';
import { laterActions, planSales } from './sales.ts';
import type { PlannedChain } from './steps.ts';
import { lengthFault, termOf } from './terms.ts';

/** What only a change of something that is there can mean. */
function strangeFaults({ deal, rules }: OrderFacts): OrderFault[] {
  const named = subscriptionNamed(deal, rules.connection);
  const lines = deal.lines.filter(({ action, chargeNumber }) => (action ?? 'Add') !== 'Add' || chargeNumber !== null);
  return [
    ...(named === null
      ? []
      : [
          orderFault(
            'subscription_unexpected',
            `A new subscription is to be made, and ${named} is named. Choose Amend to change it, or empty the number.`,
          ),
        ]),
    ...lines.map(({ product }) =>
      orderFault(
        'line_not_new',
        'It is to change what the customer has, and a new subscription is to be made. Empty its action and charge number, or enter the number of the subscription on the opportunity.',
        product,
      ),
    ),
  ];
}

/** What is sold becomes a new subscription, from the start date of the deal, else from its close date. */
export function planNew(facts: OrderFacts): Planned<OrderBody> {
  const { deal, rules } = facts;
  const { terms } = deal;
  const account = accountOf(facts);
  const term = termOf(facts);
  const renewalMonths = terms.renewalMonths ?? rules.defaults.renewalMonths;
  const startsOn = terms.startsOn ?? deal.closesOn;
  const to = 'type' in term && term.type === 'Termed' ? addMonths(startsOn, term.months) : null;
  const { sales, faults: ofLines } = planSales(facts, deal.lines, { on: startsOn, from: startsOn, to });
  const isFirst = (sale: PlannedChain): boolean => sale.startsOn === startsOn;
  const faults = [
    ...strangeFaults(facts),
    ...('code' in account
      ? [account]
      : [...inactiveFaults(account), ...currencyFaults(account, deal.currency), ...billToFaults(account)]),
    ...('code' in term ? [term] : []),
    ...lengthFault('renewal', renewalMonths),
    ...(deal.lines.length === 0
      ? [orderFault('no_products', 'The opportunity has no products. Add what is sold.')]
      : ofLines),
    ...(sales.length > 0 && ofLines.length === 0 && !sales.some(isFirst)
      ? [
          orderFault(
            'nothing_on_first_day',
            `No product begins on ${startsOn}, when the subscription does. Enter the day on which the first one begins as start of the opportunity.`,
          ),
        ]
      : []),
  ];
  if (faults.length > 0 || 'code' in account || 'code' in term) return { faults };
  const isTermed = term.type === 'Termed';
  const subscriptionNumber = orderNumberOf(deal.id);
  return {
    billingAccountKey: account.key,
    billingAccountNumber: account.number,
    actions: [
      {
        type: 'CreateSubscription',
        subscriptionNumber,
        startsOn,
        term,
        autoRenew: isTermed && (terms.autoRenew ?? rules.defaults.autoRenew),
        renewalMonths: isTermed ? renewalMonths : null,
        plans: sales.filter(isFirst).map(({ plan }) => plan),
      },
      ...laterActions(sales, isFirst).map((action) => ({ ...action, subscriptionNumber })),
    ],
  };
}
