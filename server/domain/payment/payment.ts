import type { Source } from '../billingAccount/billingAccount.ts';
import { money, type Money } from '../money/money.ts';
import type { Instant } from '../time/instant.ts';
import type { Dispute } from './dispute.ts';
import type { Refund } from './refund.ts';

/**
 * State of a payment; the words of the picklist in Salesforce. A word of a billing system that is not among these stands as
 * it came, and the payment counts neither as received nor as failed.
 */
export const PAYMENT_STATUSES = [
  'Pending',
  'Succeeded',
  'Failed',
  'Partially Refunded',
  'Refunded',
  'Canceled',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number] | (string & {});

/** A payment or an attempt at one. */
export type Payment = {
  kind: 'payment';
  key: string;
  connection: string;
  source: Source;
  billingAccountKey: string;
  /** Payment number in Zuora, charge id in Stripe. */
  number: string;
  /** Ids under which invoices name this payment. */
  ids: readonly string[];
  /** What became of it; of one that succeeded and was refunded in part `statusOf` tells so. */
  status: Exclude<PaymentStatus, 'Partially Refunded'>;
  amount: Money;
  /** What of it was given back or is on its way, as the billing system counts. */
  refunded: Money;
  /** Absent where they were not read: the build before did not, and some tenants have none. */
  refunds?: readonly Refund[];
  /** Absent as above; Zuora tells of none. */
  disputes?: readonly Dispute[];
  at: Instant | null;
  /** Code that the bank or gateway gave; null when it did not fail. */
  declineCode: string | null;
  /** What the gateway said besides the code; for explaining codes that are not in our table. */
  declineText: string | null;
  method: string | null;
  /** Invoices that it pays, where the payment itself names them. */
  invoiceKeys: readonly string[];
  sourceUrl: string;
};

/** @returns the state as people are told it */
export function statusOf({ status, refunded }: Payment): PaymentStatus {
  return status === 'Succeeded' && refunded.minor > 0 ? 'Partially Refunded' : status;
}

/** Payments whose money came in, whatever became of it. */
const RECEIVED: ReadonlySet<PaymentStatus> = new Set(['Succeeded', 'Refunded']);
/** What is over and will not become something else, but for being paid back. */
const OVER: ReadonlySet<PaymentStatus> = new Set([...RECEIVED, 'Failed', 'Canceled']);

/** @returns whether it is certain what became of it; of a state that nobody here knows it is not */
export function isOver({ status }: Pick<Payment, 'status'>): boolean {
  return OVER.has(status);
}

/** @returns what of it was received and kept: nothing of an attempt, and of a payment what was neither paid back nor lost */
export function keptOf({ status, amount, refunded, disputes = [] }: Payment): Money {
  if (!RECEIVED.has(status)) return money(0, amount.currency);
  const lost = disputes.reduce((all, one) => all + one.lost.minor, 0);
  return money(amount.minor - refunded.minor - lost, amount.currency);
}
