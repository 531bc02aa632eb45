import { endDiscount, isRunning } from '../catalog/discounts.ts';
import { subscriptionOf } from '../invoices/invoiceTotals.ts';
import type { Invoice, Subscription } from '../protocol/wire.ts';
import { dueOfSchedule, passPhases, scheduleOf } from '../schedules/scheduleLife.ts';
import { issue } from '../subscriptions/billing.ts';
import { isOver, update } from '../subscriptions/changes.ts';
import { payNow } from '../subscriptions/collection.ts';
import { cancelAsPlanned, expireIncomplete, incompleteSeconds } from '../subscriptions/ending.ts';
import { expireHeld } from '../subscriptions/pendingUpdates.ts';
import { periodEnd } from '../subscriptions/periods.ts';
import { renew } from '../subscriptions/renewal.ts';
import { endTrial, trialWarning, trialWarningSeconds } from '../subscriptions/trials.ts';
import type { World } from '../world.ts';
import { testClockOf } from './clockOf.ts';

/** Days before the due date are a setting of the dashboard; three here. */
const reminderSeconds = 3 * 86_400;

export type Due = { at: number; act: () => void };

function dueOfSubscription(world: World, one: Subscription): Due[] {
  if (isOver(one) || one.status === 'paused') return [];
  const due: Due[] = [];
  if (one.cancel_at !== null) due.push({ at: one.cancel_at, act: () => cancelAsPlanned(world, one) });
  const resumes = one.pause_collection?.resumes_at ?? null;
  if (resumes !== null)
    due.push({ at: resumes, act: () => void update(world, one, (it) => (it.pause_collection = null)) });
  if (one.pending_update) due.push({ at: one.pending_update.expires_at, act: () => expireHeld(world, one) });
  for (const id of one.discounts) {
    const end = world.find('discounts', id)?.end ?? null;
    if (end !== null) due.push({ at: end, act: () => dropDiscount(world, one, id) });
  }
  if (one.status === 'incomplete')
    due.push({ at: one.created + incompleteSeconds, act: () => expireIncomplete(world, one) });
  else if (one.status === 'trialing' && one.trial_end !== null) {
    const warned = trialWarning(one);
    const warn = () => {
      if (world.once(warned)) world.emit('customer.subscription.trial_will_end', one);
    };
    if (!world.state.done[warned]) due.push({ at: one.trial_end - trialWarningSeconds, act: warn });
    due.push({ at: one.trial_end, act: () => inPhase(world, one, () => endTrial(world, one)) });
  } else due.push({ at: periodEnd(world, one), act: () => inPhase(world, one, () => renew(world, one, world.now())) });
  return due;
}

/** A phase that begins with a period decides what the period costs. */
function inPhase(world: World, subscription: Subscription, bill: () => unknown): void {
  const schedule = scheduleOf(world, subscription);
  if (schedule) passPhases(world, schedule);
  bill();
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
  return [...reminder(world, one, one.due_date), { at: one.due_date, act: () => fallOverdue(world, one, overdue) }];
}

/** Warns of a sent invoice before it is due, when it was finalized early enough. */
function reminder(world: World, invoice: Invoice, due: number): Due[] {
  const mark = `will_be_due:${invoice.id}`;
  const at = due - reminderSeconds;
  if (world.state.done[mark] || at < (invoice.status_transitions.finalized_at ?? 0)) return [];
  return [{ at, act: () => void (world.once(mark) && world.emit('invoice.will_be_due', invoice)) }];
}

function fallOverdue(world: World, invoice: Invoice, mark: string): void {
  if (!world.once(mark)) return;
  world.emit('invoice.overdue', invoice);
  const subscription = world.find('subscriptions', subscriptionOf(invoice));
  if (subscription?.status === 'active') update(world, subscription, (one) => (one.status = 'past_due'));
}

/** The next thing that a subscription or invoice does by itself, or that a timer lets happen. */
export function nextOf(world: World, id: string): Due | undefined {
  const timer = world.timer(id);
  if (timer) return timer;
  const schedule = world.find('subscriptionSchedules', id);
  const [subscription, invoice] = [world.find('subscriptions', id), world.find('invoices', id)];
  const all = schedule
    ? dueOfSchedule(world, schedule)
    : subscription
      ? dueOfSubscription(world, subscription)
      : invoice
        ? dueOfInvoice(world, invoice)
        : [];
  return all.reduce<Due | undefined>((first, due) => (first && first.at <= due.at ? first : due), undefined);
}

/** Ids of objects, and keys of timers, that may do something by themselves. */
export function selfMoving(world: World): string[] {
  const tables = ['subscriptions', 'subscriptionSchedules', 'invoices'] as const;
  return [...tables.flatMap((table) => world.all(table).map(({ id }) => id)), ...Object.keys(world.state.timers)];
}

/** What falls due by the account's own time, kept in order of that time, so that a second without anything to do costs nothing. */
export class DueQueue {
  readonly #world: World;
  /** Latest first; an entry may be out of date, so it is asked again before it acts. */
  #entries: { at: number; id: string }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Forgets everything and looks at every object again. */
  rebuild(): void {
    this.#entries = [];
    for (const id of selfMoving(this.#world)) this.#world.touched.add(id);
  }

  #note(id: string): void {
    const due = nextOf(this.#world, id);
    if (!due || testClockOf(this.#world, id.slice(id.indexOf(':') + 1)) !== null) return;
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.at > due.at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at: due.at, id });
  }

  #noteTouched(): void {
    const ids = [...this.#world.touched];
    this.#world.touched.clear();
    for (const id of ids) this.#note(id);
  }

  /** Does everything that fell due up to now, each at its own time and in the order of those times. */
  workOff(): void {
    const world = this.#world;
    if (world.instant !== null) return;
    const until = world.clock.seconds();
    try {
      this.#noteTouched();
      for (let entry = this.#entries.at(-1); entry && entry.at <= until; entry = this.#entries.at(-1)) {
        this.#entries.pop();
        const due = nextOf(world, entry.id);
        if (due?.at === entry.at) {
          world.instant = due.at;
          due.act();
          world.touched.add(entry.id);
        }
        this.#noteTouched();
      }
    } finally {
      world.instant = null;
    }
  }
}
