import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Deal } from './deal.ts';
import type { OrderFault } from './faults.ts';
import type { Order, PlanOnSale, SubscriptionToChange } from './order.ts';
import type { OrderRules } from './rules.ts';

/** A deal, and what is known of whom and what it concerns. */
export type OrderFacts = {
  deal: Deal;
  /** Those that are linked to the Account of the deal, of every connection. */
  billingAccounts: readonly BillingAccount[];
  /**
   * A billing account of the Account that is on its way, or what keeps it from being made, a sentence each; none where nobody
   * makes one.
   */
  coming?: 'on its way' | readonly string[] | null;
  /** The one that the deal names; null where it names none, or the billing system has none of that number. */
  subscription: SubscriptionToChange | null;
  /** Those that the deal of a group is about, or was; absent of any other deal. */
  group?: readonly SubscriptionToChange[];
  /** What billing sells, by key. */
  plans: ReadonlyMap<string, PlanOnSale>;
  rules: OrderRules;
  today: CalendarDate;
};

/** What of an order depends on its kind. */
export type OrderBody = Pick<Order, 'billingAccountKey' | 'billingAccountNumber' | 'actions'>;

/** What could be worked out, or everything that keeps it from that. */
export type Planned<T> = T | { faults: readonly OrderFault[] };
