import type { Source } from '../billingAccount/billingAccount.ts';
import type { Money } from '../money/money.ts';
import type { Instant } from '../time/instant.ts';

/** State of a payment; the words of the picklist in Salesforce. */
export const PAYMENT_STATUSES = ['Pending', 'Succeeded', 'Failed', 'Refunded', 'Canceled'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

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
  status: PaymentStatus;
  amount: Money;
  refunded: Money;
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
