import { invalid, missing, notSimulated, StripeRefusal } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import { required, text, time, type Raw } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { TestClock } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { addIntervals, type Interval } from './calendar.ts';
import { testClockOf } from './clockOf.ts';
import { nextOf, selfMoving, type Due } from './due.ts';

const daySeconds = 86_400;

/** How long a clock without subscriptions may be advanced at once (Stripe docs, "Test clocks, API and advanced usage"). */
const idleYears = 2;
const customersEach = 3;
const subscriptionsEach = 3;

function* idsIn(raw: Raw): Generator<string> {
  if (typeof raw === 'string') yield raw;
  else for (const [key, value] of Object.entries(raw)) if (key !== 'metadata') yield* idsIn(value);
}

/**
 * Handles a request at the time of the test clock that one of its objects follows.
 * @throws 400 for a change while that clock is advancing
 */
export function onTestClock<T>(world: World, method: string, raw: Raw, handle: () => T): T {
  for (const id of idsIn(raw)) {
    const clock = world.find('testClocks', testClockOf(world, id));
    if (!clock) continue;
    if (clock.status === 'advancing' && method !== 'GET')
      throw invalid('Test clock advancement underway - cannot perform modifications');
    return world.atTestTime(clock.frozen_time, handle);
  }
  return handle();
}

const customersOf = (world: World, clock: TestClock) =>
  world.all('customers').filter((one) => one.test_clock === clock.id);

/** @throws 400 when the clock is not there or has its three customers */
export function checkRoomForCustomer(world: World, id: string): TestClock {
  const clock = world.get('testClocks', id, 'test_clock');
  if (customersOf(world, clock).length >= customersEach)
    throw invalid(`A test clock can have at most ${customersEach} customers.`, 'test_clock');
  return clock;
}

/** @throws 400 when the customer follows a clock and has its three subscriptions */
export function checkRoomForSubscription(world: World, customer: { id: string; test_clock?: string | null }): void {
  if (!customer.test_clock) return;
  const running = world.all('subscriptions').filter((one) => one.customer === customer.id && one.ended_at === null);
  if (running.length >= subscriptionsEach)
    throw invalid(`A customer with a test clock can have at most ${subscriptionsEach} subscriptions.`, 'customer');
}

/** How far the clock may be moved: two of the shortest intervals that its subscriptions bill by. */
function furthest(world: World, clock: TestClock): number {
  const customers = new Set(customersOf(world, clock).map((one) => one.id));
  const subscriptions = world
    .all('subscriptions')
    .filter((one) => customers.has(one.customer) && one.ended_at === null);
  const planned = world
    .all('subscriptionSchedules')
    .filter((one) => customers.has(one.customer) && one.status === 'not_started');
  const prices = [
    ...subscriptions.flatMap((one) => (world.state.items[one.id] ?? []).map((item) => item.price.id)),
    ...planned.flatMap((one) => one.phases.flatMap((phase) => phase.items.map((item) => item.price))),
  ];
  const ends = prices.flatMap((id) => {
    const recurring = world.find('prices', id)?.recurring;
    return recurring
      ? [addIntervals(clock.frozen_time, recurring.interval as Interval, 2 * recurring.interval_count)]
      : [];
  });
  return ends.length > 0 ? Math.min(...ends) : addIntervals(clock.frozen_time, 'year', idleYears);
}

function firstDue(world: World, clock: TestClock, until: number): Due | undefined {
  let first: Due | undefined;
  for (const key of selfMoving(world)) {
    if (testClockOf(world, key.slice(key.indexOf(':') + 1)) !== clock.id) continue;
    const due = nextOf(world, key);
    if (due && due.at <= until && (!first || due.at < first.at)) first = due;
  }
  return first;
}

/** @returns false when something that fell due was refused */
function passTime(world: World, clock: TestClock, until: number): boolean {
  try {
    for (let due = firstDue(world, clock, until); due; due = firstDue(world, clock, until)) {
      clock.frozen_time = Math.max(clock.frozen_time, due.at);
      world.atTestTime(clock.frozen_time, due.act);
    }
    return true;
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    return false;
  }
}

/** Lets everything happen that falls due up to where each advancing clock is headed, each at its own time. */
export function finishAdvancing(world: World): void {
  for (const clock of world.all('testClocks')) {
    const target = clock.status_details.advancing?.target_frozen_time;
    if (clock.status !== 'advancing' || target === undefined) continue;
    const failed = !passTime(world, clock, target);
    world.change(clock, null, (one) => {
      if (!failed) one.frozen_time = target;
      one.status = failed ? 'internal_failure' : 'ready';
      one.status_details = {};
    });
    world.emit(`test_helpers.test_clock.${failed ? 'internal_failure' : 'ready'}`, clock);
  }
}

function deleteClock(world: World, clock: TestClock): object {
  for (const customer of customersOf(world, clock)) {
    for (const table of ['subscriptions', 'subscriptionSchedules', 'invoices', 'invoiceItems'] as const)
      for (const row of world.all(table)) if (row.customer === customer.id) world.remove(table, row);
    world.remove('customers', customer);
  }
  return world.remove('testClocks', clock, 'test_helpers.test_clock.deleted');
}

/** @param later carries out the work of an advance after the answer has been sent */
export function addTestClockRoutes(routes: Routes, world: World, later: (work: () => void) => void): void {
  const base = '/v1/test_helpers/test_clocks';
  routes.post(base, { frozen_time: time, name: text, customer: text }, ({ params }) => {
    if (params.customer !== undefined) throw notSimulated(world, 'A test clock for a customer that is there already');
    const clock: TestClock = {
      id: world.id('clock'),
      object: 'test_helpers.test_clock',
      created: world.accountTime(),
      deletes_after: world.accountTime() + 30 * daySeconds,
      frozen_time: required(params.frozen_time, 'frozen_time'),
      livemode: false,
      name: params.name ?? null,
      status: 'ready',
      status_details: {},
    };
    return world.insert('testClocks', clock, 'test_helpers.test_clock.created');
  });
  routes.get(base, paging, ({ params }) => page(base, world.all('testClocks'), () => true, params));
  routes.get(`${base}/:id`, {}, ({ path }) => world.get('testClocks', path['id'] ?? ''));
  routes.delete(`${base}/:id`, {}, ({ path }) => {
    const clock = world.find('testClocks', path['id']);
    if (!clock) throw missing('test clock', path['id'] ?? '');
    return deleteClock(world, clock);
  });
  routes.post(`${base}/:id/advance`, { frozen_time: time }, ({ path, params }) => {
    const clock = world.get('testClocks', path['id'] ?? '');
    const target = required(params.frozen_time, 'frozen_time');
    if (target <= clock.frozen_time)
      throw invalid('Invalid frozen_time: a test clock can only be advanced to a later time.', 'frozen_time');
    if (target > furthest(world, clock))
      throw invalid(
        'Test clock can only be advanced up to two intervals of the shortest subscription at a time.',
        'frozen_time',
      );
    world.change(clock, null, (one) => {
      one.status = 'advancing';
      one.status_details = { advancing: { target_frozen_time: target } };
    });
    world.emit('test_helpers.test_clock.advancing', clock);
    later(() => finishAdvancing(world));
    return clock;
  });
}
