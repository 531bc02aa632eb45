import type { ActionOf, Order } from '../../../domain/order/order.ts';
import { addMonths, daysBetween, type CalendarDate } from '../../../domain/time/calendarDate.ts';
import { noonOf } from '../../../domain/time/instant.ts';
import { toItem, toMetadata, type ItemParams } from './items.ts';
import type { OrderPrice } from './prices.ts';
import { segmentsOf, type Segment } from './segments.ts';
import type { StripeOrderSettings } from './settings.ts';

/** A call that makes or changes a subscription; parameters by Stripe's names. */
export type StripeOrder = {
  path: string;
  params: Readonly<Record<string, unknown>> & { metadata: Record<string, string> };
};

/** Names the Opportunity on the subscription, and on the schedule, that its order made. */
export const DEAL = 'salesforce_opportunity_id';

type Duration = { interval: string; interval_count: number };
export type Phase = {
  items: ItemParams[];
  add_invoice_items?: ItemParams[];
  start_date?: number | 'now';
  duration: Duration;
  proration_behavior: string;
  collection_method: string;
  invoice_settings?: { days_until_due: number };
  metadata: Record<string, string>;
};

export type ToStripe = {
  prices: ReadonlyMap<string, OrderPrice>;
  settings: StripeOrderSettings;
  /** IANA name of the zone in which days are meant. */
  timeZone: string;
};

export const createOf = ({ actions }: Pick<Order, 'actions'>): ActionOf<'CreateSubscription'> | null =>
  actions.find((action) => action.type === 'CreateSubscription') ?? null;

/** @returns the first day without the subscription; null for one that renews by itself, which has no end in Stripe */
export function endOf({ startsOn, term, autoRenew }: ActionOf<'CreateSubscription'>): CalendarDate | null {
  return term.type === 'Evergreen' || autoRenew ? null : addMonths(startsOn, term.months);
}

function metadataOf({ dealId, customFields }: Order): Record<string, string> {
  return { ...toMetadata({ ...customFields?.order, ...customFields?.subscription }), [DEAL]: dealId };
}

/** By lengths and not by moments, so that a phase ends at the same time of day as the periods that it bills. */
function durationOf(from: CalendarDate, to: CalendarDate): Duration {
  for (let months = 1; addMonths(from, months) <= to; months++)
    if (addMonths(from, months) === to) return { interval: 'month', interval_count: months };
  return { interval: 'day', interval_count: daysBetween(from, to) };
}

/** Of a subscription that goes on after its last phase: one period of what it sells. */
function periodOf(segments: readonly Segment[], { prices }: ToStripe): Duration {
  const recurring = segments.flatMap(({ priceId }) => prices.get(priceId)!.recurring ?? [])[0];
  return { interval: recurring?.interval ?? 'month', interval_count: recurring?.interval_count ?? 1 };
}

const collectionOf = ({ collectionMethod, daysUntilDue }: StripeOrderSettings) => ({
  collection_method: collectionMethod,
  ...(collectionMethod === 'send_invoice' && { invoice_settings: { days_until_due: daysUntilDue } }),
});

/** @returns how what an order sells follows each other, from the first day on */
export function phasesOf(order: Order, to: ToStripe): Phase[] {
  const create = createOf(order)!;
  const end = endOf(create);
  const segments = segmentsOf(order);
  const recurs = ({ priceId }: Segment): boolean => to.prices.get(priceId)!.recurring !== null;
  const item = (segment: Segment): ItemParams => toItem(segment, to.prices.get(segment.priceId)!, order.currency);
  const days = segments.flatMap((one) => [one.from, ...(recurs(one) && one.to !== null ? [one.to] : [])]);
  const starts = [...new Set(days)].filter((day) => end === null || day < end).toSorted();
  return starts.map((from, index): Phase => {
    const until = starts[index + 1] ?? end;
    const holding = segments.filter((one) => recurs(one) && one.from <= from && (one.to === null || from < one.to));
    const once = segments.filter((one) => !recurs(one) && one.from === from);
    return {
      items: holding.map(item),
      ...(once.length > 0 && { add_invoice_items: once.map(item) }),
      duration: until === null ? periodOf(holding, to) : durationOf(from, until),
      proration_behavior: to.settings.prorationBehavior,
      ...collectionOf(to.settings),
      metadata: metadataOf(order),
    };
  });
}

/** When the first phase begins; noon is the same day nearly everywhere, as are the months that Stripe counts from it. */
export function startOf({ orderedOn, ...order }: Order, { timeZone }: ToStripe): number | 'now' {
  const { startsOn } = createOf(order)!;
  return startsOn <= orderedOn ? 'now' : Date.parse(noonOf(startsOn, timeZone)) / 1000;
}

/**
 * A new subscription: at once where it begins on the day and nothing of it changes by itself, else by a schedule (Stripe API,
 * "Create a subscription", "Create a schedule").
 */
export function toNewSubscription(order: Order, to: ToStripe): StripeOrder {
  const phases = phasesOf(order, to);
  const start = startOf(order, to);
  const end = endOf(createOf(order)!);
  const common = {
    customer: order.billingAccountNumber,
    billing_mode: { type: 'flexible' },
    metadata: metadataOf(order),
  };
  if (phases.length > 1 || end !== null || start !== 'now')
    return {
      path: '/v1/subscription_schedules',
      params: { ...common, start_date: start, end_behavior: end === null ? 'release' : 'cancel', phases },
    };
  const { items, add_invoice_items: once } = phases[0]!;
  const { collectionMethod, daysUntilDue } = to.settings;
  return {
    path: '/v1/subscriptions',
    params: {
      ...common,
      items,
      ...(once && { add_invoice_items: once }),
      collection_method: collectionMethod,
      ...(collectionMethod === 'send_invoice'
        ? { days_until_due: daysUntilDue }
        : // A card that is refused leaves nothing behind.
          { payment_behavior: 'error_if_incomplete', off_session: true }),
    },
  };
}
