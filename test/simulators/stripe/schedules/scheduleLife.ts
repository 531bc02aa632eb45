import { StripeRefusal } from '../protocol/errors.ts';
import type { Subscription, SubscriptionSchedule } from '../protocol/wire.ts';
import { update } from '../subscriptions/changes.ts';
import type { Due } from '../time/due.ts';
import type { World } from '../world.ts';
import { begin, enterPhase, lastOf } from './enterPhase.ts';
import { itemsAsPhase, type Phase } from './phases.ts';

/** `subscription_schedule.expiring` comes 7 days before the end (Stripe docs, "Types of events"). */
const expiringSeconds = 7 * 86_400;

export const scheduleOf = (world: World, subscription: Subscription): SubscriptionSchedule | undefined =>
  world.find('subscriptionSchedules', subscription.schedule);

export function currentPhase(schedule: SubscriptionSchedule): Phase | undefined {
  return schedule.phases.find((phase) => phase.start_date === schedule.current_phase?.start_date);
}

/** A schedule whose next step is refused, such as a price that is no longer active, is given up. */
function abort(world: World, schedule: SubscriptionSchedule): void {
  const subscription = world.find('subscriptions', schedule.subscription);
  world.change(schedule, null, (one) => {
    one.status = 'canceled';
    one.canceled_at = world.now();
    one.current_phase = null;
  });
  if (subscription) update(world, subscription, (one) => (one.schedule = null));
  world.emit('subscription_schedule.aborted', schedule);
}

/** Enters the phase that has begun by now, or lets the subscription go after the last one. */
export function passPhases(world: World, schedule: SubscriptionSchedule): void {
  try {
    advancePhases(world, schedule);
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    abort(world, schedule);
  }
}

/** As `passPhases`, but a refusal is the caller's to answer. */
export function advancePhases(world: World, schedule: SubscriptionSchedule): void {
  const now = world.now();
  if (schedule.status === 'not_started' && schedule.phases[0]!.start_date <= now) begin(world, schedule);
  while (schedule.status === 'active' && (schedule.current_phase?.end_date ?? now + 1) <= now) {
    const next = schedule.phases.find((phase) => phase.start_date === schedule.current_phase?.end_date);
    if (next) enterPhase(world, schedule, next);
    else if (schedule.end_behavior === 'cancel') return;
    else release(world, schedule);
  }
}

/** The subscription goes on by itself. */
export function release(world: World, schedule: SubscriptionSchedule, keepsEnd = true): void {
  const subscription = world.find('subscriptions', schedule.subscription);
  world.change(schedule, null, (one) => {
    one.status = 'released';
    one.released_at = world.now();
    one.released_subscription = one.subscription;
    one.subscription = null;
    one.current_phase = null;
  });
  if (subscription)
    update(world, subscription, (one) => {
      one.schedule = null;
      if (!keepsEnd) [one.cancel_at, one.canceled_at] = [null, null];
    });
  world.emit('subscription_schedule.released', schedule);
}

/** The subscription has ended: so has its schedule, as planned or before its time. */
export function scheduleEnds(world: World, subscription: Subscription): void {
  const schedule = scheduleOf(world, subscription);
  if (!schedule || !['active', 'not_started'].includes(schedule.status)) return;
  const now = world.now();
  const planned = schedule.end_behavior === 'cancel' && lastOf(schedule).end_date <= now;
  world.change(schedule, null, (one) => {
    one.status = planned ? 'completed' : 'canceled';
    if (planned) one.completed_at = now;
    else one.canceled_at = now;
    one.current_phase = null;
  });
  const unpaid = subscription.cancellation_details?.reason === 'payment_failed';
  world.emit(`subscription_schedule.${planned ? 'completed' : unpaid ? 'aborted' : 'canceled'}`, schedule);
}

/** A change of the subscription itself becomes part of the present phase. */
export function keepInPhase(world: World, subscription: Subscription): void {
  const schedule = scheduleOf(world, subscription);
  if (!schedule) return;
  world.change(schedule, 'subscription_schedule.updated', (one) => {
    const phase = currentPhase(one);
    if (phase) phase.items = itemsAsPhase(world, subscription);
  });
}

export function dueOfSchedule(world: World, schedule: SubscriptionSchedule): Due[] {
  const go = () => passPhases(world, schedule);
  if (schedule.status === 'not_started') return [{ at: schedule.phases[0]!.start_date, act: go }];
  if (schedule.status !== 'active') return [];
  const due: Due[] = [];
  const end = lastOf(schedule).end_date;
  const warned = `expiring:${schedule.id}:${end}`;
  if (!world.state.done[warned])
    due.push({
      at: end - expiringSeconds,
      act: () => {
        if (world.once(warned)) world.emit('subscription_schedule.expiring', schedule);
      },
    });
  const isLast = schedule.current_phase?.start_date === lastOf(schedule).start_date;
  if (schedule.current_phase && !(isLast && schedule.end_behavior === 'cancel'))
    due.push({ at: schedule.current_phase.end_date, act: go });
  return due;
}
