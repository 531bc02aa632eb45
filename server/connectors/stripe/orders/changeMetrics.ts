import type Stripe from 'stripe';
import { mrrOf } from '../../../domain/metrics/mrr.ts';
import { toDecimal } from '../../../domain/money/decimal.ts';
import { fromStripeAmount, toMajor } from '../../../domain/money/money.ts';
import { doneOn } from '../../../domain/order/afterChange.ts';
import type { Order, OrderMetrics } from '../../../domain/order/order.ts';
import { dayOf, fromUnixSeconds } from '../../../domain/time/instant.ts';
import type { CatalogCache } from '../catalog.ts';
import type { StripeContext } from '../context.ts';
import { fromStripeSubscription } from '../convertSubscription.ts';
import type { ItemParams } from './items.ts';
import { upcoming } from './metrics.ts';
import type { HeldSubscription } from './subscriptionToChange.ts';
import { changedItems, toChange } from './toChange.ts';
import type { ToStripe } from './toSubscription.ts';

/** One-off items as a preview takes them. */
function previewItem({ price, price_data: data, quantity }: ItemParams, subscription: HeldSubscription): object {
  const counted = quantity === undefined ? {} : { quantity };
  if (data === undefined) return { price, ...counted };
  return { currency: subscription.currency, unit_amount: Number(data.unit_amount_decimal), ...counted };
}

/** What a change of a subscription comes to: MRR by the rules of the mirror, of the items before and after. */
export async function metricsOfChange(
  stripe: Stripe,
  order: Order,
  subscription: HeldSubscription,
  to: ToStripe,
  { catalog, context }: { catalog: CatalogCache; context: StripeContext },
): Promise<OrderMetrics> {
  const { once, after } = changedItems(order, subscription, to);
  const { items, cancel_at, cancel_at_period_end, proration_behavior } = toChange(order, subscription, to).params;
  const day = doneOn(order);
  const mrr = (one: HeldSubscription) => mrrOf(fromStripeSubscription(one, catalog, context), day).exact;
  const whole = mrr({ ...subscription, items: { data: after, has_more: false } });
  const invoice = await upcoming(stripe, {
    subscription: subscription.id,
    subscription_details: Object.fromEntries(
      Object.entries({ items, cancel_at, cancel_at_period_end, proration_behavior }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    ...(once.length > 0 && { invoice_items: once.map((one) => previewItem(one, subscription)) }),
  });
  return {
    currency: order.currency,
    mrr: toDecimal(whole, 18),
    mrrChange: toDecimal(whole.sub(mrr(subscription)), 18),
    tcv: null,
    tcvChange: null,
    firstInvoice:
      invoice === null
        ? null
        : {
            amount: toMajor(fromStripeAmount(invoice.total, invoice.currency)),
            on: dayOf(fromUnixSeconds(invoice.period_end), context.timeZone),
          },
  };
}
