import Stripe from 'stripe';
import { z } from 'zod';
import type { BillingObject } from '../../domain/account/facts.ts';
import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type {
  BillingPart,
  BillingRecord,
  BillingSystem,
  FetchedBillingAccount,
  FetchedPart,
} from '../../workflows/ports/billingSystem.ts';
import type { CatalogCache } from './catalog.ts';
import { answeredAt } from './client.ts';
import type { StripeContext } from './context.ts';
import { fromStripeCharge, type Reversals } from './convertCharge.ts';
import { fromStripeCreditNote } from './convertCreditNote.ts';
import { fromStripeCustomer } from './convertCustomer.ts';
import { fromStripeDiscount } from './convertDiscount.ts';
import { fromStripeInvoice } from './convertInvoice.ts';
import { fromStripeDispute, fromStripeRefund } from './convertReversal.ts';
import { fromPlannedSchedule } from './convertPlanned.ts';
import { fromStripeSubscription } from './convertSubscription.ts';
import { fromStripeUsage } from './convertUsage.ts';
import { toStripeFault } from './errors.ts';
import { ownerIn, pathOf } from './locate.ts';
import { readAll } from './pages.ts';
import {
  chargeSchema,
  creditNoteSchema,
  customerSchema,
  discountSchema,
  disputeSchema,
  invoicePaymentSchema,
  invoiceSchema,
  itemSchema,
  lineSchema,
  plannedScheduleSchema,
  objectSchema,
  refundSchema,
  subscriptionSchema,
  summarySchema,
  type StripeCharge,
  type StripeCustomer,
  type StripeInvoice,
  type StripeItem,
  type StripePlannedSchedule,
  type StripeSubscription,
} from './schema.ts';
import { readStripeEvent } from './trust.ts';

/** Stripe remembers whom it deleted, and says of others that it does not know them. */
type ReadCustomer = { customer: StripeCustomer; asOf: Date } | { customer: null; deleted: boolean; asOf: Date };

type Listed<T> = { data: T[]; asOf: Date };

/** Meter summaries are asked for in whole minutes (Stripe docs, "List billing meter event summaries"). */
const MINUTE = 60;

function recordOf(body: BillingObject, asOf: Date, billingAccountKey: string): BillingRecord {
  return { key: body.key, kind: body.kind, billingAccountKey, asOf, version: 0, deleted: false, body };
}

/** Stripe as the mirror needs it. */
export function createStripeBilling(stripe: Stripe, catalog: CatalogCache, context: StripeContext): BillingSystem {
  async function read<T>(doing: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toStripeFault(error, doing);
    }
  }

  async function readCustomer(id: string): Promise<ReadCustomer> {
    try {
      const answer = await stripe.customers.retrieve(id, {
        expand: ['invoice_settings.default_payment_method', 'default_source'],
      });
      const asOf = answeredAt(answer);
      return answer.deleted === true
        ? { customer: null, deleted: true, asOf }
        : { customer: customerSchema.parse(answer), asOf };
    } catch (error) {
      if (error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'expand') return readDeleted(id);
      const fault = toStripeFault(error, 'reading a customer');
      const date = error instanceof Stripe.errors.StripeError ? error.headers?.['date'] : undefined;
      if (fault.kind !== 'not_found' || date === undefined) throw fault;
      return { customer: null, deleted: false, asOf: new Date(date) };
    }
  }

  /** A deleted customer has nothing to expand; Stripe may refuse the expansion instead of answering that it is deleted. */
  async function readDeleted(id: string): Promise<ReadCustomer> {
    const answer = await read('reading a customer', () => stripe.customers.retrieve(id));
    if (answer.deleted !== true)
      throw new Fault({
        code: 'stripe_refused',
        kind: 'invalid',
        publicText: 'Stripe refused to show the card of a customer.',
      });
    return { customer: null, deleted: true, asOf: answeredAt(answer) };
  }

  async function customerPart(customer: StripeCustomer, asOf: Date): Promise<FetchedPart> {
    const discount = customer.discount == null ? null : discountSchema.parse(customer.discount);
    await catalog.loadCoupons([discount?.source.coupon ?? null]);
    const converted =
      discount === null ? undefined : fromStripeDiscount(discount, customer.currency ?? 'usd', catalog, context);
    const body = fromStripeCustomer(customer, converted === undefined ? [] : [converted], context);
    return { part: 'account', records: [recordOf(body, asOf, body.key)], asOf };
  }

  async function allItems(subscription: StripeSubscription): Promise<StripeItem[]> {
    if (!subscription.items.has_more) return subscription.items.data;
    const { data } = await readAll('reading subscription items', (page) =>
      stripe.subscriptionItems.list({ subscription: subscription.id, limit: 100, expand: ['data.discounts'], ...page }),
    );
    return data.map((item) => itemSchema.parse(item));
  }

  /** Schedules that have not begun: nothing of their subscriptions is listed until Stripe makes them. */
  async function readPlanned(customer: string): Promise<Listed<StripePlannedSchedule>> {
    const { data, asOf } = await readAll('reading schedules', (page) =>
      stripe.subscriptionSchedules.list({ customer, scheduled: true, limit: 100, ...page }),
    );
    const schedules = await read('reading schedules', async () => z.array(plannedScheduleSchema).parse(data));
    await catalog.load([], schedules);
    return { data: schedules, asOf };
  }

  async function readSubscriptions(customer: string): Promise<Listed<StripeSubscription>> {
    const { data, asOf } = await readAll('reading subscriptions', (page) =>
      stripe.subscriptions.list({
        customer,
        status: 'all',
        limit: 100,
        expand: ['data.discounts', 'data.items.data.discounts', 'data.schedule'],
        ...page,
      }),
    );
    const subscriptions = await read('reading subscriptions', async () =>
      Promise.all(
        data.map(async (one) => {
          const subscription = subscriptionSchema.parse(one);
          return { ...subscription, items: { data: await allItems(subscription), has_more: false } };
        }),
      ),
    );
    await catalog.load(subscriptions);
    return { data: subscriptions, asOf };
  }

  async function allPayments(invoice: StripeInvoice): Promise<StripeInvoice> {
    if (invoice.payments?.has_more !== true) return invoice;
    const { data } = await readAll('reading payments of an invoice', (page) =>
      stripe.invoicePayments.list({ invoice: invoice.id, limit: 100, ...page }),
    );
    return { ...invoice, payments: { data: data.map((one) => invoicePaymentSchema.parse(one)), has_more: false } };
  }

  /** An invoice shows its first ten lines only. */
  async function allLines(invoice: StripeInvoice): Promise<StripeInvoice> {
    if (invoice.lines?.has_more === false) return invoice;
    const { data } = await readAll('reading lines of an invoice', (page) =>
      stripe.invoices.listLineItems(invoice.id, { limit: 100, ...page }),
    );
    return { ...invoice, lines: { data: data.map((one) => lineSchema.parse(one)), has_more: false } };
  }

  async function invoicesPart(customer: string, billingAccountKey: string): Promise<FetchedPart> {
    const { data, asOf } = await readAll('reading invoices', (page) =>
      stripe.invoices.list({ customer, limit: 100, expand: ['data.payments'], ...page }),
    );
    const invoices = await read('reading invoices', () =>
      Promise.all(data.map(async (one) => allLines(await allPayments(invoiceSchema.parse(one))))),
    );
    return {
      part: 'invoices',
      records: invoices.map((invoice) =>
        recordOf(fromStripeInvoice(invoice, customer, context), asOf, billingAccountKey),
      ),
      asOf,
    };
  }

  async function memosPart(customer: string, billingAccountKey: string): Promise<FetchedPart> {
    const { data, asOf } = await readAll('reading credit notes', (page) =>
      stripe.creditNotes.list({ customer, limit: 100, ...page }),
    );
    const notes = await read('reading credit notes', async () => z.array(creditNoteSchema).parse(data));
    return {
      part: 'memos',
      records: notes.map((note) => recordOf(fromStripeCreditNote(note, customer, context), asOf, billingAccountKey)),
      asOf,
    };
  }

  /** A charge shows its newest ten refunds only, and of disputes that there is one: each costs a call. */
  async function reversalsOf(charge: StripeCharge): Promise<Reversals> {
    const isWhole = charge.refunds?.has_more === false;
    const [refunds, disputes] = await Promise.all([
      isWhole
        ? (charge.refunds?.data ?? [])
        : readAll('reading refunds', (page) => stripe.refunds.list({ charge: charge.id, limit: 100, ...page })).then(
            ({ data }) => z.array(refundSchema).parse(data),
          ),
      charge.disputed
        ? readAll('reading disputes', (page) => stripe.disputes.list({ charge: charge.id, limit: 100, ...page })).then(
            ({ data }) => z.array(disputeSchema).parse(data),
          )
        : [],
    ]);
    return { refunds: refunds.map(fromStripeRefund), disputes: disputes.map(fromStripeDispute) };
  }

  async function paymentsPart(customer: string, billingAccountKey: string): Promise<FetchedPart> {
    const { data, asOf } = await readAll('reading charges', (page) =>
      stripe.charges.list({ customer, limit: 100, expand: ['data.refunds'], ...page }),
    );
    const records = await read('reading charges', async () =>
      Promise.all(
        z
          .array(chargeSchema)
          .parse(data)
          .map(async (charge) =>
            recordOf(fromStripeCharge(charge, customer, context, await reversalsOf(charge)), asOf, billingAccountKey),
          ),
      ),
    );
    return { part: 'payments', records, asOf };
  }

  async function usageOf(
    item: StripeItem,
    subscription: StripeSubscription,
    meterId: string,
    asOf: Date,
  ): Promise<BillingRecord> {
    return read('reading usage', async () => {
      const meter = await catalog.meter(meterId);
      const { data } = await readAll('reading usage', (page) =>
        stripe.billing.meters.listEventSummaries(meterId, {
          customer: subscription.customer,
          start_time: Math.floor(item.current_period_start / MINUTE) * MINUTE,
          end_time: Math.ceil(item.current_period_end / MINUTE) * MINUTE,
          limit: 100,
          ...page,
        }),
      );
      const used = data.map((one) => summarySchema.parse(one).aggregated_value).reduce((all, value) => all + value, 0);
      const body = fromStripeUsage(
        item,
        fromStripeSubscription(subscription, catalog, context),
        { name: meter.display_name, unit: catalog.unitOf(item.price.product) },
        used,
        context,
      );
      return recordOf(body, asOf, body.billingAccountKey);
    });
  }

  function subscriptionsPart(
    subscriptions: Listed<StripeSubscription>,
    planned: Listed<StripePlannedSchedule>,
    billingAccountKey: string,
  ): FetchedPart {
    const begun = subscriptions.data.map((one) => fromStripeSubscription(one, catalog, context));
    // One that began between the two reads is in both.
    const known = new Set(begun.map(({ scheduleId }) => scheduleId));
    const ahead = planned.data.filter(({ id }) => !known.has(id));
    const bodies = [...begun, ...ahead.map((one) => fromPlannedSchedule(one, catalog, context))];
    const asOf = subscriptions.asOf < planned.asOf ? subscriptions.asOf : planned.asOf;
    return { part: 'subscriptions', records: bodies.map((body) => recordOf(body, asOf, billingAccountKey)), asOf };
  }

  async function usagePart({ data, asOf }: Listed<StripeSubscription>): Promise<FetchedPart> {
    const live = data.filter(({ status }) => !['canceled', 'incomplete', 'incomplete_expired'].includes(status));
    const records = await Promise.all(
      live.flatMap((subscription) =>
        subscription.items.data
          .filter((item) => item.price.recurring?.meter != null)
          .map((item) => usageOf(item, subscription, item.price.recurring!.meter!, asOf)),
      ),
    );
    return { part: 'usage', records, asOf };
  }

  return {
    connection: context.connection,
    readsMayLag: false,

    async fetch(id: string, parts: readonly BillingPart[]): Promise<FetchedBillingAccount> {
      const billingAccountKey = keyOf(context.connection, 'account', id);
      const wants = (part: BillingPart): boolean => parts.includes(part);
      const fetched: FetchedPart[] = [];
      let fields: Readonly<Record<string, string>> | undefined;
      if (wants('account')) {
        const answer = await readCustomer(id);
        if (answer.customer === null) return { found: false, deleted: answer.deleted, asOf: answer.asOf };
        fetched.push(await customerPart(answer.customer, answer.asOf));
        fields = answer.customer.metadata;
      }
      const [subscriptions, planned, ...others] = await Promise.all([
        wants('subscriptions') || wants('usage') ? readSubscriptions(id) : null,
        wants('subscriptions') ? readPlanned(id) : null,
        ...(wants('invoices') ? [invoicesPart(id, billingAccountKey)] : []),
        ...(wants('memos') ? [memosPart(id, billingAccountKey)] : []),
        ...(wants('payments') ? [paymentsPart(id, billingAccountKey)] : []),
      ]);
      fetched.push(...others);
      if (subscriptions !== null && planned !== null)
        fetched.push(subscriptionsPart(subscriptions, planned, billingAccountKey));
      if (subscriptions !== null && wants('usage')) fetched.push(await usagePart(subscriptions));
      return { found: true, billingAccountKey, parts: fetched, ...(fields === undefined ? {} : { fields }) };
    },

    read: (event, known) => readStripeEvent(event, known, catalog, context),

    async whereIs(key: string): Promise<string | null | undefined> {
      const { kind, id } = partsOf(key);
      const path = pathOf(kind, id);
      if (path === null) return undefined;
      try {
        return ownerIn(context.connection, objectSchema.parse(await stripe.rawRequest('GET', path))) ?? undefined;
      } catch (error) {
        const fault = toStripeFault(error, 'looking for an object');
        if (fault.kind === 'not_found') return null;
        throw fault;
      }
    },
  };
}
