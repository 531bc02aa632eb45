import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { Invoice } from '../invoice/invoice.ts';
import type { Memo } from '../memo/memo.ts';
import type { Payment } from '../payment/payment.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { SubscriptionChange } from '../timeline/change.ts';
import type { Usage } from '../usage/usage.ts';

/** Everything that the billing systems say about one customer. */
export type BillingFacts = {
  billingAccounts: readonly BillingAccount[];
  subscriptions: readonly Subscription[];
  invoices: readonly Invoice[];
  memos: readonly Memo[];
  payments: readonly Payment[];
  usage: readonly Usage[];
  changes: readonly SubscriptionChange[];
};

export type BillingObject = BillingAccount | Subscription | Invoice | Memo | Payment | Usage | SubscriptionChange;

/** Sorts objects by what they are; each kind by key, so that the same facts always give the same view. */
export function factsOf(objects: readonly BillingObject[]): BillingFacts {
  const sorted = objects.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    billingAccounts: sorted.filter((object) => object.kind === 'account'),
    subscriptions: sorted.filter((object) => object.kind === 'subscription'),
    invoices: sorted.filter((object) => object.kind === 'invoice'),
    memos: sorted.filter((object) => object.kind === 'memo'),
    payments: sorted.filter((object) => object.kind === 'payment'),
    usage: sorted.filter((object) => object.kind === 'usage'),
    changes: sorted.filter((object) => object.kind === 'change'),
  };
}
