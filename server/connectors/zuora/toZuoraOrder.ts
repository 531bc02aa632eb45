import { Fault } from '../../domain/fault.ts';
import type { Decimal } from '../../domain/money/decimal.ts';
import type { ChargeOverride, Order, OrderAction, PlanOrder } from '../../domain/order/order.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';

/** Digits that every reader of JSON keeps: those of a binary double. */
const MOST_DIGITS = 15;

/** @throws Fault when the decimal would not arrive as it is, since Zuora takes prices and quantities as JSON numbers */
function toJsonNumber(value: Decimal): number {
  const digits = value
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  const number = Number(value);
  if (digits.length > MOST_DIGITS || !Number.isFinite(number))
    throw new Fault({
      code: 'order_refused',
      kind: 'invalid',
      publicText: `Zuora takes no number as long as ${value} exactly. Enter a price or quantity of at most ${MOST_DIGITS} digits.`,
    });
  return number;
}

type Part = 'price' | 'quantity';

/** Names of `pricing` by kind and model of the charge, and what of it can be overridden here (Zuora API, "Create an order"). */
const PRICING: Readonly<Record<string, readonly [name: string, ...parts: Part[]]>> = {
  'oneTime flat': ['oneTimeFlatFee', 'price'],
  'oneTime perUnit': ['oneTimePerUnit', 'price', 'quantity'],
  'oneTime graduated': ['oneTimeTiered', 'quantity'],
  'oneTime volume': ['oneTimeVolume', 'quantity'],
  'recurring flat': ['recurringFlatFee', 'price'],
  'recurring perUnit': ['recurringPerUnit', 'price', 'quantity'],
  'recurring graduated': ['recurringTiered', 'quantity'],
  'recurring volume': ['recurringVolume', 'quantity'],
};

const NAMES: Readonly<Record<Part, string>> = { price: 'listPrice', quantity: 'quantity' };

/** @returns `pricing` of a charge; null where it stays as it is. @throws Fault for what the charge has none of */
function pricingOf(override: ChargeOverride): object | null {
  const { kind, model } = override;
  const given = (['price', 'quantity'] as const).filter((part) => override[part] !== null);
  if (given.length === 0) return null;
  const [name, ...parts] = PRICING[`${kind} ${model}`] ?? [''];
  const foreign = given.find((part) => !parts.includes(part));
  if (foreign !== undefined)
    throw new Fault({
      code: 'order_refused',
      kind: 'invalid',
      publicText: `The ${foreign} of charge ${override.charge} cannot be set by an order, because of how Zuora prices it. Leave it as the catalog has it.`,
      context: { kind, model },
    });
  return { [name]: Object.fromEntries(given.map((part) => [NAMES[part], toJsonNumber(override[part]!)])) };
}

function toPlan({ planId, charges }: PlanOrder): object {
  const chargeOverrides = charges.flatMap((override) => {
    const pricing = pricingOf(override);
    return pricing === null ? [] : [{ productRatePlanChargeId: override.charge, pricing }];
  });
  return { productRatePlanId: planId, ...(chargeOverrides.length > 0 && { chargeOverrides }) };
}

type ActionOf<T extends OrderAction['type']> = Extract<OrderAction, { type: T }>;

function termsOf({ term, autoRenew, renewalMonths }: ActionOf<'CreateSubscription'>): object {
  if (term.type === 'Evergreen') return { initialTerm: { termType: 'EVERGREEN' } };
  const { months } = term;
  return {
    initialTerm: { termType: 'TERMED', period: months, periodType: 'Month' },
    renewalSetting: 'RENEW_WITH_SPECIFIC_TERM',
    renewalTerms: [{ period: renewalMonths ?? months, periodType: 'Month' }],
    autoRenew,
  };
}

/** What each type of action says besides its type and dates; the name of the property is Zuora's. */
const BODIES: { readonly [T in OrderAction['type']]: (action: ActionOf<T>, order: Order) => object } = {
  CreateSubscription: (action, { subscriptionNumber }) => ({
    createSubscription: {
      subscriptionNumber,
      terms: termsOf(action),
      subscribeToRatePlans: action.plans.map(toPlan),
    },
  }),
};

/** Types that make the subscription, so that it is not named as one that is there. */
const MAKES: ReadonlySet<string> = new Set<OrderAction['type']>(['CreateSubscription']);

const TRIGGERS = ['ContractEffective', 'ServiceActivation', 'CustomerAcceptance'] as const;

/** A tenant that asks for one of them, and is not told it, keeps the order waiting. */
function triggerDates(day: CalendarDate): object[] {
  return TRIGGERS.map((name) => ({ name, triggerDate: day }));
}

function toAction(action: OrderAction, order: Order): object {
  return { type: action.type, triggerDates: triggerDates(action.startsOn), ...BODIES[action.type](action, order) };
}

/**
 * What an order is in Zuora's words, for placing it and for a preview (Zuora API, "Create an order"). It is billed in the
 * currency of the billing account; a subscription of another one needs a feature that few tenants have.
 * @param dealField custom field of orders and subscriptions that names the Opportunity
 * @throws Fault `order_refused` for what Zuora could not take as it is meant
 */
export function toZuoraOrder(order: Order, dealField: string): object {
  const { number, orderedOn, billingAccountNumber, subscriptionNumber, dealId, actions } = order;
  const isNew = actions.some(({ type }) => MAKES.has(type));
  const customFields = { [dealField]: dealId };
  return {
    orderNumber: number,
    orderDate: orderedOn,
    existingAccountNumber: billingAccountNumber,
    customFields,
    subscriptions: [
      {
        ...(isNew ? {} : { subscriptionNumber }),
        customFields,
        orderActions: actions.map((action) => toAction(action, order)),
      },
    ],
  };
}
