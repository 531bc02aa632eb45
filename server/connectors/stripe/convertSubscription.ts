import { keyOf } from '../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import type { Charge } from '../../domain/subscription/charge.ts';
import type { Subscription, SubscriptionStatus } from '../../domain/subscription/subscription.ts';
import { keptFields, METADATA } from '../../workflows/ports/billingFields.ts';
import { dayAt, origin, type StripeCatalog, type StripeContext } from './context.ts';
import { expandedDiscounts } from './convertDiscount.ts';
import { fromStripePrice, includedTaxOf } from './convertPrice.ts';
import { unknownWordsIn, withPhases } from './convertSchedule.ts';
import type { StripeItem, StripeSubscription } from './schema.ts';

/** A word that is not known stands as it came. */
const SUBSCRIPTION_STATUS: Readonly<Record<string, SubscriptionStatus>> = {
  incomplete: 'Incomplete',
  // Nothing was ever paid: the customer had nothing that could end.
  incomplete_expired: 'Incomplete',
  trialing: 'Trialing',
  active: 'Active',
  past_due: 'Past Due',
  canceled: 'Canceled',
  unpaid: 'Unpaid',
  paused: 'Paused',
};

function fromStripeItem(
  item: StripeItem,
  subscription: StripeSubscription,
  catalog: StripeCatalog,
  context: StripeContext,
): Charge {
  const priced = fromStripePrice(item.price, subscription.currency, catalog);
  return {
    number: item.id,
    ...priced,
    ratePlanKey: null,
    quantity: priced.kind === 'usage' || item.quantity === undefined ? null : toDecimal(exact(item.quantity)),
    months: 'calendar',
    discounts: expandedDiscounts(item.discounts, subscription.currency, catalog, context),
    reduction: null,
    includedTaxPercent: includedTaxOf(item.tax_rates, subscription.default_tax_rates),
    startsOn: null,
    endsOn: null,
    trialEndsOn: item.current_trial == null ? null : dayAt(context, item.current_trial.end_date),
    unit: null,
    ...keptFields(context.fields?.charge, METADATA, item.metadata),
  };
}

/**
 * @param subscription with all its items; discounts count only where they are expanded and their coupons known
 * @returns with what its schedule will change, where that is expanded; a Stripe subscription has no term: its billing period stands in for one, and it is evergreen
 */
export function fromStripeSubscription(
  subscription: StripeSubscription,
  catalog: StripeCatalog,
  context: StripeContext,
): Subscription {
  const items = subscription.items.data;
  const periodStart = items.length === 0 ? null : Math.min(...items.map((item) => item.current_period_start));
  const periodEnd = items.length === 0 ? null : Math.min(...items.map((item) => item.current_period_end));
  const ended = subscription.ended_at;
  const cancelAt = subscription.cancel_at ?? (subscription.cancel_at_period_end ? periodEnd : null);
  const now = {
    charges: items.map((item) => fromStripeItem(item, subscription, catalog, context)),
    discounts: expandedDiscounts(subscription.discounts, subscription.currency, catalog, context),
  };
  const planned = withPhases(now, subscription, catalog, context);
  const scheduleId = typeof subscription.schedule === 'string' ? subscription.schedule : subscription.schedule?.id;
  return {
    kind: 'subscription',
    key: keyOf(context.connection, 'subscription', subscription.id),
    ...origin(context, subscription.customer),
    number: subscription.id,
    currency: subscription.currency.toUpperCase(),
    status: SUBSCRIPTION_STATUS[subscription.status] ?? subscription.status,
    statusHistory: [],
    startsOn: dayAt(context, subscription.start_date),
    termType: 'Evergreen',
    termStartsOn: dayAt(context, periodStart),
    termEndsOn: dayAt(context, periodEnd),
    autoRenew: cancelAt === null && planned.endsAt === null && ended === null,
    trialEndsOn: dayAt(context, subscription.trial_end),
    cancelOn: dayAt(context, ended ?? cancelAt ?? planned.endsAt),
    cancelBookedOn:
      cancelAt === null && ended === null
        ? null
        : dayAt(context, subscription.canceled_at ?? ended ?? subscription.start_date),
    endsByDate: false,
    collectionPaused: subscription.pause_collection != null,
    collectionResumesOn: dayAt(context, subscription.pause_collection?.resumes_at ?? null),
    charges: planned.charges,
    discounts: planned.discounts,
    scheduleId: scheduleId ?? null,
    ...unknownWordsIn(subscription.schedule),
    lastOrder: null,
    ...keptFields(context.fields?.subscription, METADATA, subscription.metadata),
    sourceUrl: context.links.subscription(subscription.id),
  };
}
