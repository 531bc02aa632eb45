import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { BillingObject } from '../../domain/account/facts.ts';
import type { BillingPart, BillingRecord, EventReading } from '../../workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../workflows/ports/keyWork.ts';
import type { MirrorRecord } from '../../workflows/ports/mirror.ts';
import { dayAt, type StripeCatalog, type StripeContext } from './context.ts';
import { fromStripeCharge } from './convertCharge.ts';
import { fromStripeCreditNote } from './convertCreditNote.ts';
import { fromStripeCustomer, paymentMethodIdOf } from './convertCustomer.ts';
import { fromStripeInvoice } from './convertInvoice.ts';
import { fromStripeSubscription } from './convertSubscription.ts';
import {
  chargeSchema,
  creditNoteSchema,
  customerSchema,
  invoiceSchema,
  plannedScheduleSchema,
  subscriptionSchema,
  type StripePlannedSchedule,
} from './schema.ts';

/** Begins the kinds of the events that are made of what the lists of objects say. */
export const LISTED = 'listed.';
/** Kind of the events of customers that no list has any more. */
export const GONE = `${LISTED}gone`;

/** What a list says of an object, by the names of the domain: what it shows without a further call. */
export type Says = Readonly<Record<string, unknown>>;

/** Names and tiers are not in lists, and not compared. */
const NO_CATALOG: StripeCatalog = {
  productName: () => undefined,
  price: () => undefined,
  coupon: () => undefined,
  couponOfCode: () => undefined,
};

/** The part of an object of the mirror that a list shows, too. */
function shownOf(body: BillingObject): Says {
  switch (body.kind) {
    case 'account': {
      const { name, currency, pendingDebit, creditBalance, autoPay, billToEmail, accountId, card, fields = {} } = body;
      const { billTo = null, taxStatus = null } = body;
      const header = {
        name,
        currency,
        pendingDebit,
        creditBalance,
        autoPay,
        billToEmail,
        billTo,
        taxStatus,
        accountId,
      };
      return { ...header, card: card?.id ?? null, fields };
    }
    case 'subscription': {
      const { status, currency, startsOn, trialEndsOn, collectionPaused, collectionResumesOn = null } = body;
      const { termStartsOn, termEndsOn, cancelOn, cancelBookedOn = null, autoRenew } = body;
      const items = body.charges
        .filter(({ startsOn: from }) => from === null)
        .map(({ number, quantity, price, productId, fields = {} }) => ({ number, quantity, price, productId, fields }))
        .toSorted((a, b) => (a.number < b.number ? -1 : 1));
      const paused = { collectionPaused, collectionResumesOn };
      const header = { status, currency, startsOn, trialEndsOn, ...paused, schedule: body.scheduleId ?? null };
      const { fields = {} } = body;
      // Of one that has ended the day of the booking is history, for which nobody is to be read again.
      const booked = status === 'Canceled' ? null : cancelBookedOn;
      return { ...header, fields, termStartsOn, termEndsOn, cancelOn, booked, autoRenew, items };
    }
    case 'invoice': {
      const { number, status, amount, balance, invoicedOn, dueOn, attemptCount, nextAttemptAt, items } = body;
      const { fields = {} } = body;
      const header = { number, status, amount, balance, invoicedOn, dueOn, attemptCount, nextAttemptAt, fields };
      // Of a long one a list shows the first lines only.
      return items === undefined ? header : { ...header, items };
    }
    case 'memo': {
      const { number, status, amount, refunded } = body;
      return { number, status, amount, refunded };
    }
    case 'payment': {
      const { status, amount, refunded, disputes } = body;
      return { status, amount, refunded, isDisputed: disputes === undefined ? null : disputes.length > 0 };
    }
    case 'usage':
    case 'change':
      return {};
  }
}

/**
 * What a list says of one object; nothing beyond that there is one where its shape is not known here.
 * @param listed an entry of the lists of customers, subscriptions, schedules that have not begun, invoices, credit notes or charges
 */
export function saysOf(listed: unknown, owner: string, context: StripeContext): Says {
  const customer = customerSchema.safeParse(listed).data;
  if (customer !== undefined) {
    const id = paymentMethodIdOf(customer);
    const card = id === null ? null : { id, brand: null, last4: null, expiry: null };
    return shownOf(fromStripeCustomer(customer, [], context, card));
  }
  const subscription = subscriptionSchema.safeParse(listed).data;
  // Of a long one a list shows the first items only.
  if (subscription?.items.has_more === true)
    return { status: shownOf(toSubscription(subscription, context))['status'] };
  if (subscription !== undefined) {
    const { cancelOn, autoRenew, ...rest } = shownOf(toSubscription(subscription, context));
    // Of a schedule, which says when it ends, a list shows the id only.
    return subscription.schedule == null ? { ...rest, cancelOn, autoRenew } : rest;
  }
  const planned = plannedScheduleSchema.safeParse(listed).data;
  if (planned !== undefined) return saysOfPlanned(planned, context);
  const invoice = invoiceSchema.safeParse(listed).data;
  if (invoice !== undefined) return shownOf(fromStripeInvoice(invoice, owner, context, []));
  const note = creditNoteSchema.safeParse(listed).data;
  if (note !== undefined) return shownOf(fromStripeCreditNote(note, owner, context));
  const charge = chargeSchema.safeParse(listed).data;
  if (charge === undefined) return {};
  return { ...shownOf(fromStripeCharge(charge, owner, context)), isDisputed: charge.disputed };
}

/** Prices of its phases are not in lists. */
function saysOfPlanned({ id, phases, end_behavior }: StripePlannedSchedule, context: StripeContext): Says {
  const [first] = phases.toSorted((a, b) => a.start_date - b.start_date);
  return {
    currency: first!.currency.toUpperCase(),
    startsOn: dayAt(context, first!.start_date),
    autoRenew: end_behavior !== 'cancel',
    schedule: id,
  };
}

function toSubscription(subscription: z.infer<typeof subscriptionSchema>, context: StripeContext): BillingObject {
  return fromStripeSubscription(subscription, NO_CATALOG, context);
}

/**
 * Whether the mirror needs nothing of what a list said: it says the same, or was read later, or holds a tombstone.
 * @param listedAt provider time of the list's answer
 */
export function isKnown(says: Says, listedAt: Date, record: MirrorRecord | undefined): boolean {
  if (record === undefined) return false;
  // Both are whole seconds of Stripe: of one second either may be the later one.
  if (record.deleted || record.asOf > listedAt) return true;
  const held = shownOf(record.body as BillingObject);
  return Object.entries(says).every(([name, value]) => isDeepStrictEqual(value, held[name]));
}

const payloadSchema = z.object({ key: z.string(), says: z.record(z.string(), z.unknown()).nullable() });

const PARTS: Readonly<Record<string, readonly BillingPart[]>> = {
  [`${LISTED}customer`]: ['account'],
  [`${LISTED}subscription`]: ['subscriptions'],
  [`${LISTED}subscription_schedule`]: ['subscriptions'],
  [`${LISTED}invoice`]: ['invoices'],
  [`${LISTED}credit_note`]: ['memos'],
  [`${LISTED}charge`]: ['payments'],
  [GONE]: ['account'],
};

/** Payload of an event of a list; `says` is null for what no list has any more. */
export type ListedPayload = { key: string; says: Says | null };

/** Reads an event of a list. It is a hint: what it says is only compared, and a difference is read anew. */
export function readListed(event: StoredEvent, known: ReadonlyMap<string, BillingRecord>): EventReading {
  const { key, says } = payloadSchema.parse(event.payload);
  const record = known.get(key);
  const isDone =
    says === null
      ? record === undefined || record.deleted
      : event.occurredAt !== null && isKnown(says, event.occurredAt, record);
  return { records: [], fetch: isDone ? [] : [...(PARTS[event.kind] ?? [])], about: isDone ? [] : [key] };
}
