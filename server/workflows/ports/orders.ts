import type { OrderFault } from '../../domain/order/faults.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Order, OrderMetrics, PlacedOrder, PlanOnSale, SubscriptionToChange } from '../../domain/order/order.ts';

/** What a billing system does with orders. All of it throws Faults. */
export interface OrderDesk {
  /**
   * @param ids of plans in the billing system
   * @returns those that are there, by id, with everything that an order may override
   */
  plans(ids: readonly string[]): Promise<Map<string, PlanOnSale>>;
  /** @returns what is sent when it is placed, in the words of the billing system. @throws Fault `order_refused` */
  toRequest(order: Order): unknown;
  /** @returns a subscription as it is now, by its number, whoever it belongs to; null when there is none */
  subscription(number: string): Promise<SubscriptionToChange | null>;
  /**
   * What an order would come to; nothing is made. MRR is what it adds, once all of it has taken effect.
   * @throws Fault `order_refused` with the reason in words
   */
  preview(order: Order): Promise<OrderMetrics>;
  /**
   * Places an order, or returns that of the deal which has its number already. It bills nothing by itself.
   * @param effectId the same one is carried out once by the billing system, however often it is sent, and gets the same
   * answer for a day, a refusal too: try again with the same one after `outcomeUnknown`, with another one after any other
   * Fault
   * @throws Fault `order_refused` (kind invalid) when nothing was made and nothing will be until somebody changes something;
   * `outcomeUnknown` when it may have been made
   */
  place(order: Order, effectId: string): Promise<PlacedOrder>;
  /** @returns the order with a number of ours; null when there is none */
  find(number: string): Promise<PlacedOrder | null>;
}

/** How an order stands; the words of the picklist in Salesforce. */
export const ORDER_STATES = ['Not Ready', 'Ready', 'Ordering', 'Ordered', 'Pending', 'Failed'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** A Task in Salesforce, for somebody who has to do something about an order. It never holds the order up. */
export type OrderTask = {
  /** Of the row. */
  key: string;
  ownerId: string;
  subject: string;
  text: string;
  /** Day on which it is due. */
  on: CalendarDate;
  /** `Reopened`: closed once, and its reason is there again. */
  state: 'Open' | 'Closed' | 'Reopened';
};

/** The order of an Opportunity, from when it is worked out until it is placed. JSON-safe. */
export type DealOrder = {
  /** 18 characters. */
  dealId: string;
  accountId: string | null;
  state: OrderState;
  /** Preview: of a deal that is not won; it is shown and never sent. */
  mode: 'Shadow' | 'Automatic' | 'Preview';
  connection: string;
  /** Of what people entered, when it was worked out: another one says that the deal was changed since. */
  digest: string;
  /** What keeps it from being ordered; none where nothing does. */
  faults: readonly OrderFault[];
  /** What was, or would be, sent; null where it could not be worked out. */
  order: Order | null;
  /** The same in words, a line each. */
  actions: readonly string[];
  /** As the billing system worked them out. */
  metrics: OrderMetrics | null;
  placed: PlacedOrder | null;
  /** Rises with each answer that was none of success: a billing system repeats it to what comes with the same effect id. */
  epoch: number;
  /** For people, besides the faults; null for nothing. */
  message: string | null;
  /** One for each reason that was there; closed ones stay, so that no second one is made of the same reason. */
  tasks: readonly OrderTask[];
  /** Business time at which it was worked out, or placed; ISO 8601. */
  asOf: string;
};

/** Orders as they stand here. */
export interface OrderBook {
  /** @returns null when there is none; `version` to save the next state with */
  of(dealId: string): Promise<{ order: DealOrder; version: number } | null>;
  /** @returns every step that an order took, the first one first */
  stepsOf(dealId: string): Promise<{ at: Date; order: DealOrder }[]>;
  /**
   * Commits how an order stands, with a line in its history, and has its Account projected.
   * @param before version that was read; null for the first
   * @returns the version that it has now
   * @throws Fault `order_changed` (retryable) when another worker was faster
   */
  save(order: DealOrder, before: number | null): Promise<number>;
}
