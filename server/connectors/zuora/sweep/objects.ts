import { z } from 'zod';
import { keyOf, type KeyKind } from '../../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../../domain/money/decimal.ts';
import { instantIn } from '../../../domain/time/instant.ts';
import type { BillingPart } from '../../../workflows/ports/billingSystem.ts';
import type { ReceivedEvent } from '../../../workflows/ports/webhook.ts';
import type { ZuoraContext } from '../context.ts';
import { orderSchema, type changedRowSchema } from '../schema.ts';

/** Kind of the events that a sweep makes of changed rows: `swept.<object>`. */
export const SWEPT = 'swept.';

/**
 * Objects of Object Query that a sweep looks through (Zuora docs, "Object Query"): everything that carries money, or
 * decides over it. What orders do shows in new versions of subscriptions; of themselves they only tell what was done.
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
  'orders',
] as const;
export type SweptObject = (typeof SWEPT_OBJECTS)[number];

type What = {
  /** Part that it belongs to; a connection that leaves the part out does not look for it. */
  part: BillingPart;
  /** All parts that a change of it changes. */
  parts: readonly BillingPart[];
  /** Kind of the record by which a change is known; null where the mirror keeps none of its own. */
  record: KeyKind | null;
  /** Kind of the record that was made of it, and stands for when it was read; null where reading that tells nothing. */
  reading: 'account' | 'usage' | null;
  /** A tenant without the feature refuses to be asked for it. */
  optional: boolean;
};

export const WHAT: Readonly<Record<SweptObject, What>> = {
  accounts: { part: 'account', parts: ['account'], record: 'account', reading: null, optional: false },
  subscriptions: {
    part: 'subscriptions',
    parts: ['subscriptions'],
    record: 'subscription',
    reading: null,
    optional: false,
  },
  invoices: { part: 'invoices', parts: ['account', 'invoices'], record: 'invoice', reading: null, optional: false },
  payments: { part: 'payments', parts: ['account', 'payments'], record: 'payment', reading: null, optional: false },
  'credit-memos': {
    part: 'account',
    parts: ['account', 'invoices', 'memos'],
    record: 'creditmemo',
    reading: null,
    optional: true,
  },
  'debit-memos': { part: 'account', parts: ['account', 'memos'], record: 'debitmemo', reading: null, optional: true },
  // The mirror sums refunds in payments, whose own reading may be older than that of the account.
  refunds: { part: 'payments', parts: ['account', 'payments'], record: null, reading: null, optional: true },
  'payment-methods': { part: 'account', parts: ['account'], record: null, reading: 'account', optional: true },
  orders: { part: 'subscriptions', parts: [], record: null, reading: null, optional: true },
  usages: { part: 'usage', parts: ['usage'], record: null, reading: 'usage', optional: true },
};

export const sweptSchema = z.object({
  object: z.enum(SWEPT_OBJECTS),
  /** Number of the object where the mirror goes by numbers, else its id. */
  number: z.string(),
  version: z.number(),
  updatedDate: z.string(),
  status: z.string().nullish(),
  /** What is open of an invoice or a memo; what an account owes. */
  balance: z.string().nullish(),
  /** Whole amount of a memo. */
  amount: z.string().nullish(),
  /** What of a credit memo was paid back. */
  refunded: z.string().nullish(),
  name: z.string().nullish(),
  autoPay: z.boolean().nullish(),
  /** An order with its actions, which are all that is needed of it. */
  order: orderSchema.nullish(),
});
export type Swept = z.infer<typeof sweptSchema>;

type Row = z.infer<typeof changedRowSchema>;

function numberOf(object: SweptObject, row: Row): string {
  if (object === 'subscriptions') return row.name ?? row.id;
  if (object === 'orders') return row.orderNumber ?? row.id;
  if (object === 'invoices') return row.invoiceNumber ?? row.id;
  if (object === 'payments') return row.paymentNumber ?? row.id;
  if (object === 'credit-memos' || object === 'debit-memos') return row.memoNumber ?? row.id;
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
    ...(row.memoNumber == null ? {} : { amount: row.totalAmount, refunded: row.refundAmount }),
    ...(object === 'accounts' ? { name: row.name, autoPay: row.autoPay ?? false } : {}),
    ...(object === 'orders' ? { order: orderSchema.safeParse(row).data ?? null } : {}),
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
