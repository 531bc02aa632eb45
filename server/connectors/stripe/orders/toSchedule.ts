import { Fault } from '../../../domain/fault.ts';
import type { Order, OrderedAction } from '../../../domain/order/order.ts';
import { afterInterval } from '../../../domain/subscription/interval.ts';
import { addMonths, latest, type CalendarDate } from '../../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../../domain/time/instant.ts';
import type { StripeCatalog } from '../context.ts';
import type { StripeSchedule, StripeSubscription } from '../schema.ts';
import { effectsOf, notFromHere } from './effects.ts';
import { toMetadata } from './items.ts';
import { cycleMoment, periodEndOf } from './moments.ts';
import {
  carryOut,
  itemIn,
  momentOf,
  phaseFrom,
  plannedOf,
  type Moment,
  type Planned,
  type PlannedPhase,
} from './plannedPhases.ts';
import type { HeldSubscription } from './subscriptionToChange.ts';
import { changeKeyOf } from './toChange.ts';
import type { StripeOrder, ToStripe } from './toSubscription.ts';

/** What an order makes of a subscription by its schedule. */
export type Change = { order: Order; subscription: HeldSubscription; to: ToStripe; catalog: StripeCatalog };

const SCHEDULES = '/v1/subscription_schedules';

/** Whether a schedule carries an order out: one that there is already, or that has to be made for a day to come. */
export function isScheduled({ actions, orderedOn }: Order, { schedule }: Pick<HeldSubscription, 'schedule'>): boolean {
  const isLater = (action: OrderedAction): boolean =>
    action.type !== 'CancelSubscription' &&
    (action.startsOn > orderedOn || (action.type === 'AddProduct' && action.plan.endsOn !== undefined));
  return schedule !== null || actions.some(isLater);
}

/** Makes a schedule of a subscription as it is (Stripe API, "Create a schedule": nothing else can be said with it). */
export const toAdoption = ({ id }: Pick<HeldSubscription, 'id'>): { path: string; params: object } => ({
  path: SCHEDULES,
  params: { from_subscription: id },
});

/** Months are counted from the first day, as Stripe counts them. */
function renewedTo(
  from: CalendarDate,
  months: number,
  { start_date: start }: HeldSubscription,
  zone: string,
): CalendarDate {
  const first = dayOf(fromUnixSeconds(start), zone);
  for (let term = 1; addMonths(first, term) <= from; term++)
    if (addMonths(first, term) === from) return addMonths(first, term + months);
  return addMonths(from, months);
}

/** Moves the end: a renewal by its months, or away where it renews by itself from then on. */
function renew(planned: Planned, on: CalendarDate, { order, subscription, to }: Change): void {
  const terms = order.actions.filter((action) => action.type === 'TermsAndConditions');
  const months = terms.find(({ renewalMonths }) => renewalMonths !== null)?.renewalMonths ?? null;
  if (terms.some(({ autoRenew }) => autoRenew === true)) planned.end = null;
  else if (months === null) throw notFromHere('renew it for a term that nobody named');
  else planned.end = cycleMoment(renewedTo(on, months, subscription, to.timeZone), subscription, to.timeZone);
}

/** First day from a day on with which a period ends of everything that is billed ahead; counted as Stripe does, from one day on. */
function wholeFrom(
  day: CalendarDate,
  { items, billing_cycle_anchor: anchor }: HeldSubscription,
  zone: string,
): CalendarDate {
  const first = dayOf(fromUnixSeconds(anchor), zone);
  const ends = items.data.map(({ price: { recurring } }) => {
    const { interval = 'month', interval_count: count = 1, usage_type: usage } = recurring ?? {};
    if (usage === 'metered') return day;
    for (let nth = 0; ; nth++) {
      const unit = interval as 'day' | 'week' | 'month' | 'year';
      const next = afterInterval(first, { unit, count: count * nth })!;
      if (next >= day) return next;
    }
  });
  return latest(ends)!;
}

/** A phase that ends before its period does is not known to be paid back. */
function checkWhole(day: CalendarDate, { subscription, to: { timeZone } }: Change): void {
  const whole = wholeFrom(day, subscription, timeZone);
  if (whole === day) return;
  throw new Fault({
    code: 'order_refused',
    kind: 'invalid',
    publicText: `Its schedule would end it on ${day}, in the middle of a period that is billed in full. Enter a day with which a period ends, such as ${whole}, or cancel it in Stripe.`,
  });
}

function cancel(planned: Planned, at: number): void {
  planned.phases = planned.phases.filter(({ from }) => from === 'now' || from < at);
  planned.end = at;
}

function applyTo(planned: Planned, action: OrderedAction, change: Change): void {
  const { order, subscription, to, catalog } = change;
  const { prorationBehavior } = to.settings;
  const moment = (day: CalendarDate): number => momentOf(day, planned, subscription, to.timeZone);
  if (action.type === 'CancelSubscription') {
    const isOnDay = action.policy === 'SpecificDate';
    if (isOnDay) checkWhole(action.startsOn, change);
    return cancel(planned, isOnDay ? moment(action.startsOn) : periodEndOf(subscription));
  }
  if (action.type === 'RenewSubscription') return renew(planned, action.startsOn, change);
  if (action.type === 'TermsAndConditions') return;
  const at: Moment = action.startsOn <= order.orderedOn ? 'now' : moment(action.startsOn);
  const { status, trial_end: trial } = subscription;
  const trials = planned.phases.flatMap(({ from, sent }) =>
    from !== 'now' && at !== 'now' && from < at ? (sent.trial_end ?? []) : [],
  );
  if (status === 'trialing' && trial !== null) trials.push(trial);
  if (trials.some((end) => at === 'now' || at < end)) throw notFromHere('change by a schedule what is in its trial');
  const phase = phaseFrom(planned, at, prorationBehavior);
  const { order: own, subscription: fields } = order.customFields ?? {};
  const metadata = { ...toMetadata({ ...own, ...fields }), [changeKeyOf(order.dealId)]: order.number };
  phase.sent = { ...phase.sent, metadata: { ...phase.sent.metadata, ...metadata } };
  for (const effect of effectsOf(action, order, itemIn(phase, subscription, planned, catalog), to)) {
    const ends = effect.does === 'add' && effect.endsOn !== null ? moment(effect.endsOn) : null;
    if (ends !== null) phaseFrom(planned, ends, prorationBehavior);
    carryOut(planned, effect, at, ends);
  }
}

/** @throws Fault `order_refused` for a schedule that cannot be sent again as it is */
function checkKept({ schedule }: HeldSubscription): void {
  if (schedule === null) return;
  const unknown = schedule.phases.flatMap((phase) => phase.unknown);
  if (unknown.length > 0) throw notFromHere(`keep ${unknown[0]} of its schedule ${schedule.id}`);
  if (schedule.end_behavior !== 'cancel' && schedule.end_behavior !== 'release')
    throw notFromHere(`go on with a schedule that is to "${schedule.end_behavior}"`);
}

/** What a subscription is and will be once an order is carried out. */
function planOf(change: Change): Planned {
  checkKept(change.subscription);
  const planned = plannedOf(change.subscription);
  for (const action of change.order.actions) applyTo(planned, action, change);
  if (planned.phases.some(({ items }) => items.length === 0))
    throw notFromHere('leave it without anything that recurs');
  return planned;
}

/** Of what goes on after its last phase: as long as that was to be anyway, else one period of what it sells. */
function lastOf({ from }: PlannedPhase, { end, scheduledTo }: Planned, { subscription }: Change): object {
  if (end !== null) return { end_date: end };
  if (from === 'now' || from < scheduledTo) return { end_date: scheduledTo };
  const { interval = 'month', interval_count = 1 } = subscription.items.data[0]?.price.recurring ?? {};
  return { duration: { interval, interval_count } };
}

/**
 * What an order makes of the schedule of a subscription, in one call. It replaces all phases: those that are under way and to come
 * are sent again as they are, but for what the order changes from its day on (Stripe API, "Update a schedule").
 */
export function toSchedule(change: Change): StripeOrder {
  const { order, subscription, to } = change;
  const planned = planOf(change);
  const { order: own, subscription: fields } = order.customFields ?? {};
  return {
    path: `${SCHEDULES}/${subscription.schedule?.id ?? 'made by the call before'}`,
    params: {
      end_behavior: planned.end === null ? 'release' : 'cancel',
      proration_behavior: to.settings.prorationBehavior,
      phases: planned.phases.map((phase, index) => {
        const next = planned.phases[index + 1];
        return {
          ...phase.sent,
          items: phase.items.map(({ sent }) => sent),
          ...(index === 0 && { start_date: phase.from }),
          ...(next === undefined ? lastOf(phase, planned, change) : { end_date: next.from }),
        };
      }),
      metadata: toMetadata({ ...own, ...fields }),
    },
  };
}

/** A subscription as it will be read once an order is carried out, and what it will cost. */
export function afterSchedule(change: Change): { subscription: StripeSubscription; prices: Planned['prices'] } {
  const { order, subscription, to } = change;
  const { phases, end, scheduledTo, prices } = planOf(change);
  const [first] = phases;
  const begun = first!.from as number;
  const now = Math.max(cycleMoment(order.orderedOn, subscription, to.timeZone), begun + 1);
  const seconds = (moment: Moment): number => (moment === 'now' ? now : moment);
  const last = Math.max(end ?? scheduledTo, seconds(phases.at(-1)!.from) + 1);
  const schedule: StripeSchedule = {
    id: '',
    status: 'active',
    end_behavior: end === null ? 'release' : 'cancel',
    // What is changed today is told as what begins with the phase that is under way.
    current_phase: { start_date: begun, end_date: begun },
    phases: phases.map(({ from, counted, items }, index) => ({
      ...counted,
      start_date: seconds(from),
      end_date: index + 1 < phases.length ? seconds(phases[index + 1]!.from) : last,
      items: items.map((item) => item.counted),
    })),
  };
  return { subscription: { ...subscription, schedule }, prices };
}
