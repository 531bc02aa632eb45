import type Stripe from 'stripe';
import { mrrOf } from '../../../domain/metrics/mrr.ts';
import { exact, toDecimal } from '../../../domain/money/decimal.ts';
import { fromStripeAmount, toMajor } from '../../../domain/money/money.ts';
import { doneOn } from '../../../domain/order/afterChange.ts';
import type { OrderMetrics } from '../../../domain/order/order.ts';
import type { CalendarDate } from '../../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../../domain/time/instant.ts';
import { dayAt, type StripeCatalog, type StripeContext } from '../context.ts';
import { endsAtOf } from '../convertSchedule.ts';
import { fromStripeSubscription } from '../convertSubscription.ts';
import type { StripeSubscription } from '../schema.ts';
import type { ItemParams } from './items.ts';
import { upcoming, type Upcoming } from './metrics.ts';
import { cycleMoment, periodEndOf } from './moments.ts';
import type { HeldSubscription } from './subscriptionToChange.ts';
import { changedItems, toChange } from './toChange.ts';
import { afterSchedule, toSchedule, type Change } from './toSchedule.ts';

/** One-off items as a preview takes them. */
function previewItem({ price, price_data: data, quantity }: ItemParams, subscription: HeldSubscription): object {
  const counted = quantity === undefined ? {} : { quantity };
  if (data === undefined) return { price, ...counted };
  return { currency: subscription.currency, unit_amount: Number(data.unit_amount_decimal), ...counted };
}

/** MRR on the day on which all of an order holds, by the rules of the mirror, and the first invoice as Stripe previews it. */
function toMetrics(
  { order, subscription }: Change,
  after: StripeSubscription,
  invoice: Upcoming | null,
  catalog: StripeCatalog,
  context: StripeContext,
): OrderMetrics {
  const day = doneOn(order);
  const mrr = (one: StripeSubscription) => mrrOf(fromStripeSubscription(one, catalog, context), day).exact;
  const whole = mrr(after);
  const end = subscription.schedule === null ? null : dayAt(context, endsAtOf(subscription.schedule));
  const was = end !== null && end <= day ? exact('0') : mrr(subscription);
  return {
    currency: order.currency,
    mrr: toDecimal(whole, 18),
    mrrChange: toDecimal(whole.sub(was), 18),
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

/** What a change of today comes to. */
export async function metricsOfChange(stripe: Stripe, change: Change, context: StripeContext): Promise<OrderMetrics> {
  const { order, subscription, to, catalog } = change;
  const { once, after } = changedItems(order, subscription, to);
  const { items, cancel_at, cancel_at_period_end, proration_behavior } = toChange(order, subscription, to).params;
  const invoice = await upcoming(stripe, {
    subscription: subscription.id,
    subscription_details: Object.fromEntries(
      Object.entries({ items, cancel_at, cancel_at_period_end, proration_behavior }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    ...(once.length > 0 && { invoice_items: once.map((one) => previewItem(one, subscription)) }),
  });
  const changed = { ...subscription, items: { data: after, has_more: false } };
  return toMetrics(change, changed, invoice, catalog, context);
}

/**
 * The next invoice of a subscription without a schedule: Stripe previews what phases bill of a schedule that is there, or of one
 * that makes a subscription, and to preview nothing is made. So what takes effect within the period that is under way, or at its
 * end, is previewed as a change of that moment; what comes after it is not in the next invoice.
 */
async function nextInvoice(stripe: Stripe, change: Change): Promise<Upcoming | null> {
  const { order, subscription, to } = change;
  const end = periodEndOf(subscription);
  const at = (day: CalendarDate): number => cycleMoment(day, subscription, to.timeZone);
  const actions = order.actions.filter(({ startsOn }) => at(startsOn) <= end);
  if (actions.length === 0) return upcoming(stripe, { subscription: subscription.id });
  // Several changes of one period are several prorations, of which Stripe previews one.
  if (new Set(actions.map(({ startsOn }) => startsOn)).size > 1) return null;
  const { items, once } = changedItems({ ...order, actions }, subscription, to);
  const from = at(actions[0]!.startsOn);
  const { prorationBehavior } = to.settings;
  const prorated =
    from === end || prorationBehavior === 'none'
      ? { proration_behavior: 'none' }
      : {
          proration_behavior: prorationBehavior,
          ...(actions[0]!.startsOn > order.orderedOn && { proration_date: from }),
        };
  return upcoming(stripe, {
    subscription: subscription.id,
    ...(items.length > 0 && { subscription_details: { items, ...prorated } }),
    ...(once.length > 0 && { invoice_items: once.map((one) => previewItem(one, subscription)) }),
  });
}

/** What an order comes to that a schedule carries out. */
export async function metricsOfSchedule(stripe: Stripe, change: Change, context: StripeContext): Promise<OrderMetrics> {
  const { catalog, subscription } = change;
  const { subscription: after, prices } = afterSchedule(change);
  const { phases, end_behavior, proration_behavior } = toSchedule(change).params;
  const invoice =
    subscription.schedule === null
      ? await nextInvoice(stripe, change)
      : await upcoming(stripe, {
          schedule: subscription.schedule.id,
          schedule_details: { phases, end_behavior, proration_behavior },
        });
  const known: StripeCatalog = {
    productName: (id) => catalog.productName(id),
    price: (id) => prices.get(id) ?? catalog.price(id),
    coupon: (id) => catalog.coupon(id),
    couponOfCode: (code) => catalog.couponOfCode(code),
  };
  return toMetrics(change, after, invoice, known, context);
}
