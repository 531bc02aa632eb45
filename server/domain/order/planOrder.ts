import { carrying, fieldsFrom, type FieldMap } from './customFields.ts';
import type { OrderBody, OrderFacts, Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { kindOf, orderNumberOf } from './kind.ts';
import type { Order } from './order.ts';
import { planChange } from './planChange.ts';
import { planGroup } from './planGroup.ts';
import { planNew } from './planNew.ts';

/** Order actions that one order may carry (Zuora docs, "Create an order asynchronously", limits). */
const MOST_ACTIONS = 300;

/** The order of a deal with what it leaves out, a line each in words, or everything that keeps it from being one. */
export type PlannedOrder = Planned<{ order: Order; leftOut: readonly string[] }>;

/** Values that settings send along. */
function customFieldsOf({ deal, rules }: OrderFacts): Pick<Order, 'customFields'> {
  const order = fieldsFrom(rules.customFields.order, deal.fields);
  const subscription = fieldsFrom(rules.customFields.subscription, deal.fields);
  const isNone = carrying({ ...order, ...subscription }).customFields === undefined;
  return isNone ? {} : { customFields: { order, subscription } };
}

/** Code of the fault of an order that waits until a field can be read. */
export const FIELD_UNREADABLE = 'field_unreadable';

/** Fields of Salesforce that settings go by, or send along, and that could not be read: nothing goes without them. */
function unreadFaults({ deal, rules }: OrderFacts): OrderFault[] {
  const { order, subscription, ratePlan, charge } = rules.customFields;
  const criteria = Object.fromEntries(Object.keys(rules.fields).map((name) => [name, name]));
  const lacking = (maps: readonly FieldMap[], of: string, values: object = {}) =>
    maps
      .flatMap((map) => Object.values(map))
      .filter((name) => !Object.hasOwn(values, name))
      .map((name) => `${of}.${name}`);
  const names = new Set([
    ...lacking([criteria, order, subscription], 'Opportunity', deal.fields),
    ...deal.lines.flatMap((line) => lacking([ratePlan, charge], 'OpportunityLineItem', line.fields)),
  ]);
  return [...names].map((name) =>
    orderFault(
      FIELD_UNREADABLE,
      `Settings name ${name}, and the integration user cannot read it. Give it access, or take it out of ORDERS_FILE; it is looked at again within the hour.`,
    ),
  );
}

function bodyOf(facts: OrderFacts): Planned<OrderBody & { leftOut?: readonly string[] }> {
  const kind = kindOf(facts.deal);
  if (kind === 'New') return planNew(facts);
  return kind === 'Renew' && facts.deal.group !== undefined ? planGroup(facts, facts.deal.group) : planChange(facts);
}

/** Works out the order of a deal: a new subscription, or what becomes of the one, or the group, that it names. */
export function planOrder(facts: OrderFacts): PlannedOrder {
  const { deal, today } = facts;
  const body = bodyOf(facts);
  const unread = unreadFaults(facts);
  if ('faults' in body || unread.length > 0) return { faults: [...unread, ...('faults' in body ? body.faults : [])] };
  const { leftOut = [], ...ordered } = body;
  const { length } = ordered.actions;
  if (length > MOST_ACTIONS)
    return {
      faults: [
        orderFault(
          'too_many_actions',
          `It comes to ${length} changes, and Zuora takes ${MOST_ACTIONS} in one order. Split the opportunity.`,
        ),
      ],
    };
  return {
    order: {
      number: orderNumberOf(deal.id),
      orderedOn: today,
      ...ordered,
      currency: deal.currency,
      dealId: deal.id,
      ...customFieldsOf(facts),
    },
    leftOut,
  };
}
