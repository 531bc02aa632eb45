import type { Money } from '../money/money.ts';
import type { Discount } from '../subscription/discount.ts';

export type Source = 'Stripe' | 'Zuora';

/** Whether a billing account can be billed; the words of the picklist in Salesforce. */
export type BillingAccountStatus = 'Active' | 'Draft' | 'Canceled';

/** The default card of a billing account: never more than what may be printed. */
export type Card = {
  /** Id in the billing system, to tell one card from another. */
  id: string;
  brand: string | null;
  last4: string | null;
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
  billToEmail: string | null;
  /** Discounts that hold for every subscription that has none of its own. */
  discounts: readonly Discount[];
  /** The Salesforce Account that the billing system names: 18 characters; null when none or no valid one. */
  accountId: string | null;
  sourceUrl: string;
};
