import type Stripe from 'stripe';

/** What stands where the real service allows an id or the expanded object: here always the id. */
type Unexpanded<T> = string extends T ? Exclude<T, { object: string }> : T;

/**
 * An object as it goes over the wire, unexpanded: the types of the stripe package with `Decimal` as string. Replies are
 * written as literals of these types, so that a field which moves in a later version shows in tsc.
 */
export type Wire<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends Stripe.Decimal
    ? string
    : T extends readonly (infer Element)[]
      ? Wire<Unexpanded<Element>>[]
      : T extends object
        ? { [Key in keyof T]: Wire<Unexpanded<T[Key]>> }
        : T;

export type Customer = Wire<Stripe.Customer>;
export type Product = Wire<Stripe.Product>;
export type Price = Wire<Stripe.Price>;
export type Tier = Wire<Stripe.Price.Tier>;
export type Plan = Wire<Stripe.Plan>;
export type Coupon = Wire<Stripe.Coupon>;
export type Discount = Wire<Stripe.Discount>;
export type PaymentMethod = Wire<Stripe.PaymentMethod>;
export type Subscription = Wire<Stripe.Subscription>;
export type SubscriptionItem = Wire<Stripe.SubscriptionItem>;
export type Invoice = Wire<Stripe.Invoice>;
export type InvoiceLine = Wire<Stripe.InvoiceLineItem>;
export type InvoiceItem = Wire<Stripe.InvoiceItem>;
export type InvoicePayment = Wire<Stripe.InvoicePayment>;
export type PaymentIntent = Wire<Stripe.PaymentIntent>;
export type Charge = Wire<Stripe.Charge>;
export type Refund = Wire<Stripe.Refund>;
export type BalanceTransaction = Wire<Stripe.BalanceTransaction>;
export type Meter = Wire<Stripe.Billing.Meter>;
export type MeterEvent = Wire<Stripe.Billing.MeterEvent>;
export type MeterEventSummary = Wire<Stripe.Billing.MeterEventSummary>;
export type SubscriptionSchedule = Wire<Stripe.SubscriptionSchedule>;
export type TestClock = Wire<Stripe.TestHelpers.TestClock>;
export type WebhookEndpoint = Wire<Stripe.WebhookEndpoint>;
export type SetupIntent = Wire<Stripe.SetupIntent>;
export type Mandate = Wire<Stripe.Mandate>;
export type Dispute = Wire<Stripe.Dispute>;
export type CreditNote = Wire<Stripe.CreditNote>;
export type CreditNoteLine = Wire<Stripe.CreditNoteLineItem>;
export type CustomerBalanceTransaction = Wire<Stripe.CustomerBalanceTransaction>;
export type TaxRate = Wire<Stripe.TaxRate>;
export type TaxId = Wire<Stripe.TaxId>;
export type PromotionCode = Wire<Stripe.PromotionCode>;
export type Alert = Wire<Stripe.Billing.Alert>;
export type PortalConfiguration = Wire<Stripe.BillingPortal.Configuration>;
export type PortalSession = Wire<Stripe.BillingPortal.Session>;
export type CheckoutSession = Wire<Stripe.Checkout.Session>;
export type LineItem = Wire<Stripe.LineItem>;
export type EventDestination = Wire<Stripe.V2.Core.EventDestination>;

/** An event as stored; `data.object` is the object at the time of the event. */
export type StripeEvent = {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  data: { object: Json; previous_attributes?: Json };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
};

export type List<T> = { object: 'list'; data: T[]; has_more: boolean; url: string };

export type Json = { [key: string]: unknown };

export const apiVersion = '2026-10-28.endive';

/** Versions of one name differ by additions only (Stripe docs, "Versioning"). */
export const versionName = 'endive';
