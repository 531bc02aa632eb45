import { randomBytes } from 'node:crypto';
import type { CheckoutPlan } from './checkout/sessions.ts';
import type { ThinEvent } from './events/thin.ts';
import type { Permissions } from './protocol/keys.ts';
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
import type { MeterFault } from './usage/errorReports.ts';

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
export const nouns: Record<keyof Tables, string> = {
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
