import { grouped, type Decimal } from '../money/decimal.ts';
import { periodInWords } from '../subscription/interval.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import {
  actionsBySubscription,
  type ActionOf,
  type CancelPolicy,
  type ChargeOverride,
  type ChargeUpdate,
  type Order,
  type OrderedAction,
  type OrderTerm,
  type PlanOnSale,
  type PlanOrder,
} from './order.ts';

const months = (count: number): string => (count === 1 ? '1 month' : `${count} months`);

function chargeInWords(override: ChargeOverride, plan: PlanOnSale, currency: string): string {
  const charge = plan.charges.find(({ id }) => id === override.charge);
  const every = charge?.kind === 'recurring' ? ` ${periodInWords(charge.priceInterval)}` : '';
  const price =
    override.price === null ? 'at the price of billing' : `at ${currency} ${grouped(override.price)}${every}`;
  return `${charge?.name ?? override.charge}: ${override.quantity === null ? '' : `${grouped(override.quantity)} `}${price}`;
}

function planInWords({ planId, charges }: PlanOrder, plans: readonly PlanOnSale[], currency: string): string {
  const plan = plans.find(({ id }) => id === planId);
  if (plan === undefined) return planId;
  const told = charges.filter(({ quantity, price }) => quantity !== null || price !== null);
  const parts = told.map((charge) => chargeInWords(charge, plan, currency));
  return `${plan.name}${parts.length === 0 ? ', as billing prices it' : ` (${parts.join('; ')})`}`;
}

function lengthInWords(term: OrderTerm): string {
  return term.type === 'Evergreen' ? 'without an end' : `for ${months(term.months)}`;
}

function termInWords({ term, autoRenew, renewalMonths }: ActionOf<'CreateSubscription'>): string {
  if (term.type === 'Evergreen') return lengthInWords(term);
  const renewal = autoRenew
    ? `renews by itself for ${months(renewalMonths ?? term.months)}`
    : 'does not renew by itself';
  return `${lengthInWords(term)}, ${renewal}`;
}

function changedTermsInWords({ term, autoRenew, renewalMonths }: ActionOf<'TermsAndConditions'>): string {
  return [
    ...(term === null ? [] : [lengthInWords(term)]),
    ...(autoRenew === null ? [] : [autoRenew ? 'renews by itself' : 'does not renew by itself']),
    ...(renewalMonths === null ? [] : [`renewals of ${months(renewalMonths)}`]),
  ].join(', ');
}

const stepInWords = (from: Decimal | null, to: Decimal, unit: string): string =>
  `${from === null ? '' : `from ${unit}${grouped(from)} `}to ${unit}${grouped(to)}`;

function updateInWords({ name, charge, quantity, price, priceInterval, was }: ChargeUpdate, currency: string): string {
  const every = priceInterval === null ? '' : ` ${periodInWords(priceInterval)}`;
  const parts = [
    ...(quantity === null ? [] : [stepInWords(was.quantity, quantity, '')]),
    ...(price === null ? [] : [`${stepInWords(was.price, price, `${currency} `)}${every}`]),
  ];
  return `${name} ${parts.length === 0 ? `(${charge}) as it is` : parts.join(', ')}`;
}

const CANCELS: Readonly<Record<CancelPolicy, (day: CalendarDate) => string>> = {
  EndOfCurrentTerm: (day) => `at the end of its term, ${day}`,
  EndOfLastInvoicePeriod: () => 'at the end of what is billed',
  SpecificDate: (day) => `from ${day} on`,
};

/** Sales that end before the subscription does say so. */
const soldInWords = (plan: PlanOrder, plans: readonly PlanOnSale[], currency: string): string =>
  `${planInWords(plan, plans, currency)}${plan.endsOn === undefined ? '' : ` until ${plan.endsOn}`}`;

/** What an action does, a line for each plan of a new subscription after that of the subscription itself. */
function actionInWords(action: OrderedAction, order: Order, plans: readonly PlanOnSale[]): string[] {
  const { currency } = order;
  const from = `- From ${action.startsOn}`;
  switch (action.type) {
    case 'CreateSubscription':
      return [
        `New subscription ${action.subscriptionNumber} of ${order.billingAccountNumber} from ${action.startsOn} ${termInWords(action)}`,
        ...action.plans.map((plan) => `- ${soldInWords(plan, plans, currency)}`),
      ];
    case 'AddProduct':
      return [`${from} add ${soldInWords(action.plan, plans, currency)}`];
    case 'UpdateProduct': {
      const updates = action.charges.map((update) => updateInWords(update, currency));
      return [`${from} change ${action.of.name}${updates.length === 0 ? '' : ` (${updates.join('; ')})`}`];
    }
    case 'RemoveProduct':
      return [`${from} remove ${action.of.name}`];
    case 'ChangePlan':
      return [`${from} replace ${action.of.name} by ${planInWords(action.plan, plans, currency)}`];
    case 'TermsAndConditions':
      return [`- Terms: ${changedTermsInWords(action)}`];
    case 'RenewSubscription':
      return [`${from} renew`];
    case 'CancelSubscription':
      return [`- Cancel ${CANCELS[action.policy](action.startsOn)}`];
  }
}

/** What an order does, a line each, for people who are to read it before or after it is placed. */
export function orderInWords(order: Order, plans: readonly PlanOnSale[]): string[] {
  return [...actionsBySubscription(order)].flatMap(([number, actions]) => {
    const lines = actions.flatMap((action) => actionInWords(action, order, plans));
    if (actions[0]!.type === 'CreateSubscription') return lines;
    return [`Change of subscription ${number} of ${order.billingAccountNumber}`, ...lines];
  });
}
