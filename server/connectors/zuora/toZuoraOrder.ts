import {
  actionsBySubscription,
  type ActionOf,
  type ChargeUpdate,
  type Order,
  type OrderAction,
  type OrderedAction,
  type OrderTerm,
  type PlanOrder,
  type SoldPlan,
} from '../../domain/order/order.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import { toZuoraPricing } from './toZuoraPricing.ts';

/** An id of Zuora's, in distinction to a number. */
const ID = /^[0-9a-f]{32}$/;

/** Names a charge that the same order makes, for what changes of it later; of at most 50 characters (Zuora API, `uniqueToken`). */
const tokenOf = (lineId: string, charge: string): string => `${lineId}-${charge.slice(-24)}`;

/** @param isChanged a later action of the order changes what it sells */
function toPlan(plan: PlanOrder, isChanged = false): object {
  const { lineId, planId, charges, endsOn, customFields } = plan;
  const chargeOverrides = charges.flatMap((override) => {
    const pricing = toZuoraPricing(override);
    const said = {
      ...(pricing !== null && { pricing }),
      ...(endsOn !== undefined &&
        override.kind !== 'oneTime' && {
          endDate: { endDateCondition: 'Specific_End_Date', specificEndDate: endsOn },
        }),
      ...(override.customFields && { customFields: override.customFields }),
      ...(isChanged && { uniqueToken: tokenOf(lineId, override.charge) }),
    };
    return Object.keys(said).length === 0 ? [] : [{ productRatePlanChargeId: override.charge, ...said }];
  });
  return {
    productRatePlanId: planId,
    ...(isChanged && { uniqueToken: lineId }),
    ...(customFields && { customFields }),
    ...(chargeOverrides.length > 0 && { chargeOverrides }),
  };
}

/** @returns what names a plan that the subscription has, or will have by an earlier action of the order */
function named(of: SoldPlan): object {
  if ('lineId' in of) return { uniqueToken: of.lineId };
  // Tenants that number no rate plans have their ids for it.
  return ID.test(of.number) ? { ratePlanId: of.number } : { subscriptionRatePlanNumber: of.number };
}

function toChargeUpdate(of: SoldPlan, update: ChargeUpdate): object {
  const pricing = toZuoraPricing(update);
  return {
    ...('lineId' in of ? { uniqueToken: tokenOf(of.lineId, update.charge) } : { chargeNumber: update.charge }),
    ...(pricing !== null && { pricing }),
    ...(update.customFields && { customFields: update.customFields }),
  };
}

const inMonths = (months: number): object => ({ period: months, periodType: 'Month' });
const toTerm = (term: OrderTerm): object =>
  term.type === 'Evergreen' ? { termType: 'EVERGREEN' } : { termType: 'TERMED', ...inMonths(term.months) };
const toRenewal = (months: number): object => ({
  renewalSetting: 'RENEW_WITH_SPECIFIC_TERM',
  renewalTerms: [inMonths(months)],
});

function termsOf({ term, autoRenew, renewalMonths }: ActionOf<'CreateSubscription'>): object {
  const initialTerm = toTerm(term);
  if (term.type === 'Evergreen') return { initialTerm };
  return { initialTerm, ...toRenewal(renewalMonths ?? term.months), autoRenew };
}

/** Lines whose plans a later action of the order changes. */
const changedLines = ({ actions }: Order): ReadonlySet<string> =>
  new Set(
    actions.flatMap((action) => (action.type === 'UpdateProduct' && 'lineId' in action.of ? [action.of.lineId] : [])),
  );

type Ordered<T extends OrderAction['type']> = ActionOf<T> & Pick<OrderedAction, 'subscriptionNumber'>;

/** What each type of action says besides its type and dates; the name of the property is Zuora's. */
const BODIES: { readonly [T in OrderAction['type']]: (action: Ordered<T>, order: Order) => object } = {
  CreateSubscription: (action, order) => ({
    createSubscription: {
      subscriptionNumber: action.subscriptionNumber,
      terms: termsOf(action),
      subscribeToRatePlans: action.plans.map((plan) => toPlan(plan, changedLines(order).has(plan.lineId))),
    },
  }),
  AddProduct: ({ plan }, order) => ({ addProduct: toPlan(plan, changedLines(order).has(plan.lineId)) }),
  UpdateProduct: ({ of, charges, customFields }) => ({
    updateProduct: {
      ...named(of),
      ...(customFields && { customFields }),
      chargeUpdates: charges.map((update) => toChargeUpdate(of, update)),
    },
  }),
  RemoveProduct: ({ of }) => ({ removeProduct: named(of) }),
  ChangePlan: ({ of, plan }) => ({
    changePlan: { ...named(of), effectivePolicy: 'SpecificDate', newProductRatePlan: toPlan(plan) },
  }),
  TermsAndConditions: ({ term, autoRenew, renewalMonths }) => ({
    termsAndConditions: {
      ...(term !== null && { lastTerm: toTerm(term) }),
      ...(autoRenew !== null && { autoRenew }),
      ...(renewalMonths !== null && toRenewal(renewalMonths)),
    },
  }),
  RenewSubscription: () => ({ renewSubscription: {} }),
  CancelSubscription: ({ policy, startsOn }) => ({
    cancelSubscription: {
      cancellationPolicy: policy,
      ...(policy === 'SpecificDate' && { cancellationEffectiveDate: startsOn }),
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

function toAction(action: OrderedAction, order: Order): object {
  const bodyOf = BODIES[action.type] as (action: OrderedAction, order: Order) => object;
  return { type: action.type, triggerDates: triggerDates(action.startsOn), ...bodyOf(action, order) };
}

/** What an order does with one subscription: one that it makes has the number in the action. */
function toPart(number: string, actions: readonly OrderedAction[], order: Order, named: object): object {
  const isNew = actions.some(({ type }) => MAKES.has(type));
  return {
    ...(isNew ? {} : { subscriptionNumber: number }),
    // A subscription keeps the deal that made it; which deal changed it is told by the order.
    customFields: { ...order.customFields?.subscription, ...(isNew && named) },
    orderActions: actions.map((action) => toAction(action, order)),
  };
}

/**
 * What an order is in Zuora's words, for placing it and for a preview (Zuora API, "Create an order"). It is billed in the
 * currency of the billing account; a subscription of another one needs a feature that few tenants have.
 * @param dealField custom field that names the Opportunity: of the order, and of the subscription that it makes
 * @throws Fault `order_refused` for what Zuora could not take as it is meant
 */
export function toZuoraOrder(order: Order, dealField: string): object {
  const { number, orderedOn, billingAccountNumber, dealId, customFields } = order;
  const named = { [dealField]: dealId };
  return {
    orderNumber: number,
    orderDate: orderedOn,
    existingAccountNumber: billingAccountNumber,
    customFields: { ...customFields?.order, ...named },
    subscriptions: [...actionsBySubscription(order)].map(([of, actions]) => toPart(of, actions, order, named)),
  };
}
