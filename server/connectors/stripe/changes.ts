import { z } from 'zod';
import { unknownWordsOf } from '../../domain/account/unknownWords.ts';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { mrrOf } from '../../domain/metrics/mrr.ts';
import type { ChangedItem, ChangeKind, SubscriptionChange } from '../../domain/timeline/change.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import { fromUnixSeconds } from '../../domain/time/instant.ts';
import type { BillingRecord } from '../../workflows/ports/billingSystem.ts';
import { dayAt, type StripeCatalog, type StripeContext } from './context.ts';
import { fromStripeSubscription } from './convertSubscription.ts';
import { isPinned } from './events.ts';
import { subscriptionSchema, type StripeEvent, type StripeItem, type StripeSubscription } from './schema.ts';

/** What of a subscription has had the same form in every version of the API for years. */
const stableSchema = z.object({
  id: z.string(),
  object: z.literal('subscription'),
  customer: z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]),
  status: z.string(),
  cancel_at: z.number().nullish(),
  cancel_at_period_end: z.boolean().nullish(),
  current_period_end: z.number().nullish(),
  trial_end: z.number().nullish(),
  pause_collection: z.object({ resumes_at: z.number().nullish() }).nullish(),
  cancellation_details: z.object({ reason: z.string().nullish() }).nullish(),
});
type Stable = z.infer<typeof stableSchema>;

/** Only what was changed is there; a list is there as a whole (Stripe docs, "The Event object"). */
type Previous = Readonly<Record<string, unknown>>;

type Recognised = {
  /** Word that tells the changes of one event apart. */
  part: 'items' | 'trial' | 'cancel' | 'pause' | 'schedule' | 'pending';
  what: ChangeKind;
  until?: CalendarDate | null;
  items?: readonly ChangedItem[];
  mrr?: SubscriptionChange['mrr'];
  reason?: string | null;
};

/** Amounts and what they are made of stand in the event itself, or are not told. */
const NO_CATALOG: StripeCatalog = {
  productName: () => undefined,
  price: () => undefined,
  coupon: () => undefined,
  couponOfCode: () => undefined,
};

/** The subscription as it was; null where an update does not say it in a form that is known here. */
function before(event: StripeEvent, previous: Previous): StripeSubscription | null {
  const is: Previous = event.data.object;
  const items = { ...(is['items'] as object), ...(previous['items'] as object | undefined) };
  // Whether collection is paused changes neither items nor MRR, and of the pause only a part may be there.
  return subscriptionSchema.safeParse({ ...is, ...previous, items, pause_collection: null }).data ?? null;
}

const quantityOf = ({ quantity }: StripeItem): string | null => (quantity === undefined ? null : String(quantity));

function changedItem(before: StripeItem | null, after: StripeItem | null): ChangedItem {
  const { price } = (after ?? before)!;
  return {
    productId: price.product,
    priceName: price.nickname,
    before: before === null ? null : quantityOf(before),
    after: after === null ? null : quantityOf(after),
    was: before === null ? 'added' : after === null ? 'removed' : 'kept',
  };
}

/** A renewal gives items a new period and nothing else: that is none of these. */
function changeOfItems(before: readonly StripeItem[], after: readonly StripeItem[]): Recognised | null {
  const was = new Map(before.map((item) => [item.id, item]));
  const is = new Map(after.map((item) => [item.id, item]));
  const gone = before.filter(({ id }) => !is.has(id));
  const come = after.filter(({ id }) => !was.has(id));
  const kept = after.filter(({ id }) => was.has(id)).map((item) => ({ before: was.get(item.id)!, after: item }));
  const swapped = kept.filter((one) => one.before.price.product !== one.after.price.product);
  const priced = kept.filter((one) => !swapped.includes(one) && one.before.price.id !== one.after.price.id);
  const counted = kept.filter(
    (one) => !swapped.includes(one) && !priced.includes(one) && quantityOf(one.before) !== quantityOf(one.after),
  );
  const items = [
    ...gone.map((item) => changedItem(item, null)),
    ...swapped.flatMap((one) => [changedItem(one.before, null), changedItem(null, one.after)]),
    ...[...priced, ...counted].map((one) => changedItem(one.before, one.after)),
    ...come.map((item) => changedItem(null, item)),
  ];
  if (items.length === 0) return null;
  const isSwap = swapped.length > 0 || (gone.length > 0 && come.length > 0);
  const what = isSwap
    ? 'Plan Changed'
    : priced.length > 0
      ? 'Price Changed'
      : come.length > 0
        ? 'Product Added'
        : gone.length > 0
          ? 'Product Removed'
          : 'Quantity Changed';
  return { part: 'items', what, items };
}

/** Whether what a subscription earns stands in the event: no discount, no tiers, no other currency, no item left out. */
function isPriced({ items, discounts, currency }: StripeSubscription): boolean {
  return (
    !items.has_more &&
    discounts.length === 0 &&
    items.data.every(
      ({ price, discounts: own }) =>
        own.length === 0 && price.billing_scheme !== 'tiered' && price.currency === currency,
    )
  );
}

/** MRR before and after an update; null where the event does not say it exactly, or in words that are not known here. */
function mrrOfUpdate(
  was: StripeSubscription,
  is: StripeSubscription,
  day: CalendarDate,
  context: StripeContext,
): SubscriptionChange['mrr'] {
  if (!isPriced(was) || !isPriced(is)) return null;
  const [before, after] = [was, is].map((one) => fromStripeSubscription(one, NO_CATALOG, context));
  // That nothing can be told is no step down.
  if ([before, after].some((one) => unknownWordsOf(one!).length > 0)) return null;
  return { before: mrrOf(before!, day).amount, after: mrrOf(after!, day).amount };
}

/** The end of the period is in the items since 2025, and was in the subscription before. */
function periodEndOf(stable: Stable, whole: StripeSubscription | null): number | null {
  const ends = whole?.items.data.map((item) => item.current_period_end) ?? [];
  return ends.length > 0 ? Math.min(...ends) : (stable.current_period_end ?? null);
}

function cancellation(stable: Stable, whole: StripeSubscription | null, previous: Previous, context: StripeContext) {
  const wasBooked = (previous['cancel_at'] ?? null) !== null || previous['cancel_at_period_end'] === true;
  const isChanged = 'cancel_at' in previous || 'cancel_at_period_end' in previous;
  if (!isChanged || stable.status === 'canceled') return null;
  const endsAt = stable.cancel_at ?? (stable.cancel_at_period_end === true ? periodEndOf(stable, whole) : null);
  const isBooked = stable.cancel_at != null || stable.cancel_at_period_end === true;
  if (isBooked) return { part: 'cancel', what: 'Cancellation Booked', until: dayAt(context, endsAt) } as const;
  return wasBooked ? ({ part: 'cancel', what: 'Cancellation Taken Back' } as const) : null;
}

/** Whether the end of a subscription was booked before an event or is after it. */
function cancels({ data }: StripeEvent): boolean {
  const isBooked = (one: Previous): boolean => one['cancel_at'] != null || one['cancel_at_period_end'] === true;
  return isBooked(data.object) || isBooked(data.previous_attributes ?? {});
}

function trial(stable: Stable, previous: Previous, context: StripeContext): Recognised | null {
  if (previous['status'] === 'trialing') {
    if (stable.status === 'active') return { part: 'trial', what: 'Trial Converted' };
    const isUnpaid = stable.status === 'past_due' || stable.status === 'unpaid' || stable.status === 'paused';
    return isUnpaid ? { part: 'trial', what: 'Trial Ended' } : null;
  }
  const isMoved = stable.status === 'trialing' && 'trial_end' in previous && !('status' in previous);
  return isMoved ? { part: 'trial', what: 'Trial Moved', until: dayAt(context, stable.trial_end ?? null) } : null;
}

function pauseOfCollection(stable: Stable, previous: Previous, context: StripeContext): Recognised | null {
  if (!('pause_collection' in previous)) return null;
  const until = dayAt(context, stable.pause_collection?.resumes_at ?? null);
  if (stable.pause_collection != null) return { part: 'pause', what: 'Collection Paused', until };
  return previous['pause_collection'] === null ? null : { part: 'pause', what: 'Collection Resumed' };
}

/** Attaching a schedule and letting it go; that it ends together with the subscription is told by that. */
function schedule(stable: Stable, previous: Previous, raw: Previous): Recognised | null {
  if (!('schedule' in previous) || stable.status === 'canceled') return null;
  return { part: 'schedule', what: raw['schedule'] == null ? 'Schedule Released' : 'Schedule Set' };
}

function update(event: StripeEvent, stable: Stable, whole: StripeSubscription | null, context: StripeContext) {
  const previous: Previous = event.data.previous_attributes ?? {};
  const raw: Previous = event.data.object;
  const was = whole === null ? null : before(event, previous);
  const isListed = was !== null && 'items' in previous && !was.items.has_more && !whole!.items.has_more;
  const items = isListed ? changeOfItems(was.items.data, whole!.items.data) : null;
  const ofTrial = trial(stable, previous, context);
  const day = dayAt(context, event.created)!;
  const mrr = () => (was === null ? null : mrrOfUpdate(was, whole!, day, context));
  const pends = 'pending_update' in previous && previous['pending_update'] === null && raw['pending_update'] != null;
  return [
    items === null ? null : { ...items, mrr: mrr() },
    // Where both are told at once, the step is that of the items.
    ofTrial?.what === 'Trial Converted' && items === null ? { ...ofTrial, mrr: mrr() } : ofTrial,
    cancellation(stable, whole, previous, context),
    pauseOfCollection(stable, previous, context),
    schedule(stable, previous, raw),
    pends ? ({ part: 'pending', what: 'Change Pending' } as const) : null,
  ];
}

function recognise(event: StripeEvent, stable: Stable, whole: StripeSubscription | null, context: StripeContext) {
  switch (event.type) {
    case 'customer.subscription.updated':
      return update(event, stable, whole, context);
    case 'customer.subscription.deleted':
      return [{ part: 'cancel', what: 'Canceled', reason: stable.cancellation_details?.reason ?? null } as const];
    case 'customer.subscription.paused':
      return [{ part: 'pause', what: 'Paused' } as const];
    case 'customer.subscription.resumed':
      return [{ part: 'pause', what: 'Resumed' } as const];
    case 'customer.subscription.pending_update_expired':
      return [{ part: 'pending', what: 'Change Dropped' } as const];
    default:
      return [];
  }
}

/**
 * Recognises what an event of a subscription says was done to it. The same event always gives the same changes: neither the
 * mirror nor the catalog is asked. Of an event in the form of another version of the API only what has not changed its form is
 * recognised, and no amount.
 */
export function changesIn(event: StripeEvent, context: StripeContext): BillingRecord[] {
  const stable = stableSchema.safeParse(event.data.object).data;
  if (stable === undefined) return [];
  const whole = isPinned(event) ? (subscriptionSchema.safeParse(event.data.object).data ?? null) : null;
  const at = fromUnixSeconds(event.created);
  const billingAccountKey = keyOf(context.connection, 'account', stable.customer);
  return recognise(event, stable, whole, context)
    .filter((one): one is Recognised => one !== null)
    .map(({ part, what, until = null, items = [], mrr = null, reason = null }) => {
      const body: SubscriptionChange = {
        kind: 'change',
        key: keyOf(context.connection, 'change', `${event.id}:${part}`),
        connection: context.connection,
        source: 'Stripe',
        billingAccountKey,
        subscriptionKey: keyOf(context.connection, 'subscription', stable.id),
        what,
        at,
        effectiveOn: null,
        until,
        items,
        mrr,
        ...(mrr === null ? {} : { cancels: cancels(event) }),
        reason,
        order: null,
        sourceUrl: context.links.subscription(stable.id),
      };
      const asOf = new Date(event.created * 1000);
      return { key: body.key, kind: body.kind, billingAccountKey, asOf, version: 0, deleted: false, body };
    });
}
