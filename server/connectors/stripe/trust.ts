import type { ZodType } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import {
  BILLING_PARTS,
  type BillingPart,
  type BillingRecord,
  type EventReading,
} from '../../workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../workflows/ports/keyWork.ts';
import { STRIPE_API_VERSION } from './client.ts';
import {
  fromStripeCharge,
  fromStripeCustomer,
  fromStripeInvoice,
  fromStripeSubscription,
  type StripeCatalog,
  type StripeContext,
} from './convert.ts';
import {
  chargeSchema,
  customerSchema,
  eventSchema,
  invoiceSchema,
  subscriptionSchema,
  type StripeCharge,
  type StripeCustomer,
  type StripeEvent,
  type StripeInvoice,
  type StripeSubscription,
} from './schema.ts';

/** Parts that an object of Stripe concerns when its event cannot be trusted, or holds only a hint. */
const PARTS: Readonly<Record<string, readonly BillingPart[]>> = {
  customer: ['account'],
  subscription: ['subscriptions'],
  subscription_item: ['subscriptions'],
  subscription_schedule: ['subscriptions'],
  invoice: ['invoices'],
  invoiceitem: [],
  invoice_payment: ['invoices', 'payments'],
  credit_note: ['invoices'],
  charge: ['payments'],
  payment_intent: [],
  setup_intent: [],
  payment_method: ['account'],
  card: ['account'],
  source: ['account'],
  discount: ['account', 'subscriptions'],
  customer_balance_transaction: ['account'],
  customer_cash_balance_transaction: ['account'],
  refund: ['payments'],
  dispute: ['payments'],
  tax_id: [],
  'billing.alert_triggered': ['usage'],
};

const NOTHING: EventReading = { records: [], fetch: [], about: [] };

function era(version: string | null): string {
  return (version ?? '').split('.')[1] ?? '';
}

type Reading = {
  event: StripeEvent;
  at: Date;
  known: ReadonlyMap<string, BillingRecord>;
  catalog: StripeCatalog;
  context: StripeContext;
};

function hint(parts: readonly BillingPart[], about: readonly string[] = []): EventReading {
  return { records: [], fetch: [...parts], about: [...about] };
}

function trusted(record: Omit<BillingRecord, 'asOf' | 'version' | 'deleted'>, at: Date): EventReading {
  return { records: [{ ...record, asOf: at, version: 0, deleted: false }], fetch: [], about: [record.key] };
}

/** Reads the object of an event, or gives up on it: shapes that are not known here are fetched, never guessed. */
function objectOf<T>(schema: ZodType<T>, event: StripeEvent): T | null {
  const parsed = schema.safeParse(event.data.object);
  return parsed.success ? parsed.data : null;
}

/** Complete when no item is missing, nothing is discounted, and every name and tiered price is known. */
function isComplete(subscription: StripeSubscription, catalog: StripeCatalog): boolean {
  if (subscription.items.has_more || subscription.discounts.length > 0) return false;
  return subscription.items.data.every(
    ({ discounts, price }) =>
      discounts.length === 0 &&
      catalog.productName(price.product) !== undefined &&
      (price.billing_scheme !== 'tiered' || price.tiers != null || catalog.tiers(price.id) !== undefined),
  );
}

function readSubscription(subscription: StripeSubscription, { at, catalog, context, known }: Reading): EventReading {
  const body = fromStripeSubscription(subscription, catalog, context);
  if (!isComplete(subscription, catalog)) return hint(['subscriptions'], [body.key]);
  const reading = trusted({ key: body.key, kind: 'subscription', billingAccountKey: body.billingAccountKey, body }, at);
  // A period that begins anew begins its usage anew.
  const before = known.get(body.key)?.body;
  const metered = body.charges.some(({ kind }) => kind === 'usage');
  const renewed = before?.kind !== 'subscription' || before.termStartsOn !== body.termStartsOn;
  return metered && renewed ? { ...reading, fetch: ['usage'] } : reading;
}

/** Header fields are complete in events; which payments pay an invoice is not in them, so it is kept or fetched. */
function readInvoice(invoice: StripeInvoice, { event, at, known, context }: Reading): EventReading {
  if (invoice.customer === null) return NOTHING;
  const key = keyOf(context.connection, 'invoice', invoice.id);
  if (event.type === 'invoice.deleted') return hint(['invoices'], [key]);
  const before = known.get(key)?.body;
  const paidThrough = before?.kind === 'invoice' ? before.paidThrough : [];
  if (paidThrough.length === 0 && (invoice.attempt_count > 0 || invoice.status === 'paid') && invoice.total > 0)
    return hint(['invoices'], [key]);
  const body = fromStripeInvoice(invoice, invoice.customer, context, paidThrough);
  return trusted({ key, kind: 'invoice', billingAccountKey: body.billingAccountKey, body }, at);
}

function readCharge(charge: StripeCharge, { at, context }: Reading): EventReading {
  if (charge.customer === null) return NOTHING;
  const body = fromStripeCharge(charge, charge.customer, context);
  return trusted({ key: body.key, kind: 'payment', billingAccountKey: body.billingAccountKey, body }, at);
}

/** The default card is only an id in events: trusted when it is the card that is known already, or there is none. */
function readCustomer(customer: StripeCustomer, { event, at, known, context }: Reading): EventReading {
  const key = keyOf(context.connection, 'account', customer.id);
  if (event.type === 'customer.deleted' || customer.discount != null) return hint(['account', 'subscriptions'], [key]);
  const method = customer.invoice_settings?.default_payment_method ?? customer.default_source ?? null;
  const methodId = method !== null && typeof method !== 'string' ? method.id : method;
  const before = known.get(key)?.body;
  const card = before?.kind === 'account' ? before.card : null;
  if (methodId !== (card?.id ?? null)) return hint(['account'], [key]);
  const body = fromStripeCustomer(customer, [], context, card);
  return trusted({ key, kind: 'account', billingAccountKey: key, body }, at);
}

/**
 * Reads a stored event of Stripe: the state in it where it is complete, else the parts to fetch.
 *
 * Thin events and events of another API era hold nothing that can be trusted; they are fetched.
 */
export function readStripeEvent(
  stored: StoredEvent,
  known: ReadonlyMap<string, BillingRecord>,
  catalog: StripeCatalog,
  context: StripeContext,
): EventReading {
  const parsed = eventSchema.safeParse(stored.payload);
  if (!parsed.success) return hint(partsOfKind(stored.kind));
  const event = parsed.data;
  const object = event.data.object.object;
  if (era(event.api_version) !== era(STRIPE_API_VERSION)) return hint(PARTS[object] ?? partsOfKind(event.type));
  const reading: Reading = { event, at: new Date(event.created * 1000), known, catalog, context };
  switch (object) {
    case 'subscription': {
      const subscription = objectOf(subscriptionSchema, event);
      return subscription === null ? hint(['subscriptions']) : readSubscription(subscription, reading);
    }
    case 'invoice': {
      const invoice = objectOf(invoiceSchema, event);
      return invoice === null ? hint(['invoices']) : readInvoice(invoice, reading);
    }
    case 'charge': {
      const charge = objectOf(chargeSchema, event);
      return charge === null ? hint(['payments']) : readCharge(charge, reading);
    }
    case 'customer': {
      const customer = objectOf(customerSchema, event);
      return customer === null ? hint(['account']) : readCustomer(customer, reading);
    }
    default:
      return hint(PARTS[object] ?? [], accountIn(PARTS[object], known));
  }
}

/** A hint about the account alone is old when the account is known from later on. */
function accountIn(parts: readonly BillingPart[] | undefined, known: ReadonlyMap<string, BillingRecord>): string[] {
  if (parts === undefined || parts.some((part) => part !== 'account')) return [];
  return [...known.values()].filter(({ kind }) => kind === 'account').map(({ key }) => key);
}

/** Parts by the name of an event (`v1.customer.subscription.updated` of thin events, too), the longest match first. */
function partsOfKind(kind: string): readonly BillingPart[] {
  const name = kind.replace(/^v\d+\./, '');
  if (name.startsWith('customer.subscription') || name.startsWith('subscription_schedule')) return ['subscriptions'];
  if (name.startsWith('customer.discount')) return ['account', 'subscriptions'];
  if (name.startsWith('customer')) return ['account'];
  if (name.startsWith('invoice_payment')) return ['invoices', 'payments'];
  if (name.startsWith('invoice') || name.startsWith('credit_note')) return ['invoices'];
  if (name.startsWith('charge') || name.startsWith('refund') || name.startsWith('payment_intent')) return ['payments'];
  if (name.startsWith('payment_method')) return ['account'];
  if (name.startsWith('billing')) return ['usage'];
  if (name === 'backfill') return BILLING_PARTS;
  return [];
}
