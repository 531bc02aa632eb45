import { isDeepStrictEqual } from 'node:util';
import type { ZodType } from 'zod';
import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { Invoice } from '../../domain/invoice/invoice.ts';
import {
  BILLING_PARTS,
  type BillingPart,
  type BillingRecord,
  type EventReading,
} from '../../workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../workflows/ports/keyWork.ts';
import { changesIn } from './changes.ts';
import type { StripeCatalog, StripeContext } from './context.ts';
import { fromStripeCharge } from './convertCharge.ts';
import { fromStripeCreditNote } from './convertCreditNote.ts';
import { fromStripeCustomer, paymentMethodIdOf } from './convertCustomer.ts';
import { fromStripeInvoice } from './convertInvoice.ts';
import { fromStripeLines } from './convertLine.ts';
import { isPartOf } from './convertPrice.ts';
import { fromStripeSubscription } from './convertSubscription.ts';
import { isPinned } from './events.ts';
import { LISTED, readListed } from './listed.ts';
import { keyOfRelated, ownerIn } from './locate.ts';
import {
  chargeSchema,
  creditNoteSchema,
  customerSchema,
  eventSchema,
  invoicePaymentSchema,
  invoiceSchema,
  subscriptionSchema,
  thinEventSchema,
  type StripeCharge,
  type StripeCreditNote,
  type StripeCustomer,
  type StripeEvent,
  type StripeInvoice,
  type StripeInvoicePayment,
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
  // The charge behind it is told by an event of its own.
  invoice_payment: ['invoices'],
  credit_note: ['invoices', 'memos'],
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

const MIRRORED: ReadonlySet<string> = new Set(['account', 'subscription', 'invoice', 'creditnote', 'payment']);

const NOTHING: EventReading = { records: [], fetch: [], about: [] };

/** The catalog, and what of it was read so lately that no edit is missing. */
export type FreshCatalog = { readonly fresh: Pick<StripeCatalog, 'productName' | 'price'> };

type Reading = {
  event: StripeEvent;
  at: Date;
  known: ReadonlyMap<string, BillingRecord>;
  catalog: FreshCatalog;
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

/** Complete when no item is missing, nothing is discounted or planned, and every name and price is known. */
function isComplete(subscription: StripeSubscription, catalog: StripeCatalog): boolean {
  if (subscription.items.has_more || subscription.discounts.length > 0 || subscription.schedule != null) return false;
  const isPart = isPartOf(subscription.currency);
  return subscription.items.data.every(
    ({ discounts, price }) =>
      discounts.length === 0 &&
      catalog.productName(price.product) !== undefined &&
      (!isPart(price) || catalog.price(price.id) !== undefined),
  );
}

/** Names of products as the mirror has them, which edits keep right, else as they were read lately. */
function catalogOf({ catalog, known }: Reading): StripeCatalog {
  const names = new Map<string | null, string>();
  for (const { body } of known.values())
    if (body.kind === 'subscription') for (const { productId, plan } of body.charges) names.set(productId, plan);
  return {
    productName: (id) => names.get(id) ?? catalog.fresh.productName(id),
    price: (id) => catalog.fresh.price(id),
    coupon: () => undefined,
    couponOfCode: () => undefined,
  };
}

function readSubscription(subscription: StripeSubscription, reading: Reading): EventReading {
  const { at, context, known } = reading;
  const catalog = catalogOf(reading);
  const body = fromStripeSubscription(subscription, catalog, context);
  if (!isComplete(subscription, catalog)) return hint(['subscriptions'], [body.key]);
  const state = trusted({ key: body.key, kind: 'subscription', billingAccountKey: body.billingAccountKey, body }, at);
  // A period that begins anew begins its usage anew.
  const before = known.get(body.key)?.body;
  const metered = body.charges.some(({ kind }) => kind === 'usage');
  const renewed = before?.kind !== 'subscription' || before.termStartsOn !== body.termStartsOn;
  return metered && renewed ? { ...state, fetch: ['usage'] } : state;
}

/** Lines of an invoice that is finalized stay as they are, so that those of a long one need no second reading. */
function keptItems(before: Invoice | null, invoice: StripeInvoice, context: StripeContext): Invoice['items'] {
  if (before === null || before.status === 'Draft' || invoice.status === 'draft') return undefined;
  const { amount } = fromStripeInvoice(invoice, '', context, [], []);
  return isDeepStrictEqual(amount, before.amount) ? before.items : undefined;
}

/**
 * Header fields are complete in events. Which payments pay an invoice is not in them, nor are lines beyond the first ten:
 * those are kept or fetched.
 */
function readInvoice(invoice: StripeInvoice, { event, at, known, context }: Reading): EventReading {
  if (invoice.customer === null) return NOTHING;
  const key = keyOf(context.connection, 'invoice', invoice.id);
  if (event.type === 'invoice.deleted') {
    const body = fromStripeInvoice(invoice, invoice.customer, context, []);
    const record = { key, kind: body.kind, billingAccountKey: body.billingAccountKey, asOf: at, version: 0, body };
    return { records: [{ ...record, deleted: true }], fetch: [], about: [key] };
  }
  const held = known.get(key)?.body;
  const before = held?.kind === 'invoice' ? held : null;
  const paidThrough = before?.paidThrough ?? [];
  const items = fromStripeLines(invoice, context) ?? keptItems(before, invoice, context);
  if (items === undefined) return hint(['invoices'], [key]);
  if (paidThrough.length === 0 && (invoice.attempt_count > 0 || invoice.status === 'paid') && invoice.total > 0)
    return hint(['invoices'], [key]);
  const body = fromStripeInvoice(invoice, invoice.customer, context, paidThrough, items);
  return trusted({ key, kind: 'invoice', billingAccountKey: body.billingAccountKey, body }, at);
}

/** That an invoice was paid is told by the invoice; this tells through what, which may be known already. */
function readInvoicePayment(paid: StripeInvoicePayment, { event, known, context }: Reading): EventReading {
  const invoice = known.get(keyOf(context.connection, 'invoice', paid.invoice ?? ''))?.body;
  const through = [paid.payment.payment_intent, paid.payment.charge].filter((id) => id !== null);
  const isKnown = invoice?.kind === 'invoice' && through.every((id) => invoice.paidThrough.includes(id));
  return event.type === 'invoice_payment.paid' && isKnown ? NOTHING : hint(['invoices']);
}

/** Refunds and disputes are not in the event of a charge: it is trusted where there never was any. */
function readCharge(charge: StripeCharge, { at, known, context }: Reading): EventReading {
  if (charge.customer === null) return NOTHING;
  const key = keyOf(context.connection, 'payment', charge.id);
  const before = known.get(key)?.body;
  const hadNone = before?.kind !== 'payment' || (before.refunds?.length === 0 && before.disputes?.length === 0);
  if (!hadNone || charge.amount_refunded > 0 || charge.disputed) return hint(['payments'], [key]);
  const body = fromStripeCharge(charge, charge.customer, context, { refunds: [], disputes: [] });
  return trusted({ key, kind: 'payment', billingAccountKey: body.billingAccountKey, body }, at);
}

/** A refund or dispute is done where its payment was read with it, later than it happened. */
function readReversal({ event, known, context }: Reading): EventReading {
  const { id } = event.data.object;
  const owner = ownerIn(context.connection, event.data.object);
  const body = owner === null ? undefined : known.get(owner)?.body;
  const isHeld =
    body?.kind === 'payment' && [...(body.refunds ?? []), ...(body.disputes ?? [])].some((one) => one.id === id);
  return hint(['payments'], isHeld ? [owner!] : []);
}

/** A credit note is complete in its event; what it does to its invoice is read. */
function readCreditNote(note: StripeCreditNote, { at, context }: Reading): EventReading {
  if (note.customer === null) return NOTHING;
  const body = fromStripeCreditNote(note, note.customer, context);
  const { key, kind, billingAccountKey } = body;
  return { ...trusted({ key, kind, billingAccountKey, body }, at), fetch: ['invoices'], about: [] };
}

/** The default card is only an id in events: trusted when it is the card that is known already, or there is none. */
function readCustomer(customer: StripeCustomer, { event, at, known, context }: Reading): EventReading {
  const key = keyOf(context.connection, 'account', customer.id);
  if (event.type === 'customer.deleted' || customer.discount != null) return hint(['account', 'subscriptions'], [key]);
  const before = known.get(key)?.body;
  const card = before?.kind === 'account' ? before.card : null;
  if (paymentMethodIdOf(customer) !== (card?.id ?? null)) return hint(['account'], [key]);
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
  catalog: FreshCatalog,
  context: StripeContext,
): EventReading {
  if (stored.kind.startsWith(LISTED)) return readListed(stored, known);
  const parsed = eventSchema.safeParse(stored.payload);
  if (!parsed.success) return readThin(stored, context);
  const event = parsed.data;
  const changes = changesIn(event, context);
  const reading = isPinned(event) ? readPinned(event, known, catalog, context) : readUnpinned(event, context);
  return changes.length === 0 ? reading : { ...reading, changes };
}

/** Of another era of the API the id alone has the form that is known here; what a subscription is read later for is done. */
function readUnpinned({ type, data: { object } }: StripeEvent, { connection }: StripeContext): EventReading {
  const { id } = object;
  const about =
    object.object === 'subscription' && typeof id === 'string' ? [keyOf(connection, 'subscription', id)] : [];
  return hint(PARTS[object.object] ?? partsOfKind(type), about);
}

/** Reads an event of the era of the API that is known here. */
function readPinned(
  event: StripeEvent,
  known: ReadonlyMap<string, BillingRecord>,
  catalog: FreshCatalog,
  context: StripeContext,
): EventReading {
  const object = event.data.object.object;
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
    case 'credit_note': {
      const note = objectOf(creditNoteSchema, event);
      return note === null ? hint(['invoices', 'memos']) : readCreditNote(note, reading);
    }
    case 'charge': {
      const charge = objectOf(chargeSchema, event);
      return charge === null ? hint(['payments']) : readCharge(charge, reading);
    }
    case 'customer': {
      const customer = objectOf(customerSchema, event);
      return customer === null ? hint(['account']) : readCustomer(customer, reading);
    }
    case 'invoice_payment': {
      const paid = objectOf(invoicePaymentSchema, event);
      return paid === null ? hint(['invoices']) : readInvoicePayment(paid, reading);
    }
    case 'refund':
    case 'dispute':
      return readReversal(reading);
    default:
      return hint(PARTS[object] ?? [], accountIn(PARTS[object], known));
  }
}

/** A thin event names its object, which is read, unless it is known from later on. */
function readThin({ kind, payload }: StoredEvent, { connection }: StripeContext): EventReading {
  const related = thinEventSchema.safeParse(payload).data?.related_object ?? null;
  if (related === null) return hint(partsOfKind(kind));
  const key = keyOfRelated(connection, kind, related);
  return hint(PARTS[related.type] ?? partsOfKind(kind), key !== null && MIRRORED.has(partsOf(key).kind) ? [key] : []);
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
  if (name.startsWith('credit_note')) return ['invoices', 'memos'];
  if (name.startsWith('invoice')) return ['invoices'];
  if (name.startsWith('charge') || name.startsWith('refund') || name.startsWith('payment_intent')) return ['payments'];
  if (name.startsWith('payment_method')) return ['account'];
  if (name.startsWith('billing')) return ['usage'];
  // The build before had its sweep make such events; some may be waiting.
  if (name === 'backfill') return BILLING_PARTS;
  return [];
}
