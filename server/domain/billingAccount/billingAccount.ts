import type { Money } from '../money/money.ts';
import type { Instant } from '../time/instant.ts';
import type { Discount } from '../subscription/discount.ts';
import type { ShownBillTo, TaxStatus } from './billTo.ts';
import type { Charging } from './charging.ts';

export type Source = 'Stripe' | 'Zuora';

/**
 * Whether a billing account can be billed; the words of the picklist in Salesforce. A word of a billing system that is not
 * among these stands as it came.
 */
export const BILLING_ACCOUNT_STATUSES = ['Active', 'Draft', 'Canceled'] as const;
export type BillingAccountStatus = (typeof BILLING_ACCOUNT_STATUSES)[number] | (string & {});

/** What a billing account pays with by default, a card or another kind: never more than what may be printed. */
export type Card = {
  /** Id in the billing system, to tell one card from another. */
  id: string;
  /** In words, such as `Visa •••• 4242` or `SEPA Direct Debit •••• 3000`; absent where the build before read it. */
  method?: string | null;
  /** Brand, last four digits and expiry are of cards alone. */
  brand: string | null;
  last4: string | null;
  /** When the billing system got it; absent where that is not told, or the build before read it. */
  since?: Instant | null;
  /** `MM/YYYY` */
  expiry: string | null;
};

/** A Stripe customer or a Zuora account. */
export type BillingAccount = {
  kind: 'account';
  key: string;
  connection: string;
  source: Source;
  /** Account number in Zuora, customer id in Stripe. */
  number: string;
  /** What the billing system calls the customer; null when it has no name for it. */
  name: string | null;
  status: BillingAccountStatus;
  /** Currency of new documents; null while the customer has never been billed. */
  currency: string | null;
  /** What is owed, where the billing system says it; null where it is the sum of the open invoices. */
  balance: Money | null;
  /** Owed on top of the open invoices and billed with the next one; null when nothing is. */
  pendingDebit: Money | null;
  creditBalance: Money | null;
  autoPay: boolean;
  card: Card | null;
  /** Absent where the billing system counts attempts by invoice, or the build before read it; null without a payment method. */
  charging?: Charging | null;
  billToEmail: string | null;
  /** Absent where the build before read it. */
  billTo?: ShownBillTo;
  /** Null where the billing system says nothing of tax; absent where the build before read it. */
  taxStatus?: TaxStatus | null;
  /** The billing account that stands above it; absent where the build before read it. */
  parentKey?: string | null;
  /** The person that it is billed to, where the billing system tells a person from a company; absent where the build before read it. */
  person?: { firstName: string | null; lastName: string } | null;
  /** Discounts that hold for every subscription that has none of its own. */
  discounts: readonly Discount[];
  /** The Salesforce Account that the billing system names: 18 characters; null when none or no valid one. */
  accountId: string | null;
  /** Metadata (Stripe) or custom fields (Zuora) that a mapping names, by `metadata.<key>` or `custom.<Name>__c`; absent where it names none. */
  fields?: Readonly<Record<string, string>>;
  sourceUrl: string;
};
