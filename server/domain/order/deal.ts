import type { Decimal } from '../money/decimal.ts';
import type { RenewedGroup } from '../renewal/key.ts';
import type { CalendarDate } from '../time/calendarDate.ts';

/** What an order is to do with what the customer has; the words of the picklist on Opportunity. */
export const ORDER_KINDS = ['New', 'Amend', 'Renew', 'Cancel'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

/** What a line is to do with a subscription that is there; the words of the picklist on OpportunityLineItem. */
export const LINE_ACTIONS = ['Add', 'Update', 'Remove', 'Change Plan'] as const;
export type LineAction = (typeof LINE_ACTIONS)[number];

/** What one line of an Opportunity sells, as people entered it. */
export type DealLine = {
  /** 18 characters. */
  id: string;
  /** Name of the product, for sentences. */
  product: string;
  /** Key of what billing sells (`<connection>:productrateplan:<id>`, `<connection>:price:<id>`); null for any other product. */
  sellableKey: string | null;
  quantity: Decimal;
  /** Sales price of a unit in the currency of the deal, major units, exact. */
  unitPrice: Decimal;
  /** Percentage off, 0 to 100; null for none. */
  discountPercent: Decimal | null;
  /** First day on which it holds; null for that of the deal. */
  startsOn: CalendarDate | null;
  /** First day on which it no longer holds; null for the end of the subscription. */
  endsOn: CalendarDate | null;
  /** null where people leave it to what the subscription has. */
  action: LineAction | null;
  /** Charge of the subscription that it changes, by its number; null where there is one that it can mean. */
  chargeNumber: string | null;
  /**
   * Of a line that the product made for what goes on: for how many months the sales price is, and the one that billing's own price
   * comes to. Absent where the sales price is that of a billing period.
   */
  ofTerm?: { months: number; billingPrice: Decimal };
  /** Fields that settings name, by their API name; absent where they name none. */
  fields?: Readonly<Record<string, string | number | boolean | null>>;
};

/** How long what is sold holds. */
export type DealTerms = {
  startsOn: CalendarDate | null;
  /** Whole months; null where nobody said it. */
  months: number | null;
  /** Has no end; then there are no months. */
  evergreen: boolean;
  autoRenew: boolean | null;
  /** Whole months of each term after the first. */
  renewalMonths: number | null;
};

/** An Opportunity as it is read for an order. */
export type Deal = {
  /** 18 characters. */
  id: string;
  name: string;
  /** 18 characters; null where it belongs to no Account. */
  accountId: string | null;
  ownerId: string;
  stage: string;
  isWon: boolean;
  isClosed: boolean;
  closesOn: CalendarDate;
  /** When it came to its stage; ISO 8601. */
  stageSince: string;
  /** Of its price book entries: ISO 4217; the org's where it has one alone. */
  currency: string;
  /** Amount of the Opportunity, major units; null where there is none. */
  amount: Decimal | null;
  /** Developer name of the record type; null without one. */
  recordType: string | null;
  /** Made or closed by the product to report what billing did: it is never ordered. */
  isReported: boolean;
  /** Key of a renewal that the product opened; absent of any other deal. */
  key?: string;
  /** First day of the term that the product opened it for; absent of any other deal. */
  renewsOn?: CalendarDate;
  /** Of a deal that renews all of a group which ends on that day; absent of any other. It names no subscription then. */
  group?: RenewedGroup;
  /** null where people leave it to whether a subscription is named. */
  kind: OrderKind | null;
  /** Subscription that is changed, by number or key; null for a new one. */
  subscriptionNumber: string | null;
  /** Key of the billing account that is to be billed; null where the Account has one alone. */
  billingAccountKey: string | null;
  /** What the Opportunity says, completed by its Contract. */
  terms: DealTerms;
  lines: readonly DealLine[];
  /** Fields that settings name, by their API name. */
  fields: Readonly<Record<string, string | number | boolean | null>>;
};
