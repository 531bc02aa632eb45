import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import type { OrderFacts } from '../../domain/order/facts.ts';
import type { OrderFault } from '../../domain/order/faults.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Order, OrderMetrics, PlacedOrder, PlanOnSale, SubscriptionToChange } from '../../domain/order/order.ts';

/** @returns the fault of what a billing system is not done with yet; to be asked for again after `retryAfterMs` */
export const underWay = (publicText: string, retryAfterMs: number): Fault =>
  new Fault({ code: 'order_under_way', kind: 'unavailable', publicText, retryAfterMs, outcomeUnknown: true });

/**
 * @param retryAfterMs null where it does not help to ask again
 * @returns the fault of what a billing system should long have been done with
 */
export const stuck = (publicText: string, retryAfterMs: number | null): Fault =>
  new Fault({
    code: 'order_job_stuck',
    kind: 'conflict',
    publicText,
    outcomeUnknown: true,
    ...(retryAfterMs === null ? {} : { retryable: true, retryAfterMs }),
  });

export const isUnderWay = (error: unknown): error is Fault =>
  error instanceof Fault && error.code === 'order_under_way';
export const isStuck = (error: unknown): error is Fault => error instanceof Fault && error.code === 'order_job_stuck';

/** How a billing system takes an order. */
export type Delivery = {
  /** It answers at once, and works the order off after that. */
  isJob: boolean;
  /** An order whose answer was lost, and which is not there after so long, will not come any more, ms. */
  certainAfterMs: number;
};

/** After so long a call whose answer was lost is carried out no more (Zuora docs: a request ends after 120 s). */
export const AT_ONCE: Delivery = { isJob: false, certainAfterMs: 150_000 };

/** What a billing system does with orders. All of it throws Faults. */
export interface OrderDesk {
  /** Whether something can begin, or change, on a day that is past. */
  backdates: boolean;
  /**
   * @param ids of plans in the billing system
   * @returns those that are there, by id, with everything that an order may override
   */
  plans(ids: readonly string[]): Promise<Map<string, PlanOnSale>>;
  /** @returns what the billing system cannot do of what a deal asks for, all of it, besides what nobody could do */
  faultsOf(facts: OrderFacts): readonly OrderFault[];
  /** @returns what is sent when it is placed, in the words of the billing system. @throws Fault `order_refused` */
  toRequest(order: Order): Promise<unknown>;
  deliveryOf(order: Order): Delivery;
  /** @returns a subscription as it is now, by its number, whoever it belongs to; null when there is none */
  subscription(number: string): Promise<SubscriptionToChange | null>;
  /**
   * What an order would come to; nothing is made. MRR is what it adds, once all of it has taken effect.
   * @throws Fault `order_refused` with the reason in words; `underWay`, `stuck` while it is worked out
   */
  preview(order: Order): Promise<OrderMetrics>;
  /**
   * Places an order, or returns that of the deal which has its number already. It bills nothing by itself.
   * @param effectId the same one is carried out once by the billing system, however often it is sent, and gets the same
   * answer for a day, a refusal too: try again with the same one after `outcomeUnknown`, with another one after any other
   * Fault
   * @throws Fault `order_refused` (kind invalid) when nothing was made and nothing will be until somebody changes something;
   * `outcomeUnknown` when it may have been made; `underWay`, `stuck` while it is made: `follow` it from then on
   */
  place(order: Order, effectId: string): Promise<PlacedOrder>;
  /**
   * @param effectId with which it was sent last
   * @returns what became of an order that is worked off after the answer; null where none is known to be
   * @throws Fault as `place`
   */
  follow(order: Order, effectId: string): Promise<PlacedOrder | null>;
  /** @returns what was made of an order, or of an earlier one of its deal; null when there is none */
  find(order: Order): Promise<PlacedOrder | null>;
}

/** How an order stands; the words of the picklist in Salesforce. */
export const ORDER_STATES = [
  'Not Ready',
  'Ready',
  'Awaiting Approval',
  'Ordering',
  'Ordered',
  'Pending',
  'Failed',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** A Task in Salesforce, for somebody who has to do something about an order. It never holds the order up. */
export type OrderTask = {
  /** Of the row. */
  key: string;
  /** Key of what finance is asked, where it is about that. */
  approval?: string;
  ownerId: string;
  subject: string;
  text: string;
  /** Day on which it is due. */
  on: CalendarDate;
  /** `Reopened`: closed once, and its reason is there again. */
  state: 'Open' | 'Closed' | 'Reopened';
};

/** Code of the fault of an order that waits until another deal of its subscription says again what was ordered. */
export const DISCREPANCY_OPEN = 'discrepancy_open';

/** A deal that says something else than what was ordered of it. JSON-safe. */
export type Discrepancy = {
  /** Business times; ISO 8601. */
  foundAt: string;
  /** null while they say different things. */
  resolvedAt: string | null;
  /** What each says, a line each. */
  salesforce: readonly string[];
  billing: readonly string[];
};

/** Somebody's word on an order. */
export type Decision = { userId: string; name: string; at: string; comment: string | null };

/** What was asked of finance about an order, and what came of it. JSON-safe. */
export type Approval = {
  /** Of the row. */
  key: string;
  state: 'Requested' | 'Approved' | 'Rejected' | 'Expired' | 'Void';
  /** What is to be approved, a line each. */
  content: readonly string[];
  /** Of what is to be approved; nothing else is placed by it. */
  hash: string;
  /** Business times; ISO 8601. */
  askedAt: string;
  expiresAt: string;
  /** Ids of users who own or made the deal, and so do not decide over it. */
  requesters: readonly string[];
  /** null while nobody decided. */
  decision: Decision | null;
  /** For people; null for nothing. */
  message: string | null;
  /** The last decision did not count: it is taken back in the org. */
  takenBack: boolean;
};

/** A user of the org, as far as approvals concern them. */
export type Approver = { id: string; name: string };

/** Who may approve orders, as the org says it now. Throws Faults. */
export interface Approvers {
  /** @returns active users who may, by name */
  all(): Promise<Approver[]>;
  /** @returns the user, and why they may not; null where they may */
  look(userId: string): Promise<Approver & { why: string | null }>;
}

/** The order of an Opportunity, from when it is worked out until it is placed. JSON-safe. */
export type DealOrder = {
  /** 18 characters. */
  dealId: string;
  accountId: string | null;
  /** Key of a renewal that the product opened; absent of any other deal. */
  dealKey?: string;
  state: OrderState;
  /** Preview: of a deal that is not won; it is shown and never sent. */
  mode: 'Shadow' | 'Assisted' | 'Automatic' | 'Preview';
  connection: string;
  /** Of what people entered, when it was worked out: another one says that the deal was changed since. */
  digest: string;
  /** What keeps it from being ordered; none where nothing does. In state Ordering: billing refused it, and it is worked out anew. */
  faults: readonly OrderFault[];
  /** It was refused, and worked out anew; absent of any other order. */
  wasRefused?: true;
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
  /** Every time that finance was asked, the latest last. */
  approvals: readonly Approval[];
  /** null where its deal has always said what was ordered. */
  discrepancy: Discrepancy | null;
  /** Ids of users who changed of the deal what decides over its order, as far as they are known. */
  changedBy: readonly string[];
  /** Business time at which it was worked out, or placed; ISO 8601. */
  asOf: string;
};

/**
 * Makes the order of a deal.
 * @param changedBy ids of users who changed the record lately
 * @returns ms after which it is to be looked at again; null where nothing waits for a time
 */
export type OrdersDeal = (deal: Deal, changedBy: readonly string[]) => Promise<number | null>;

/** @returns the connection that has the order of a deal, or is getting it; null where none does */
export const begunIn = (order: DealOrder | null): string | null =>
  order !== null && (order.state === 'Ordering' || order.placed !== null) ? order.connection : null;

/** Orders as they stand here. */
export interface OrderBook {
  /** @returns null when there is none; `version` to save the next state with, `sinceMs` how long ago it was saved */
  of(dealId: string): Promise<{ order: DealOrder; version: number; sinceMs: number } | null>;
  /** @returns every step that an order took, the first one first */
  stepsOf(dealId: string): Promise<{ at: Date; order: DealOrder }[]>;
  /** @returns another Opportunity that ordered of one of the subscriptions and says something else now; null for none */
  discrepancyOf(
    subscriptionNumbers: readonly string[],
    exceptDealId: string,
  ): Promise<{ dealId: string; subscriptionNumber: string } | null>;
  /**
   * Commits how an order stands, with a line in its history, and has its Account projected.
   * @param before version that was read; null for the first
   * @param again has the Opportunity looked at once more
   * @returns the version that it has now
   * @throws Fault `order_changed` (retryable) when another worker was faster
   */
  save(order: DealOrder, before: number | null, again?: boolean): Promise<number>;
}
