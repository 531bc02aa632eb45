import { endDiscount, isRunning } from './discounts.ts';
import { subscriptionOf } from './invoiceLife.ts';
import {
  cancelNow,
  endTrial,
  expireIncomplete,
  incompleteSeconds,
  isOver,
  issue,
  payNow,
  periodEnd,
  renew,
  trialWarningSeconds,
  update,
} from './subscriptionLife.ts';
import type { Invoice, Subscription } from './wire.ts';
import type { World } from './world.ts';

type Due = { at: number; act: () => void };

function dueOfSubscription(world: World, one: Subscription): Due[] {
  if (isOver(one) || one.status === 'paused') return [];
  const due: Due[] = [];
  if (one.cancel_at !== null)
    due.push({ at: one.cancel_at, act: () => void cancelNow(world, one, 'cancellation_requested') });
  const resumes = one.pause_collection?.resumes_at ?? null;
  if (resumes !== null)
    due.push({ at: resumes, act: () => void update(world, one, (it) => (it.pause_collection = null)) });
  for (const id of one.discounts) {
    const end = world.find('discounts', id)?.end ?? null;
    if (end !== null) due.push({ at: end, act: () => dropDiscount(world, one, id) });
  }
  if (one.status === 'incomplete')
    due.push({ at: one.created + incompleteSeconds, act: () => expireIncomplete(world, one) });
  else if (one.status === 'trialing' && one.trial_end !== null) {
    const warned = `trial_will_end:${one.id}`;
    if (!world.state.done[warned])
      due.push({
        at: one.trial_end - trialWarningSeconds,
        act: () => {
          if (world.once(warned)) world.emit('customer.subscription.trial_will_end', one);
        },
      });
    due.push({ at: one.trial_end, act: () => endTrial(world, one) });
  } else due.push({ at: periodEnd(world, one), act: () => void renew(world, one, world.now()) });
  return due;
}

function dropDiscount(world: World, subscription: Subscription, id: string): void {
  const discount = world.find('discounts', id);
  update(world, subscription, (one) => (one.discounts = one.discounts.filter((other) => other !== id)));
  if (discount && !isRunning(discount, world.now())) endDiscount(world, id);
}

function dueOfInvoice(world: World, one: Invoice): Due[] {
  if (one.status === 'draft')
    return one.auto_advance && one.automatically_finalizes_at !== null
      ? [{ at: one.automatically_finalizes_at, act: () => void issue(world, one) }]
      : [];
  if (one.status !== 'open') return [];
  if (one.next_payment_attempt !== null) return [{ at: one.next_payment_attempt, act: () => void payNow(world, one) }];
  const overdue = `overdue:${one.id}`;
  if (one.due_date === null || world.state.done[overdue]) return [];
  return [
    {
      at: one.due_date,
      act: () => {
        if (!world.once(overdue)) return;
        world.emit('invoice.overdue', one);
        const subscription = world.find('subscriptions', subscriptionOf(one));
        if (subscription?.status === 'active') update(world, subscription, (it) => (it.status = 'past_due'));
      },
    },
  ];
}

function next(world: World, until: number): Due | undefined {
  let first: Due | undefined;
  const take = (due: Due) => {
    if (due.at <= until && (!first || due.at < first.at)) first = due;
  };
  for (const one of world.all('subscriptions')) for (const due of dueOfSubscription(world, one)) take(due);
  for (const one of world.all('invoices')) for (const due of dueOfInvoice(world, one)) take(due);
  return first;
}

/** Does everything that fell due up to now, each at its own time and in the order of those times. */
export function workOffDue(world: World): void {
  if (world.instant !== null) return;
  const until = world.clock.seconds();
  try {
    for (let due = next(world, until); due; due = next(world, until)) {
      world.instant = due.at;
      due.act();
    }
  } finally {
    world.instant = null;
  }
}
