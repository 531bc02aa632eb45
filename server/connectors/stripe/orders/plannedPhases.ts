import type { CalendarDate } from '../../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../../domain/time/instant.ts';
import type { StripeCatalog } from '../context.ts';
import { endsAtOf } from '../convertSchedule.ts';
import type { StripePhase, StripePrice } from '../schema.ts';
import type { Effect, HeldItem } from './effects.ts';
import type { SentItem } from './keptPhase.ts';
import { cycleMoment, periodEndOf } from './moments.ts';
import type { HeldSubscription } from './subscriptionToChange.ts';

type CountedItem = StripePhase['items'][number];

/** An item of a phase: by the number of its charge, as it is sent, and as the mirror will count it. */
export type PlannedItem = { number: string; sent: SentItem; counted: CountedItem };

/** When something takes effect: seconds, or with the call itself. */
export type Moment = number | 'now';

/** A phase that is under way or to come, until the next one begins. */
export type PlannedPhase = {
  from: Moment;
  /** What it says besides its items and days. */
  sent: { metadata?: Record<string, string>; trial_end?: number; readonly [more: string]: unknown };
  counted: Omit<StripePhase, 'items' | 'start_date' | 'end_date'>;
  items: PlannedItem[];
};

/** What a subscription is and will be. */
export type Planned = {
  phases: PlannedPhase[];
  /** When it ends, seconds; null where it goes on. */
  end: number | null;
  /** When its last phase ends, seconds: it goes on from there as it is, or ends. */
  scheduledTo: number;
  /** What prices will be that are made with the call, by the ids that stand for them here. */
  prices: Map<string, StripePrice>;
};

/** The charge that an item of a phase is in the mirror (convertSchedule.ts). */
const numberIn = ({ id, items }: HeldSubscription, price: string): string =>
  items.data.find((item) => item.price.id === price)?.id ?? `${id}:${price}`;

/** A subscription without a schedule as the phase that one would begin with. */
function onlyPhase({ items }: HeldSubscription): PlannedPhase {
  const starts = items.data.map((item) => item.current_period_start);
  return {
    from: Math.min(...starts),
    sent: {},
    counted: { trial_end: null, discounts: [], default_tax_rates: [] },
    items: items.data.map(({ id, price, quantity, metadata, discounts, tax_rates: rates }) => {
      const counts = { price: price.id, ...(quantity !== undefined && { quantity }) };
      const of = discounts.map((one) => (typeof one === 'string' ? one : one.id));
      const running = of.map((discount) => ({ coupon: null, promotion_code: null, discount }));
      const sent = { ...counts, ...(Object.keys(metadata).length > 0 && { metadata }) };
      return { number: id, sent, counted: { ...counts, discounts: running, tax_rates: rates } };
    }),
  };
}

/** @returns the phase that is under way and those to come */
export function plannedOf(subscription: HeldSubscription): Planned {
  const { schedule } = subscription;
  const prices = new Map<string, StripePrice>();
  if (schedule === null)
    return { phases: [onlyPhase(subscription)], end: null, scheduledTo: periodEndOf(subscription), prices };
  const now = schedule.current_phase?.start_date ?? 0;
  const ahead = schedule.phases.filter((one) => one.start_date >= now).toSorted((a, b) => a.start_date - b.start_date);
  const phases = ahead.map(
    ({ sent: whole, unknown: _unknown, items, start_date: from, end_date: _end, ...counted }, nth) => {
      const {
        items: sentItems,
        start_date: _start,
        end_date: _to,
        add_invoice_items: once,
        trial_end: trial,
        ...sent
      } = whole;
      return {
        from,
        // What was billed with the phase that is under way is not billed again.
        sent: {
          ...sent,
          ...(nth > 0 && once !== undefined && { add_invoice_items: once }),
          // One that is over lies before the phase, which Stripe refuses.
          ...(trial !== undefined &&
            trial > from &&
            (nth > 0 || subscription.status === 'trialing') && { trial_end: trial }),
        },
        counted,
        items: items.map((item, index) => ({
          number: numberIn(subscription, item.price),
          sent: sentItems[index]!,
          counted: item,
        })),
      };
    },
  );
  return { phases, end: endsAtOf(schedule), scheduledTo: ahead.at(-1)!.end_date, prices };
}

/** @returns an item of a phase as an action finds it */
export function itemIn(
  { items: own }: PlannedPhase,
  { items }: HeldSubscription,
  { prices }: Planned,
  catalog: StripeCatalog,
): (number: string) => HeldItem | undefined {
  return (number) => {
    const found = own.find((one) => one.number === number);
    const id = found?.counted.price;
    const price =
      id === undefined
        ? undefined
        : (prices.get(id) ?? items.data.find((item) => item.price.id === id)?.price ?? catalog.price(id));
    return price === undefined ? undefined : { price, metadata: found!.sent.metadata ?? {} };
  };
}

/** @returns when something takes effect on a day: where a phase begins or ends on it, else where a period would */
export function momentOf(
  day: CalendarDate,
  { phases, scheduledTo }: Planned,
  subscription: HeldSubscription,
  zone: string,
): number {
  const edges = [...phases.map(({ from }) => from), scheduledTo].filter((one) => one !== 'now');
  return edges.find((one) => dayOf(fromUnixSeconds(one), zone) === day) ?? cycleMoment(day, subscription, zone);
}

/** @returns the phase that begins at a moment, cut off from the one before where none did */
export function phaseFrom({ phases }: Planned, at: Moment, prorationBehavior: string): PlannedPhase {
  const index = at === 'now' ? 0 : phases.findLastIndex(({ from }) => from === 'now' || from <= at);
  const same = phases.find(({ from }) => from === at);
  if (same !== undefined) return same;
  const before = phases[index]!;
  const { add_invoice_items: _once, billing_cycle_anchor: _anchor, trial_end: _trial, ...sent } = before.sent;
  const cut: PlannedPhase = {
    from: at,
    sent: { ...sent, proration_behavior: prorationBehavior },
    counted: { ...before.counted, trial_end: null },
    items: [...before.items],
  };
  phases.splice(index + 1, 0, cut);
  return cut;
}

const sold = (item: CountedItem | undefined, id: string, quantity: number | undefined): CountedItem => ({
  ...(item ?? { discounts: [], tax_rates: [] }),
  price: id,
  ...(quantity !== undefined && { quantity }),
});

/** Items of a phase after an effect; prices that come with it are kept among those of the plan. */
function itemsAfter(items: readonly PlannedItem[], effect: Effect, prices: Planned['prices']): PlannedItem[] {
  if (effect.does === 'bill') return [...items];
  if (effect.does === 'remove') return items.filter(({ number }) => number !== effect.number);
  const { params, price, quantity } = effect;
  const key = effect.does === 'add' ? effect.lineId : effect.number;
  const id = params.price_data === undefined ? price.id : `${price.id} of ${key} at ${price.unit_amount_decimal}`;
  prices.set(id, { ...price, id });
  if (effect.does === 'add') return [...items, { number: key, sent: params, counted: sold(undefined, id, quantity) }];
  return items.map((item) => {
    if (item.number !== effect.number) return item;
    const { price: was, price_data: data, ...kept } = item.sent;
    const own = params.price ?? params.price_data;
    const sent = {
      ...kept,
      ...(own === undefined && { ...(was !== undefined && { price: was }), ...(data && { price_data: data }) }),
      ...params,
      ...(params.metadata && { metadata: { ...kept.metadata, ...params.metadata } }),
    };
    return {
      number: item.number,
      sent,
      counted: sold(item.counted, own === undefined ? item.counted.price : id, quantity),
    };
  });
}

/** Carries an effect out in every phase from a moment on at which one begins, until another one (null: for good). */
export function carryOut(planned: Planned, effect: Effect, from: Moment, to: number | null): void {
  const { phases, prices } = planned;
  const index = (moment: Moment) => phases.findIndex((one) => one.from === moment);
  const reached = phases.slice(index(from), to === null ? phases.length : index(to));
  for (const phase of reached) phase.items = itemsAfter(phase.items, effect, prices);
  if (effect.does !== 'bill') return;
  const [first] = reached;
  const once = (first!.sent['add_invoice_items'] as unknown[] | undefined) ?? [];
  first!.sent = { ...first!.sent, add_invoice_items: [...once, effect.params] };
}
