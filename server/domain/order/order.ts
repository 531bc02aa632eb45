import type { CatalogCharge } from '../catalog/sellable.ts';
import type { Decimal } from '../money/decimal.ts';
import type { Interval, Tier } from '../subscription/charge.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { CalendarDate } from '../time/calendarDate.ts';

/** A charge of what billing sells, as an order may override it. */
export type ChargeOnSale = CatalogCharge & {
  /** In the billing system. */
  id: string;
  /** Quantity where an order names none; null where there is none. */
  quantity: Decimal | null;
  /** Digits after the point that a quantity may have, of a billing system that rounds the others; null where it does not tell. */
  quantityDigits?: number | null;
  /** For model `discount`: what it takes off. */
  reduces?: keyof Reduction;
};

/** What one line of an order can name: a product rate plan of Zuora, a price of Stripe. */
export type PlanOnSale = {
  /** `<connection>:productrateplan:<id>` or `<connection>:price:<id>` */
  key: string;
  /** In the billing system. */
  id: string;
  name: string;
  /** False once it is archived, before it is on sale, and after that. */
  active: boolean;
  charges: readonly ChargeOnSale[];
};

/** A subscription that a deal is to change, as the billing system has it now. */
export type SubscriptionToChange = {
  /** With every segment of its charges. */
  subscription: Subscription;
  /** Number of the billing account that gets its invoices. */
  billedAccountNumber: string;
  /** Ids of the plans of the catalog that were sold, by `ratePlanKey` of the charges. */
  planIds: Readonly<Record<string, string>>;
  /** Numbers of orders of it that are not carried out yet. */
  waitingOrders: readonly string[];
};

/** Values by the name of the custom field in the billing system. */
export type CustomFields = Readonly<Record<string, string | number | boolean>>;

/** What a discount charge takes off: a percentage, above 0 and at most 100, or an amount in major units. */
export type Reduction = { percentOff?: Decimal; amountOff?: Decimal };

/** How much of a charge is sold, and at what price; what is null or absent stays as the catalog, or the subscription, has it. */
export type ChargePricing = {
  quantity: Decimal | null;
  /** Of a unit (perUnit), of the whole (flat) or of a unit beyond what is included or the last tier (overage), major units. */
  price: Decimal | null;
  /** All of its bands, which begin and end as they did. */
  tiers?: readonly Tier[];
  reduction?: Reduction;
};

/** How a charge is sold. */
export type ChargeOverride = ChargePricing & {
  /** Charge of the catalog for what is sold anew, number of the charge for what the subscription has. */
  charge: string;
  kind: ChargeOnSale['kind'];
  model: ChargeOnSale['model'];
  customFields?: CustomFields;
};

/** A charge that is changed, with what it is changed from. */
export type ChargeUpdate = ChargeOverride & {
  name: string;
  /** What the price buys; null for what is billed once. */
  priceInterval: Interval | null;
  was: ChargePricing;
};

/** One plan as it is sold by a line. */
export type PlanOrder = {
  /** Line of the deal. */
  lineId: string;
  /** Of the plan in the billing system. */
  planId: string;
  charges: readonly ChargeOverride[];
  /** First day on which it no longer holds; absent where it holds as long as the subscription. Its charges are all named then. */
  endsOn?: CalendarDate;
  customFields?: CustomFields;
};

/** A plan of the subscription: by its number, or by the line of the same order that sells it. */
export type SoldPlan = { number: string; name: string } | { lineId: string; name: string };

export type OrderTerm = { type: 'Termed'; months: number } | { type: 'Evergreen' };

/** When a cancellation takes effect (Zuora API, "Create an order", `cancellationPolicy`). */
export type CancelPolicy = 'EndOfCurrentTerm' | 'EndOfLastInvoicePeriod' | 'SpecificDate';

/**
 * What is done with one subscription. Source of the names: Zuora docs, "Create an order", order actions. Each takes effect on its
 * first day.
 */
export type OrderAction = { startsOn: CalendarDate } & (
  | {
      type: 'CreateSubscription';
      term: OrderTerm;
      autoRenew: boolean;
      /** null for the length of the first term. */
      renewalMonths: number | null;
      plans: readonly PlanOrder[];
    }
  | { type: 'AddProduct'; plan: PlanOrder }
  | { type: 'UpdateProduct'; of: SoldPlan; charges: readonly ChargeUpdate[]; customFields?: CustomFields }
  | { type: 'RemoveProduct'; of: SoldPlan }
  | { type: 'ChangePlan'; of: SoldPlan; plan: PlanOrder }
  /** What is null stays as the subscription has it. */
  | { type: 'TermsAndConditions'; term: OrderTerm | null; autoRenew: boolean | null; renewalMonths: number | null }
  | { type: 'RenewSubscription' }
  | { type: 'CancelSubscription'; policy: CancelPolicy }
);

export type ActionOf<T extends OrderAction['type']> = Extract<OrderAction, { type: T }>;

/** An action with the number of the subscription that it makes or changes. */
export type OrderedAction = OrderAction & { subscriptionNumber: string };

/** What is sent to a billing system for a deal, in its own words only where they are everybody's. */
export type Order = {
  /** Chosen by us, so that a second one is refused: see `orderNumberOf`. */
  number: string;
  orderedOn: CalendarDate;
  /** Key of the billing account that is billed. */
  billingAccountKey: string;
  /** Number of it in the billing system. */
  billingAccountNumber: string;
  currency: string;
  dealId: string;
  /** At least one; those of one subscription in the order in which they are carried out. */
  actions: readonly OrderedAction[];
  /** Besides the one that names the deal. */
  customFields?: { order: CustomFields; subscription: CustomFields };
};

/** What an order comes to, as the billing system says it. Amounts in major units of `currency`. */
export type OrderMetrics = {
  currency: string;
  /** Of the subscription afterwards, and by how much the order changes it. */
  mrr: Decimal;
  mrrChange: Decimal;
  /** null where the subscription has no end. */
  tcv: Decimal | null;
  tcvChange: Decimal | null;
  /** What is billed first; null where nothing is. */
  firstInvoice: { amount: Decimal; on: CalendarDate } | null;
};

/** What became of an order in the billing system. */
export type PlacedOrder = {
  number: string;
  /** As the billing system says it. */
  status: 'Draft' | 'Pending' | 'Completed' | (string & {});
  subscriptionNumbers: readonly string[];
};

/** @returns the actions of an order by the number of the subscription that they make or change, in their order */
export const actionsBySubscription = ({ actions }: Pick<Order, 'actions'>): Map<string, OrderedAction[]> =>
  Map.groupBy(actions, ({ subscriptionNumber }) => subscriptionNumber);

/** @returns numbers of the subscriptions that an order makes or changes */
export const subscriptionsOf = (order: Pick<Order, 'actions'>): string[] => [...actionsBySubscription(order).keys()];
