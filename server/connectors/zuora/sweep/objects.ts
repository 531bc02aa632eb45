import { z } from 'zod';
import { keyOf, type KeyKind } from '../../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../../domain/money/decimal.ts';
import { instantIn } from '../../../domain/time/instant.ts';
import type { BillingPart } from '../../../workflows/ports/billingSystem.ts';
import type { ReceivedEvent } from '../../../workflows/ports/webhook.ts';
import type { ZuoraContext } from '../context.ts';
import type { changedRowSchema } from '../schema.ts';

/** Kind of the events that a sweep makes of changed rows: `swept.<object>`. */
export const SWEPT = 'swept.';

/**
 * Objects of Object Query that a sweep looks through (Zuora docs, "Object Query"): everything that carries money, or
 * decides over it. Orders are not among them: what they do shows in a new version of a subscription.
 */
export const SWEPT_OBJECTS = [
  'accounts',
  'subscriptions',
  'invoices',
  'payments',
  'credit-memos',
  'debit-memos',
  'refunds',
  'payment-methods',
  'usages',
] as const;
export type SweptObject = (typeof SWEPT_OBJECTS)[number];

type What = {
  /** Part that it belongs to; a connection that leaves the part out does not look for it. */
  part: BillingPart;
  /** All parts that a change of it changes. */
  parts: readonly BillingPart[];
  /** Kind of the record that tells whether a change is known; null where a reading of the account tells it. */
  kind: KeyKind | null;
  /** A tenant without the feature refuses to be asked for it. */
  optional: boolean;
};

export const WHAT: Readonly<Record<SweptObject, What>> = {
  accounts: { part: 'account', parts: ['account'], kind: 'account', optional: false },
  subscriptions: { part: 'subscriptions', parts: ['subscriptions'], kind: 'subscription', optional: false },
  invoices: { part: 'invoices', parts: ['account', 'invoices'], kind: 'invoice', optional: false },
  payments: { part: 'payments', parts: ['account', 'payments'], kind: 'payment', optional: false },
  'credit-memos': { part: 'account', parts: ['account', 'invoices', 'memos'], kind: null, optional: true },
  'debit-memos': { part: 'account', parts: ['account', 'memos'], kind: null, optional: true },
  refunds: { part: 'payments', parts: ['account', 'payments'], kind: null, optional: true },
  'payment-methods': { part: 'account', parts: ['account'], kind: null, optional: true },
  usages: { part: 'usage', parts: ['usage'], kind: null, optional: true },
};

export const sweptSchema = z.object({
  object: z.enum(SWEPT_OBJECTS),
  /** Number of the object where the mirror goes by numbers, else its id. */
  number: z.string(),
  version: z.number(),
  updatedDate: z.string(),
  status: z.string().nullish(),
  /** What is open of an invoice; what an account owes. */
  balance: z.string().nullish(),
  name: z.string().nullish(),
  autoPay: z.boolean().nullish(),
});
export type Swept = z.infer<typeof sweptSchema>;

type Row = z.infer<typeof changedRowSchema>;

function numberOf(object: SweptObject, row: Row): string {
  if (object === 'subscriptions') return row.name ?? row.id;
  if (object === 'invoices') return row.invoiceNumber ?? row.id;
  if (object === 'payments') return row.paymentNumber ?? row.id;
  return row.id;
}

function owedOf(row: Row): string | null {
  if (row.totalInvoiceBalance == null) return row.balance ?? null;
  return toDecimal(exact(row.totalInvoiceBalance).add(exact(row.totalDebitMemoBalance ?? '0')));
}

/**
 * The event of a changed row.
 * @param asOf provider time of the answer that had it; times of change have whole seconds, so that a row may change once
 * more in one that is not over, and is then looked at again
 */
export function eventOf(
  object: SweptObject,
  row: Row,
  asOf: Date,
  { connection, timeZone }: ZuoraContext,
): ReceivedEvent {
  const account = object === 'accounts' ? row.id : row.accountId;
  const at = new Date(instantIn(timeZone, row.updatedDate));
  const swept: Swept = {
    object,
    number: numberOf(object, row),
    version: row.version ?? 0,
    updatedDate: at.toISOString(),
    status: row.status,
    balance: object === 'accounts' ? owedOf(row) : (row.balance ?? null),
    ...(object === 'accounts' ? { name: row.name, autoPay: row.autoPay ?? false } : {}),
  };
  return {
    connection,
    eventId: `${SWEPT}${object}:${row.id}:${at.toISOString()}${at < asOf ? '' : ':first'}`,
    kind: `${SWEPT}${object}`,
    key: account == null ? null : keyOf(connection, 'account', account),
    occurredAt: at,
    payload: swept,
  };
}

/** Of usage one event an account is enough: it is summed anew as a whole, and a file may bring thousands of rows. */
export function eventsOf(
  object: SweptObject,
  rows: readonly Row[],
  asOf: Date,
  context: ZuoraContext,
): ReceivedEvent[] {
  const events = rows.map((row) => eventOf(object, row, asOf, context));
  if (object !== 'usages') return events;
  return [...new Map(events.map((event) => [event.key, event])).values()];
}
