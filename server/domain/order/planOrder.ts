import { carrying, fieldsFrom } from './customFields.ts';
import type { OrderFacts, Planned } from './facts.ts';
import { orderFault } from './faults.ts';
import { kindOf, orderNumberOf } from './kind.ts';
import type { Order } from './order.ts';
import { planChange } from './planChange.ts';
import { planNew } from './planNew.ts';

/** Order actions that one call may carry (Zuora docs, "Create an order", limits). */
const MOST_ACTIONS = 50;

/** The order of a deal, or everything that keeps it from being one. */
export type PlannedOrder = Planned<{ order: Order }>;

/** Values that settings send along. */
function customFieldsOf({ deal, rules }: OrderFacts): Pick<Order, 'customFields'> {
  const order = fieldsFrom(rules.customFields.order, deal.fields);
  const subscription = fieldsFrom(rules.customFields.subscription, deal.fields);
  const isNone = carrying({ ...order, ...subscription }).customFields === undefined;
  return isNone ? {} : { customFields: { order, subscription } };
}

/** Works out the order of a deal: a new subscription, or what becomes of the one that it names. */
export function planOrder(facts: OrderFacts): PlannedOrder {
  const { deal, today } = facts;
  const body = kindOf(deal) === 'New' ? planNew(facts) : planChange(facts);
  if ('faults' in body) return body;
  const { length } = body.actions;
  if (length > MOST_ACTIONS)
    return {
      faults: [
        orderFault(
          'too_many_actions',
          `It comes to ${length} changes, and Zuora takes ${MOST_ACTIONS} at once. Split the opportunity.`,
        ),
      ],
    };
  return {
    order: {
      number: orderNumberOf(deal.id),
      orderedOn: today,
      ...body,
      currency: deal.currency,
      dealId: deal.id,
      ...customFieldsOf(facts),
    },
  };
}
