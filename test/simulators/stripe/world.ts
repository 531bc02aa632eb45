import { createHash, randomBytes } from 'node:crypto';
import type { CheckoutPlan } from './checkout/sessions.ts';
import type { MeterFault } from './usage/errorReports.ts';
import type { CallLog } from '../kit/sim.ts';
import type { SimClock } from '../kit/clock.ts';
import type { SimState } from '../kit/state.ts';
import { previousAttributes } from './events/diff.ts';
import type { ThinEvent } from './events/thin.ts';
import { missing } from './protocol/errors.ts';
import type { Permissions } from './protocol/keys.ts';
import { findById } from './protocol/expand.ts';
import type {
  Alert,
  BalanceTransaction,
  Charge,
  CheckoutSession,
  Coupon,
  CreditNote,
  CreditNoteLine,
  Customer,
  CustomerBalanceTransaction,
  Discount,
  Dispute,
  EventDestination,
  Invoice,
  InvoiceItem,
  InvoiceLine,
  InvoicePayment,
  LineItem,
  Json,
  Mandate,
  Meter,
  PaymentIntent,
  PaymentMethod,
  PortalConfiguration,
  PortalSession,
  Price,
  Product,
  PromotionCode,
  Refund,
  SetupIntent,
  StripeEvent,
  Subscription,
  SubscriptionItem,
  SubscriptionSchedule,
  TaxId,
  TaxRate,
  TestClock,
  Tier,
  WebhookEndpoint,
} from './protocol/wire.ts';
import { apiVersion } from './protocol/wire.ts';

export type Tables = {
  customers: Customer;
  products: Product;
  prices: Price;
  coupons: Coupon;
  discounts: Discount;
  paymentMethods: PaymentMethod;
  subscriptions: Subscription;
  subscriptionSchedules: SubscriptionSchedule;
  testClocks: TestClock;
  invoices: Invoice;
  invoiceItems: InvoiceItem;
  invoicePayments: InvoicePayment;
  paymentIntents: PaymentIntent;
  charges: Charge;
  refunds: Refund;
  balanceTransactions: BalanceTransaction;
  meters: Meter;
  webhookEndpoints: WebhookEndpoint;
  setupIntents: SetupIntent;
  mandates: Mandate;
  disputes: Dispute;
  creditNotes: CreditNote;
  customerBalanceTransactions: CustomerBalanceTransaction;
  taxRates: TaxRate;
  taxIds: TaxId;
  promotionCodes: PromotionCode;
  alerts: Alert;
  portalConfigurations: PortalConfiguration;
  portalSessions: PortalSession;
  checkoutSessions: CheckoutSession;
  eventDestinations: EventDestination;
  events: StripeEvent;
};

/** What the real service calls an object of a table in `No such …`. */
const nouns: Record<keyof Tables, string> = {
  customers: 'customer',
  products: 'product',
  prices: 'price',
  coupons: 'coupon',
  discounts: 'discount',
  paymentMethods: 'PaymentMethod',
  subscriptions: 'subscription',
  subscriptionSchedules: 'subscription schedule',
  testClocks: 'test clock',
  invoices: 'invoice',
  invoiceItems: 'invoiceitem',
  invoicePayments: 'invoice_payment',
  paymentIntents: 'payment_intent',
  charges: 'charge',
  refunds: 'refund',
  balanceTransactions: 'balance transaction',
  meters: 'meter',
  webhookEndpoints: 'webhook endpoint',
  setupIntents: 'setupintent',
  mandates: 'mandate',
  disputes: 'dispute',
  creditNotes: 'credit_note',
  customerBalanceTransactions: 'customer_balance_transaction',
  taxRates: 'tax_rate',
  taxIds: 'tax_id',
  promotionCodes: 'promotion code',
  alerts: 'billing alert',
  portalConfigurations: 'configuration',
  portalSessions: 'billing_portal.session',
  checkoutSessions: 'checkout.session',
  eventDestinations: 'event destination',
  events: 'event',
};

/** First answer to a POST, kept for its Idempotency-Key. */
export type KeptAnswer = { request: string; status: number; body: unknown; requestId: string; at: number };

export type HeldUpdate = { invoice: string; after: Partial<Subscription>; items: SubscriptionItem[] };

export type State = {
  /** Makes ids of one life of the state differ from those of another, so that a product's inbox can tell them apart. */
  salt: string;
  counter: number;
  tables: { [Name in keyof Tables]: Record<string, Tables[Name]> };
  /** Objects that were deleted, by id, with their kind. */
  deleted: Record<string, string>;
  /** Every item by subscription; the subscription itself shows the first ten. */
  items: Record<string, SubscriptionItem[]>;
  /** Every line by invoice; the invoice itself shows the first ten. */
  lines: Record<string, InvoiceLine[]>;
  /** Every line by credit note. */
  creditLines: Record<string, CreditNoteLine[]>;
  /** What a checkout session sells, and how it is to be paid. */
  checkoutLines: Record<string, LineItem[]>;
  checkoutPlans: Record<string, CheckoutPlan>;
  /** Ids of the invoices of a subscription, and of the payment of an invoice. */
  invoicesOf: Record<string, string[]>;
  paymentOf: Record<string, string>;
  /** Tiers by price; shown only when expanded. */
  tiers: Record<string, Tier[]>;
  /** What prices, coupons and promotion codes are in other currencies; shown only when expanded. */
  currencyOptions: Record<string, Record<string, object>>;
  /** Discounts that were put on an invoice itself, in place of those of its subscription or customer. */
  invoiceDiscounts: Record<string, string[]>;
  /** Products that a coupon applies to; shown only when expanded. */
  appliesTo: Record<string, string[]>;
  meterEvents: {
    meter: string;
    customer: string;
    value: string;
    timestamp: number;
    identifier: string;
    /** When it came in; its timestamp may be another. */
    received: number;
  }[];
  /** Meter events that could not be counted and are yet to be reported, by meter. */
  meterFaults: Record<string, (MeterFault & { at: number })[]>;
  answers: Record<string, KeptAnswer>;
  /** Decline code by payment method: every charge on it fails with this code. */
  declines: Record<string, string>;
  /** Updates that wait for the payment of an invoice, by subscription: what it and its items will then be. */
  heldUpdates: Record<string, HeldUpdate>;
  /** Invoices that decide whether a paused subscription resumes, by subscription. */
  resuming: Record<string, string>;
  /** Test card or test account number by payment method; what it does follows from it. */
  numbers: Record<string, string>;
  /** Things done once, such as `overdue:in_1`. */
  done: Record<string, true>;
  secrets: Record<string, string>;
  /** What restricted keys may do. */
  restrictedKeys: Record<string, Permissions>;
  /** Keys that a person has ended in the dashboard. */
  revokedKeys: string[];
  /** End of meter event sessions by their token, in seconds since 1970. */
  sessions: Record<string, number>;
  /** Thin events by id, the time of the last one in ms, and where destinations of events are. */
  thinEvents: Record<string, ThinEvent>;
  lastThinMs: number;
  destinationUrls: Record<string, string>;
  /** What happens by itself later, by `act:id`; the time in seconds since 1970. */
  timers: Record<string, number>;
  /** Seconds until search knows of a change. */
  searchDelay: number;
  /** What becomes of a subscription after the last failed try (a setting in the Stripe dashboard). */
  afterRetries: 'canceled' | 'unpaid' | 'past_due';
};

export function emptyState(): State {
  const tables = Object.fromEntries(Object.keys(nouns).map((name) => [name, {}])) as State['tables'];
  return {
    salt: randomBytes(9).toString('base64url'),
    counter: 0,
    tables,
    deleted: {},
    items: {},
    lines: {},
    creditLines: {},
    checkoutLines: {},
    checkoutPlans: {},
    invoicesOf: {},
    paymentOf: {},
    tiers: {},
    currencyOptions: {},
    invoiceDiscounts: {},
    appliesTo: {},
    meterEvents: [],
    meterFaults: {},
    answers: {},
    declines: {},
    heldUpdates: {},
    resuming: {},
    numbers: {},
    done: {},
    secrets: {},
    restrictedKeys: {},
    revokedKeys: [],
    sessions: {},
    thinEvents: {},
    lastThinMs: 0,
    destinationUrls: {},
    timers: {},
    searchDelay: 60,
    afterRetries: 'canceled',
  };
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The state of one Stripe account, its time, and the one way in which objects change: with their events. */
export class World {
  readonly store: SimState<State>;
  readonly clock: SimClock;
  readonly calls: CallLog;
  readonly dashboardUrl: string;
  readonly accountId: string;
  /** The API request that is being handled; null for what Stripe does by itself. */
  request: { id: string; idempotency_key: string | null } | null = null;
  /** The instant that is being worked off while the clock jumps over many; null for the clock's own time. */
  instant: number | null = null;
  /** Time of the Stripe test clock whose objects are being worked on; null for the account's own time. */
  testTime: number | null = null;
  /** Ids of objects that were made or changed since the due queue last looked. */
  readonly touched = new Set<string>();
  /** Objects whose last change search does not know yet: when that was, and what it knows (null: nothing). */
  #unindexed = new Map<string, { at: number; before: Json | null }>();
  /** How many objects the search of this request found. */
  searchTotal = 0;
  /** Lines of previewed invoices by their ids, which live as long as the process. */
  readonly previewLines = new Map<string, InvoiceLine[]>();
  /** Where this simulator is reached; hosted invoices point there. */
  url = '';
  #deliver: (event: StripeEvent) => void = () => undefined;
  /** Types of the events since `heard` was called; null while nobody listens. */
  #heard: string[] | null = null;
  readonly #timerActs = new Map<string, (id: string) => void>();

  constructor(store: SimState<State>, clock: SimClock, calls: CallLog, dashboardUrl: string, accountId: string) {
    this.store = store;
    const empty = emptyState();
    store.data = { ...empty, ...store.data, tables: { ...empty.tables, ...store.data.tables } };
    this.clock = clock;
    this.calls = calls;
    this.dashboardUrl = dashboardUrl;
    this.accountId = accountId;
  }

  get state(): State {
    return this.store.data;
  }

  /** Whole seconds since 1970, by the test clock of the objects that are being worked on. */
  now(): number {
    return this.testTime ?? this.accountTime();
  }

  /** Whole seconds since 1970, by the account's own time, which no test clock moves. */
  accountTime(): number {
    return this.instant ?? this.clock.seconds();
  }

  /** Carries out `act` at the time of a test clock. */
  atTestTime<T>(time: number | null, act: () => T): T {
    const before = this.testTime;
    this.testTime = time;
    try {
      return act();
    } finally {
      this.testTime = before;
    }
  }

  /**
   * Carries out `act` on a copy of the state, of which nothing stays. Rows must be looked up anew.
   * @param deliverHere is told of the events, in place of the webhook endpoints
   */
  rehearse<T>(act: () => T, deliverHere: (event: StripeEvent) => void = () => undefined): T {
    const [data, deliver, heard, touched] = [this.store.data, this.#deliver, this.#heard, [...this.touched]];
    const unindexed = this.#unindexed;
    this.#unindexed = new Map(unindexed);
    this.store.data = structuredClone({ ...data, answers: {}, tables: { ...data.tables, events: {} } });
    this.#deliver = deliverHere;
    this.#heard = null;
    try {
      return act();
    } finally {
      this.store.data = data;
      this.#deliver = deliver;
      this.#heard = heard;
      this.#unindexed = unindexed;
      this.touched.clear();
      for (const id of touched) this.touched.add(id);
    }
  }

  /** Carries out `act`. @returns what it came to, and the types of the events that it caused */
  heard<T>(act: () => T): { result: T; events: string[] } {
    const events: string[] = [];
    this.#heard = events;
    try {
      return { result: act(), events };
    } finally {
      this.#heard = null;
    }
  }

  onEvent(deliver: (event: StripeEvent) => void): void {
    this.#deliver = deliver;
  }

  /** An id that looks like Stripe's; never the same twice. */
  id(prefix: string, length = 24): string {
    const digest = createHash('sha256').update(`${this.state.salt}:${this.state.counter++}`).digest();
    return `${prefix}_${[...digest.subarray(0, length)].map((byte) => alphabet[byte % 62]).join('')}`;
  }

  all<Name extends keyof Tables>(table: Name): Tables[Name][] {
    return Object.values(this.state.tables[table]) as Tables[Name][];
  }

  find<Name extends keyof Tables>(table: Name, id: string | null | undefined): Tables[Name] | undefined {
    const rows = this.state.tables[table] as Record<string, Tables[Name]>;
    return typeof id === 'string' && Object.hasOwn(rows, id) ? rows[id] : undefined;
  }

  /** @throws `resource_missing`: 404, or 400 when `param` names the parameter that held the id */
  get<Name extends keyof Tables>(table: Name, id: string, param = 'id'): Tables[Name] {
    const found = this.find(table, id);
    if (!found) throw missing(nouns[table], id, param);
    return found;
  }

  insert<Name extends keyof Tables>(table: Name, row: Tables[Name], event?: string): Tables[Name] {
    (this.state.tables[table] as Record<string, Tables[Name]>)[row.id] = row;
    this.touched.add(row.id);
    if (table !== 'events') this.#noteChange(row.id, null);
    this.store.touch();
    if (event !== undefined) this.emit(event, row);
    return row;
  }

  /**
   * Changes an object and reports it as `event` with its previous attributes; says nothing when nothing changed. A change
   * that throws leaves the object as it was.
   */
  change<Row extends Tables[keyof Tables]>(row: Row, event: string | null, change: (row: Row) => void): Row {
    const before = structuredClone(row) as unknown as Json;
    try {
      change(row);
    } catch (error) {
      for (const key of Object.keys(row)) if (!Object.hasOwn(before, key)) delete (row as unknown as Json)[key];
      Object.assign(row, before);
      throw error;
    }
    this.touched.add(row.id);
    const previous = previousAttributes(before, row as unknown as Json);
    if (Object.keys(previous).length === 0) return row;
    this.#noteChange(row.id, before);
    this.store.touch();
    if (event !== null) this.emit(event, row, previous);
    return row;
  }

  remove(
    table: keyof Tables,
    row: { id: string; object: string },
    event?: string,
  ): { id: string; object: string; deleted: true } {
    delete this.state.tables[table][row.id];
    this.state.deleted[row.id] = row.object;
    this.store.touch();
    if (event !== undefined) this.emit(event, row);
    return { id: row.id, object: row.object, deleted: true };
  }

  /** What search knows of an object, which is what it was some seconds ago; null when it was not there yet. */
  indexed(id: string): Json | null {
    const pending = this.#unindexed.get(id);
    if (pending && this.accountTime() < pending.at + this.state.searchDelay) return pending.before;
    this.#unindexed.delete(id);
    return (findById(this, id) ?? null) as Json | null;
  }

  #noteChange(id: string, before: Json | null): void {
    const known = this.#unindexed.has(id) ? this.indexed(id) : before;
    this.#unindexed.set(id, { at: this.accountTime(), before: known });
  }

  /** Records that something happened and sends it to the webhook endpoints. */
  emit(type: string, object: object, previous?: Json): void {
    const event: StripeEvent = {
      id: this.id('evt'),
      object: 'event',
      api_version: apiVersion,
      created: this.accountTime(),
      data: {
        object: structuredClone(object) as Json,
        ...(previous === undefined ? {} : { previous_attributes: previous }),
      },
      livemode: false,
      pending_webhooks: 0,
      request: this.request ?? { id: null, idempotency_key: null },
      type,
    };
    this.insert('events', event);
    this.#heard?.push(type);
    this.#deliver(event);
  }

  /** Lets `act` (known by `onTimer`) happen to an object at a time, once; a later call for the same moves it. */
  at(time: number, act: string, id: string): void {
    this.state.timers[`${act}:${id}`] = time;
    this.touched.add(`${act}:${id}`);
    this.store.touch();
  }

  onTimer(act: string, happen: (id: string) => void): void {
    this.#timerActs.set(act, happen);
  }

  /** What a timer lets happen; undefined when it is no longer set. */
  timer(key: string): { at: number; act: () => void } | undefined {
    const at = this.state.timers[key];
    const split = key.indexOf(':');
    const act = this.#timerActs.get(key.slice(0, split));
    if (at === undefined || !act) return undefined;
    return {
      at,
      act: () => {
        delete this.state.timers[key];
        act(key.slice(split + 1));
      },
    };
  }

  /** True the first time it is asked for `what`. */
  once(what: string): boolean {
    if (this.state.done[what]) return false;
    this.state.done[what] = true;
    return true;
  }
}
