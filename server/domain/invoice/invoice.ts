import type { Source } from '../billingAccount/billingAccount.ts';
import type { Money } from '../money/money.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Instant } from '../time/instant.ts';
import type { InvoiceItem } from './invoiceItem.ts';

/**
 * State of an invoice; the words of the picklist in Salesforce. A word of a billing system that is not among these stands as
 * it came: nobody knows whether such an invoice is owed, so that it counts neither as open nor as paid.
 */
export const INVOICE_STATUSES = ['Draft', 'Open', 'Paid', 'Uncollectible', 'Void'] as const;
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number] | (string & {});

/** What was asked for, whatever became of it. */
const ASKED_FOR: ReadonlySet<InvoiceStatus> = new Set(['Open', 'Paid', 'Uncollectible']);

export type Invoice = {
  kind: 'invoice';
  key: string;
  /** Id in the billing system, by which memos name it; absent where the build before read it. */
  id?: string;
  connection: string;
  source: Source;
  billingAccountKey: string;
  /** The number that the customer sees; the id of a draft that has none yet. */
  number: string;
  status: InvoiceStatus;
  amount: Money;
  /** What is still to be paid; 0 for drafts, which nobody owes yet, and where it is not known whether anybody does. */
  balance: Money;
  invoicedOn: CalendarDate | null;
  /** Last day on which it can be paid in time; for automatic collection the day of the invoice. */
  dueOn: CalendarDate | null;
  /** How often collection was tried, where the billing system counts it. */
  attemptCount: number;
  nextAttemptAt: Instant | null;
  /** Whether it is collected without anybody acting; null where the billing system does not say it of an invoice. */
  automaticCollection: boolean | null;
  /** How it is collected, where nobody here knows the word for it; `automaticCollection` is null then. */
  collectionWord?: string;
  /** When it is billed by one subscription alone. */
  subscriptionKey: string | null;
  /** Ids of the payments (Stripe: payment intents and charges) that pay it or try to. */
  paidThrough: readonly string[];
  /** Its lines, which sum to `amount`; absent where they were not read yet, as by the build before. */
  items?: readonly InvoiceItem[];
  /** As of a billing account. */
  fields?: Readonly<Record<string, string>>;
  sourceUrl: string;
};

/** @returns whether it is one of ours, so that what it means is known */
export function isKnownInvoiceStatus(status: InvoiceStatus): boolean {
  return (INVOICE_STATUSES as readonly string[]).includes(status);
}

/** @returns whether it asks for money, or did: no draft, not void, and of no state that nobody here knows */
export function isPosted({ status }: Pick<Invoice, 'status'>): boolean {
  return ASKED_FOR.has(status);
}

export function isOpen(invoice: Invoice): boolean {
  return invoice.status === 'Open' && invoice.balance.minor > 0;
}

/** @returns whether it is past its due date on a day; the due day itself is still in time */
export function isOverdue(invoice: Invoice, day: CalendarDate): boolean {
  return isOpen(invoice) && invoice.dueOn !== null && invoice.dueOn < day;
}
