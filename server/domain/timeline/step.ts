import type { BillingFacts } from '../account/facts.ts';
import { inheritedBy } from '../account/inherited.ts';
import { mrrOf } from '../metrics/mrr.ts';
import type { MrrRules } from '../metrics/rules.ts';
import { money, type Money } from '../money/money.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { addDays, type CalendarDate } from '../time/calendarDate.ts';
import type { SubscriptionChange } from './change.ts';

/** Changes that leave MRR as it is, or of which the change of MRR is told by another one. */
const WITHOUT_STEP: ReadonlySet<string> = new Set([
  'Created',
  'Owner Changed',
  'Terms Changed',
  'Cancellation Taken Back',
]);

function fromEvent(
  { mrr, cancels }: SubscriptionChange,
  subscription: Subscription,
  facts: BillingFacts,
  { churn }: MrrRules,
): Money | null {
  if (mrr === null || mrr.before.currency !== mrr.after.currency) return null;
  // What is churn already has no MRR that a change could raise or lower.
  if (churn === 'cancellation' && cancels !== false) return null;
  const account = facts.billingAccounts.find(({ key }) => key === subscription.billingAccountKey);
  // What a discount of the customer takes off does not stand in the event.
  if (subscription.discounts.length === 0 && (account?.discounts.length ?? 0) > 0) return null;
  return money(mrr.after.minor - mrr.before.minor, mrr.after.currency);
}

/** From the segments, which say what held on each day: exact where the day had no other change. */
function fromSegments(
  change: SubscriptionChange,
  subscription: Subscription,
  on: CalendarDate,
  facts: BillingFacts,
  others: readonly SubscriptionChange[],
  rules: MrrRules,
): Money | null {
  if (change.order === null || change.order.reverted || WITHOUT_STEP.has(change.what)) return null;
  if (change.order.state !== undefined) return null;
  if (others.length > 0) return null;
  const mrrAt = (day: CalendarDate): Money =>
    mrrOf(subscription, day, inheritedBy(subscription, facts, day, rules)).amount;
  const [before, after] = [mrrAt(addDays(on, -1)), mrrAt(on)];
  // Nothing on both days also is what a subscription says of days that it has forgotten.
  return before.minor === 0 && after.minor === 0 ? null : money(after.minor - before.minor, after.currency);
}

/**
 * @param on first day on which the change holds
 * @param others what else was done to the same subscription with effect from the same day
 * @returns by how much a change raised the MRR of its subscription; null where that is not known exactly
 */
export function stepOf(
  change: SubscriptionChange,
  subscription: Subscription | null,
  on: CalendarDate,
  facts: BillingFacts,
  others: readonly SubscriptionChange[],
  rules: MrrRules,
): Money | null {
  if (subscription === null) return null;
  return change.order === null
    ? fromEvent(change, subscription, facts, rules)
    : fromSegments(change, subscription, on, facts, others, rules);
}
