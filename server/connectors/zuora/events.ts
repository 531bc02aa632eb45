import { z } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { isKnownInvoiceStatus } from '../../domain/invoice/invoice.ts';
import { fromMajor, type Money } from '../../domain/money/money.ts';
import { isOver } from '../../domain/payment/payment.ts';
import {
  BILLING_PARTS,
  type BillingPart,
  type BillingRecord,
  type EventReading,
  type Subject,
} from '../../workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../workflows/ports/keyWork.ts';
import type { ZuoraContext } from './context.ts';
import { accountStatusOf, invoiceStatusOf } from './convert.ts';
import { memoStatusOf } from './convertMemo.ts';
import { fromZuoraOrder } from './convertOrder.ts';
import { settledStatusOf } from './convertPayment.ts';
import { valueOf } from './payload.ts';
import { DELETED, readDeleted } from './sweep/deletions.ts';
import { SWEPT, sweptSchema, WHAT, type Swept } from './sweep/objects.ts';

/** What changes when something happens; first match wins. Names of Zuora docs, "Standard events" and "Custom events". */
const PARTS: readonly (readonly [RegExp, readonly BillingPart[]])[] = [
  [/^(order|orderaction|subscription|amendment|upcomingrenewal|keydates|rateplancharge)/, ['subscriptions']],
  [/^usage/, ['usage']],
  [/^(billingrun|creditmemo|debitmemo)/, ['account', 'invoices', 'memos']],
  [/^invoice/, ['account', 'invoices']],
  [/^paymentmethod/, ['account']],
  [/^refund/, ['account', 'invoices', 'memos', 'payments']],
  [/^(payment|gateway)/, ['account', 'invoices', 'payments']],
  [/^(account|contact)/, ['account']],
];

const payloadSchema = z.record(z.string(), z.unknown());

/** A read may show the state of so much earlier, ms. */
const LAG_MS = 5_000;

/** Whether the mirror holds what a row says: two changes within one second have the same time. */
function saysTheSame({ status, balance, amount, refunded, name, autoPay }: Swept, { body }: BillingRecord): boolean {
  if (status == null) return false;
  if (body.kind === 'account') {
    const owed = balance == null || body.currency === null ? null : fromMajor(balance, body.currency).minor;
    const isSame = body.name === (name ?? null) && body.autoPay === (autoPay ?? false);
    return isSame && body.status === accountStatusOf(status) && body.balance?.minor === owed;
  }
  if (body.kind === 'payment') {
    const known = body.status === 'Refunded' ? 'Succeeded' : body.status;
    return known === settledStatusOf(status);
  }
  if (body.kind === 'memo') {
    const isPosted = body.status === 'Posted';
    const isSame = (told: string | null | undefined, { minor, currency }: Money): boolean =>
      told != null && fromMajor(told, currency).minor === minor;
    const amounts = isSame(amount, body.amount) && (!isPosted || isSame(balance, body.balance));
    const paidBack = !isPosted || refunded == null || isSame(refunded, body.refunded);
    return body.status === memoStatusOf(status) && amounts && paidBack;
  }
  if (body.kind !== 'invoice' || balance == null) return false;
  const told = invoiceStatusOf({ status, balance });
  return (
    told === body.status && (told !== 'Open' || body.balance.minor === fromMajor(balance, body.balance.currency).minor)
  );
}

/**
 * A change that a sweep saw is known already when the mirror holds that version or a later one. Accounts carry the time
 * at which they were read, and a read may lag behind: soon after the change it is known by what it says only.
 */
function isKnown(swept: Swept, record: BillingRecord | undefined): boolean {
  if (record === undefined) return false;
  if (record.deleted || record.version > swept.version) return true;
  if (record.version < swept.version) return false;
  const age = record.asOf.getTime() - Date.parse(swept.updatedDate);
  if (record.kind === 'account') return age > LAG_MS || (age >= 0 && saysTheSame(swept, record));
  if (age !== 0) return age > 0;
  // Every change of a subscription is a version.
  return swept.object === 'subscriptions' || saysTheSame(swept, record);
}

/** What the mirror keeps in the account, or sums, is known once it was read well after the change. */
function isReadSince(swept: Swept, kind: 'account' | 'usage', known: ReadonlyMap<string, BillingRecord>): boolean {
  const since = Date.parse(swept.updatedDate) + LAG_MS;
  return [...known.values()].some((record) => record.kind === kind && record.asOf.getTime() > since);
}

/**
 * What a callout tells is known already when the mirror holds what the named order, invoice or payment led to.
 * @returns null when it names none
 */
function isToldIn(
  payload: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, BillingRecord>,
  connection: string,
): boolean | null {
  const order = valueOf(payload, ['ordernumber']);
  const invoice = valueOf(payload, ['invoicenumber']);
  const payment = valueOf(payload, ['paymentnumber']);
  if (payment !== null) {
    const body = known.get(keyOf(connection, 'payment', payment))?.body;
    return body?.kind === 'payment' && isOver(body);
  }
  if (invoice !== null) {
    const body = known.get(keyOf(connection, 'invoice', invoice))?.body;
    return body?.kind === 'invoice' && body.status !== 'Draft' && isKnownInvoiceStatus(body.status);
  }
  if (order === null) return null;
  return [...known.values()].some(({ body }) => body.kind === 'subscription' && body.lastOrder === order);
}

const subject = (of: Subject): Pick<EventReading, 'of'> => ({ of });

/** Events that one thing causes once; of others (edits) a name alone does not tell which change is meant. */
const TOLD_ONCE = /^(order|orderaction|invoiceposted|paymentprocessed|paymentdeclined)/;

/** Reads an event of Zuora. Callouts say only that something happened, so nothing in them is trusted. */
export function readZuoraEvent(
  event: StoredEvent,
  known: ReadonlyMap<string, BillingRecord>,
  context: ZuoraContext,
): EventReading {
  const { connection } = context;
  const swept = event.kind.startsWith(SWEPT) ? sweptSchema.safeParse(event.payload) : null;
  if (swept?.success === true) {
    const { object, number, order } = swept.data;
    if (object === 'orders') {
      const changes = order == null ? [] : fromZuoraOrder(order, context);
      return { records: [], fetch: [], about: [], changes, isExact: true };
    }
    const { parts, record, reading } = WHAT[object];
    const isDone =
      (record !== null && isKnown(swept.data, known.get(keyOf(connection, record, number)))) ||
      (reading !== null && isReadSince(swept.data, reading, known));
    const of =
      object === 'refunds'
        ? subject('refunds')
        : record === 'creditmemo' || record === 'debitmemo'
          ? subject('memos')
          : {};
    return { records: [], fetch: isDone ? [] : [...parts], about: [], isExact: true, ...of };
  }
  if (event.kind === `${SWEPT}${DELETED}`) return readDeleted(event.payload, known, connection);
  const name = event.kind.toLowerCase().replace(/[^a-z]/g, '');
  const payload = payloadSchema.safeParse(event.payload);
  const isTold = TOLD_ONCE.test(name) && payload.success ? isToldIn(payload.data, known, connection) : null;
  if (isTold === true) return { records: [], fetch: [], about: [] };
  const parts = PARTS.find(([pattern]) => pattern.test(name))?.[1] ?? BILLING_PARTS;
  const of = /^(creditmemo|debitmemo)/.test(name) ? subject('memos') : /refund/.test(name) ? subject('refunds') : {};
  return { records: [], fetch: [...parts], about: [], isExact: isTold === false, ...of };
}
