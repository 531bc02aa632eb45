import { keyOf } from '../../domain/billingAccount/key.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import { addDays } from '../../domain/time/calendarDate.ts';
import type { Usage } from '../../domain/usage/usage.ts';
import { dayAt, type StripeContext } from './context.ts';
import type { StripeItem } from './schema.ts';

/** @param used sum of the meter's events in the item's billing period */
export function fromStripeUsage(
  item: StripeItem,
  subscription: Subscription,
  meter: { name: string; unit: string | null },
  used: number,
  context: StripeContext,
): Usage {
  const startsOn = dayAt(context, item.current_period_start)!;
  const endsOn = dayAt(context, item.current_period_end)!;
  return {
    kind: 'usage',
    key: keyOf(context.connection, 'usage', `${item.id}:${startsOn}`),
    connection: context.connection,
    source: 'Stripe',
    billingAccountKey: subscription.billingAccountKey,
    subscriptionKey: subscription.key,
    meter: meter.name,
    unit: meter.unit,
    currency: subscription.currency,
    quantity: toDecimal(exact(used)),
    limit: subscription.charges.find(({ number }) => number === item.id)?.includedUnits ?? null,
    periodStartsOn: startsOn,
    periodEndsOn: endsOn > startsOn ? endsOn : addDays(startsOn, 1),
    sourceUrl: context.links.subscription(subscription.number),
  };
}
