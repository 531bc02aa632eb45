import { z } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { fromMajor } from '../../domain/money/money.ts';
import {
  BILLING_PARTS,
  type BillingPart,
  type BillingRecord,
  type EventReading,
} from '../../workflows/ports/billingSystem.ts';
import type { StoredEvent } from '../../workflows/ports/keyWork.ts';
import { invoiceStatusOf, settledStatusOf } from './convert.ts';
import { valueOf } from './payload.ts';

/** Kind of the events that a sweep makes of changed rows: `swept.<object>`. */
export const SWEPT = 'swept.';

/** What changes when something happens; first match wins. Names of Zuora docs, "Standard events" and "Custom events". */
const PARTS: readonly (readonly [RegExp, readonly BillingPart[]])[] = [
  [/^(order|orderaction|subscription|amendment|upcomingrenewal|keydates|rateplancharge)/, ['subscriptions']],
  [/^usage/, ['usage']],
  [/^(invoice|billingrun|creditmemo|debitmemo)/, ['account', 'invoices']],
  [/^paymentmethod/, ['account']],
  [/^(payment|refund|gateway)/, ['account', 'invoices', 'payments']],
  [/^(account|contact)/, ['account']],
];

const SWEPT_PARTS: Readonly<Record<string, readonly BillingPart[]>> = {
  accounts: ['account'],
  subscriptions: ['subscriptions'],
  invoices: ['account', 'invoices'],
  payments: ['account', 'payments'],
};

const sweptSchema = z.object({
  object: z.enum(['accounts', 'subscriptions', 'invoices', 'payments']),
  number: z.string(),
  version: z.number(),
  updatedDate: z.string(),
  status: z.string().nullish(),
  balance: z.string().nullish(),
});
const payloadSchema = z.record(z.string(), z.unknown());
export type Swept = z.infer<typeof sweptSchema>;

const KIND = { accounts: 'account', subscriptions: 'subscription', invoices: 'invoice', payments: 'payment' } as const;

/** Whether the mirror holds what a row says: two changes within one second have the same time. */
function saysTheSame({ status, balance }: Swept, { body }: BillingRecord): boolean {
  if (status == null) return false;
  if (body.kind === 'payment') {
    const known = body.status === 'Refunded' ? 'Succeeded' : body.status;
    return known === settledStatusOf(status);
  }
  if (body.kind !== 'invoice' || balance == null) return false;
  const told = invoiceStatusOf({ status, balance });
  return (
    told === body.status && (told !== 'Open' || body.balance.minor === fromMajor(balance, body.balance.currency).minor)
  );
}

/** A change that a sweep saw is known already when the mirror holds that version or a later one. */
function isKnown(swept: Swept, record: BillingRecord | undefined): boolean {
  if (record === undefined) return false;
  if (record.deleted || record.version > swept.version) return true;
  if (record.version < swept.version) return false;
  const age = record.asOf.getTime() - Date.parse(swept.updatedDate);
  if (age !== 0) return age > 0;
  // Every change of a subscription is a version; an account's record carries the whole second of the answer.
  return swept.object === 'subscriptions' || saysTheSame(swept, record);
}

/** What a callout tells is known already when the mirror holds what the named order, invoice or payment led to. */
function isTold(
  payload: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, BillingRecord>,
  connection: string,
): boolean {
  const order = valueOf(payload, ['ordernumber']);
  const invoice = valueOf(payload, ['invoicenumber']);
  const payment = valueOf(payload, ['paymentnumber']);
  if (payment !== null) {
    const body = known.get(keyOf(connection, 'payment', payment))?.body;
    return body?.kind === 'payment' && body.status !== 'Pending';
  }
  if (invoice !== null) {
    const body = known.get(keyOf(connection, 'invoice', invoice))?.body;
    return body?.kind === 'invoice' && body.status !== 'Draft';
  }
  if (order === null) return false;
  return [...known.values()].some(({ body }) => body.kind === 'subscription' && body.lastOrder === order);
}

/** Events that one thing causes once; of others (edits) a name alone does not tell which change is meant. */
const TOLD_ONCE = /^(order|orderaction|invoiceposted|paymentprocessed|paymentdeclined)/;

/** Reads an event of Zuora. Callouts say only that something happened, so nothing in them is trusted. */
export function readZuoraEvent(
  event: StoredEvent,
  known: ReadonlyMap<string, BillingRecord>,
  connection: string,
): EventReading {
  const swept = event.kind.startsWith(SWEPT) ? sweptSchema.safeParse(event.payload) : null;
  if (swept?.success === true) {
    const { object, number } = swept.data;
    const key = keyOf(connection, KIND[object], number);
    if (isKnown(swept.data, known.get(key))) return { records: [], fetch: [], about: [] };
    return { records: [], fetch: [...(SWEPT_PARTS[object] ?? BILLING_PARTS)], about: [] };
  }
  const name = event.kind.toLowerCase().replace(/[^a-z]/g, '');
  const payload = payloadSchema.safeParse(event.payload);
  if (TOLD_ONCE.test(name) && payload.success && isTold(payload.data, known, connection))
    return { records: [], fetch: [], about: [] };
  const parts = PARTS.find(([pattern]) => pattern.test(name))?.[1] ?? BILLING_PARTS;
  return { records: [], fetch: [...parts], about: [] };
}
