import { grouped, type Decimal } from '../money/decimal.ts';
import type { Interval, Tier } from '../subscription/charge.ts';
import { periodInWords } from '../subscription/interval.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import {
  actionsBySubscription,
  type ActionOf,
  type CancelPolicy,
  type ChargeOverride,
  type ChargePricing,
  type ChargeUpdate,
  type Order,
  type OrderedAction,
  type OrderTerm,
  type PlanOnSale,
  type PlanOrder,
  type Reduction,
} from './order.ts';

const months = (count: number): string => (count === 1 ? '1 month' : `${count} months`);

/** @returns prices of the bands, such as `USD 9 up to 10, USD 8 over 10`; what a band costs as a whole is `in all` */
const tiersInWords = (tiers: readonly Tier[], currency: string): string =>
  tiers
    .map(({ upTo, unitPrice, flatAmount }, index) => {
      const parts = [
        ...(unitPrice === '0' && flatAmount !== '0' ? [] : [`${currency} ${grouped(unitPrice)}`]),
        ...(flatAmount === '0' ? [] : [`${currency} ${grouped(flatAmount)} in all`]),
      ];
      const before = tiers[index - 1]?.upTo ?? null;
      const band = upTo !== null ? ` up to ${grouped(upTo)}` : before === null ? '' : ` over ${grouped(before)}`;
      return `${parts.join(' and ')}${band}`;
    })
    .join(', ');

const reductionInWords = ({ percentOff, amountOff = '0' }: Reduction, currency: string): string =>
  percentOff === undefined ? `${currency} ${grouped(amountOff)} off` : `${percentOff} % off`;

type Sold = Pick<ChargeOverride, 'kind' | 'model'>;

/** What a price is for, where it is not what all of it costs. */
function metered({ kind, model }: Sold): string {
  if (model === 'tieredOverage') return ' a unit beyond';
  if (model === 'overage') return ' a unit beyond what is included';
  return kind === 'usage' && model === 'perUnit' ? ' a unit' : '';
}

const everyOf = ({ kind }: Sold, interval: Interval | null | undefined): string =>
  kind === 'recurring' && interval != null ? ` ${periodInWords(interval)}` : '';

function chargeInWords(override: ChargeOverride, plan: PlanOnSale, currency: string): string {
  const charge = plan.charges.find(({ id }) => id === override.charge);
  const { quantity, price, tiers, reduction } = override;
  const prices = [
    ...(tiers === undefined ? [] : [tiersInWords(tiers, currency)]),
    ...(price === null ? [] : [`${currency} ${grouped(price)}${metered(override)}`]),
  ];
  const said =
    reduction !== undefined
      ? reductionInWords(reduction, currency)
      : prices.length === 0
        ? 'at the price of billing'
        : `at ${prices.join(', ')}${everyOf(override, charge?.priceInterval)}`;
  return `${charge?.name ?? override.charge}: ${quantity === null ? '' : `${grouped(quantity)} `}${said}`;
}

/** A charge of which something is sold otherwise than billing does, or so many. */
const isTold = ({ quantity, price, tiers, reduction }: ChargePricing): boolean =>
  quantity !== null || price !== null || tiers !== undefined || reduction !== undefined;

function planInWords({ planId, charges }: PlanOrder, plans: readonly PlanOnSale[], currency: string): string {
  const plan = plans.find(({ id }) => id === planId);
  if (plan === undefined) return planId;
  const told = charges.filter(isTold);
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

function updateInWords(update: ChargeUpdate, currency: string): string {
  const { name, charge, quantity, price, tiers, reduction, was } = update;
  const every = everyOf(update, update.priceInterval);
  const parts = [
    ...(quantity === null ? [] : [stepInWords(was.quantity, quantity, '')]),
    ...(tiers === undefined ? [] : [`tiers to ${tiersInWords(tiers, currency)}${every}`]),
    ...(price === null ? [] : [`${stepInWords(was.price, price, `${currency} `)}${metered(update)}${every}`]),
    ...(reduction === undefined ? [] : [`to ${reductionInWords(reduction, currency)}`]),
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
