import type { Source } from '../billingAccount/billingAccount.ts';
import type { Decimal } from '../money/decimal.ts';
import type { Money } from '../money/money.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Instant } from '../time/instant.ts';

/** What can be done to a subscription; a word of a billing system that is not among these stands as it came. */
export const CHANGE_KINDS = [
  'Created',
  'Upgrade',
  'Downgrade',
  'Plan Changed',
  'Quantity Changed',
  'Price Changed',
  'Product Added',
  'Product Removed',
  'Product Updated',
  'Trial Converted',
  'Trial Ended',
  'Trial Moved',
  'Cancellation Booked',
  'Cancellation Taken Back',
  'Canceled',
  'Paused',
  'Resumed',
  'Collection Paused',
  'Collection Resumed',
  'Renewed',
  'Terms Changed',
  'Owner Changed',
  'Schedule Set',
  'Schedule Released',
  'Change Pending',
  'Change Dropped',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number] | (string & {});

/** What was changed of one product. Its name is looked up when the change is told. */
export type ChangedItem = {
  /** Product, by its id in the billing system. */
  productId: string;
  /** Name of its price, for what is no longer there to be looked up; null where it has none. */
  priceName: string | null;
  /** Units before and after; null on the side on which it was not there, or where there is no quantity. */
  before: Decimal | null;
  after: Decimal | null;
  /** On which side it was there. */
  was: 'kept' | 'added' | 'removed';
};

/**
 * One thing that was done to a subscription. All of it comes from what told it (an event of Stripe, an action of an order
 * of Zuora) and nothing from what was known at the time, so that it is the same in whatever order it was heard.
 */
export type SubscriptionChange = {
  kind: 'change';
  /** `<connection>:change:<event>:<what>` or `<connection>:change:<order>:<action>` */
  key: string;
  connection: string;
  source: Source;
  billingAccountKey: string;
  subscriptionKey: string;
  what: ChangeKind;
  /** When it was done; when it takes effect is another matter. */
  at: Instant;
  /** First day on which it holds; null for at once, or where it is not told. */
  effectiveOn: CalendarDate | null;
  /** Day until which a pause lasts, or a trial or what was canceled goes on; null where there is none. */
  until: CalendarDate | null;
  /** What of it was changed; empty where the segments of its charges say it. */
  items: readonly ChangedItem[];
  /** MRR of the whole subscription without discounts of the customer; null where what told it does not say it exactly. */
  mrr: { before: Money; after: Money } | null;
  /** Whether a cancellation was booked before it or after it; absent where what told it does not say so. */
  cancels?: boolean;
  /** Why it ended: `payment_failed` where collection failed, else as the billing system has it; null otherwise. */
  reason: string | null;
  /** Order and its action, in the words of the billing system; null where it has no orders. */
  order: {
    number: string;
    action: string;
    reverted: boolean;
    /** State of the order, where nobody here knows the word for it: whether the action was carried out is not known. */
    state?: string;
  } | null;
  sourceUrl: string;
};
