import type { CatalogCharge } from '../catalog/sellable.ts';
import type { Decimal } from '../money/decimal.ts';
import type { CalendarDate } from '../time/calendarDate.ts';

/** A charge of what billing sells, as an order may override it. */
export type ChargeOnSale = CatalogCharge & {
  /** In the billing system. */
  id: string;
  /** Quantity where an order names none; null where there is none. */
  quantity: Decimal | null;
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

/** How a charge is sold; what is null stays as the catalog, or the subscription, has it. */
export type ChargeOverride = {
  /** Charge of the catalog for what is sold anew, number of the charge for what the subscription has. */
  charge: string;
  kind: ChargeOnSale['kind'];
  model: ChargeOnSale['model'];
  quantity: Decimal | null;
  /** Of a unit (perUnit) or of the whole (flat), major units. */
  price: Decimal | null;
};

/** One plan as it is sold by a line. */
export type PlanOrder = {
  /** Line of the deal. */
  lineId: string;
  /** Of the plan in the billing system. */
  planId: string;
  charges: readonly ChargeOverride[];
};

export type OrderTerm = { type: 'Termed'; months: number } | { type: 'Evergreen' };

/** Source of the names: Zuora docs, "Create an order", order actions. */
export type OrderAction = {
  type: 'CreateSubscription';
  startsOn: CalendarDate;
  term: OrderTerm;
  autoRenew: boolean;
  /** null for the length of the first term. */
  renewalMonths: number | null;
  plans: readonly PlanOrder[];
};

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
  /** Of the subscription that is made or changed. */
  subscriptionNumber: string;
  dealId: string;
  actions: readonly OrderAction[];
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
