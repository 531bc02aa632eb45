import type { Inherited } from '../metrics/monthly.ts';
import { rulesOf, type MrrRules } from '../metrics/rules.ts';
import { chargesOn, isLive, statusOn, type Subscription } from '../subscription/subscription.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { BillingFacts } from './facts.ts';

/**
 * @param rules as chosen for MRR where the billing system lets its users choose
 * @returns what holds for a subscription because of its billing account and billing system
 */
export function inheritedBy(
  subscription: Subscription,
  facts: BillingFacts,
  day: CalendarDate,
  rules: MrrRules,
): Inherited {
  const account = facts.billingAccounts.find(({ key }) => key === subscription.billingAccountKey);
  const siblings = facts.subscriptions.filter(
    (other) => other.key !== subscription.key && other.billingAccountKey === subscription.billingAccountKey,
  );
  return {
    discounts: account?.discounts ?? [],
    reductions: siblings
      .filter((sibling) => isLive(statusOn(sibling, day)))
      .flatMap((sibling) => chargesOn(sibling, day))
      .filter((charge) => charge.reduction?.level === 'account'),
    rules: rulesOf(subscription.source, rules),
  };
}
