import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { flag, mergeMetadata, range, required, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Subscription, SubscriptionSchedule } from '../protocol/wire.ts';
import { isOver, update } from '../subscriptions/changes.ts';
import { cancelBy } from '../subscriptions/ending.ts';
import { testClockOf } from '../time/clockOf.ts';
import type { World } from '../world.ts';
import { enterPhase, planEnd } from './enterPhase.ts';
import { buildPhases, phaseOfSubscription, type Phase } from './phases.ts';
import { advancePhases, currentPhase, release } from './scheduleLife.ts';
import {
  scheduleCreateFields,
  scheduleUpdateFields,
  type ScheduleCreate,
  type ScheduleUpdate,
} from './scheduleParams.ts';

function blankSchedule(world: World, customer: string, phases: Phase[]): SubscriptionSchedule {
  return {
    id: world.id('sub_sched'),
    object: 'subscription_schedule',
    application: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    canceled_at: null,
    completed_at: null,
    created: world.now(),
    current_phase: null,
    customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      billing_cycle_anchor: 'automatic',
      billing_thresholds: null,
      collection_method: 'charge_automatically',
      default_payment_method: null,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: 'release',
    livemode: false,
    metadata: {},
    pause_schedules: [],
    phases,
    released_at: null,
    released_subscription: null,
    status: 'not_started',
    subscription: null,
    test_clock: testClockOf(world, customer),
  };
}

function assign(schedule: SubscriptionSchedule, params: ScheduleUpdate): void {
  const { default_settings: defaults } = params;
  if (params.end_behavior !== undefined) schedule.end_behavior = params.end_behavior;
  schedule.metadata = mergeMetadata(schedule.metadata ?? {}, params.metadata);
  if (!defaults) return;
  const settings = schedule.default_settings;
  settings.billing_cycle_anchor = defaults.billing_cycle_anchor ?? settings.billing_cycle_anchor;
  settings.collection_method = defaults.collection_method ?? settings.collection_method;
  settings.default_payment_method = defaults.default_payment_method ?? settings.default_payment_method;
  if (defaults.description !== undefined) settings.description = defaults.description;
  if (defaults.invoice_settings?.days_until_due !== undefined)
    settings.invoice_settings.days_until_due = defaults.invoice_settings.days_until_due;
}

/** A schedule that takes over a subscription as it is. */
function adopt(world: World, params: ScheduleCreate): SubscriptionSchedule {
  const other = Object.keys(params).find((key) => key !== 'from_subscription');
  if (other !== undefined) throw invalid(`You can not specify \`${other}\` when using \`from_subscription\`.`, other);
  const subscription: Subscription = world.get('subscriptions', params.from_subscription ?? '', 'from_subscription');
  if (isOver(subscription))
    throw invalid('You cannot create a subscription schedule from a canceled subscription.', 'from_subscription');
  if (subscription.schedule !== null)
    throw invalid(
      `You cannot migrate a subscription that is already attached to a schedule: ${subscription.schedule}`,
      'from_subscription',
    );
  const phase = phaseOfSubscription(world, subscription);
  const schedule = blankSchedule(world, subscription.customer, [phase]);
  schedule.billing_mode = structuredClone(subscription.billing_mode);
  schedule.status = 'active';
  schedule.subscription = subscription.id;
  schedule.current_phase = { start_date: phase.start_date, end_date: phase.end_date };
  if (subscription.cancel_at !== null) schedule.end_behavior = 'cancel';
  world.insert('subscriptionSchedules', schedule, 'subscription_schedule.created');
  update(world, subscription, (one) => (one.schedule = schedule.id));
  return schedule;
}

/** @throws 400 also for what its first phase is refused for, if that begins now; then nothing is left behind */
export function createSchedule(world: World, params: ScheduleCreate): SubscriptionSchedule {
  if (params.from_subscription !== undefined) return adopt(world, params);
  world.rehearse(() => plan(world, params));
  return plan(world, params);
}

function plan(world: World, params: ScheduleCreate): SubscriptionSchedule {
  const customer = world.get('customers', required(params.customer, 'customer'), 'customer');
  const wanted = required(params.phases, 'phases');
  if (wanted.length === 0) throw invalid('Missing required param: phases.', 'phases', 'parameter_missing');
  const now = world.now();
  const start = params.start_date === 'now' ? now : required(params.start_date, 'start_date');
  const schedule = blankSchedule(world, customer.id, buildPhases(world, wanted, start));
  if (params.billing_mode?.type === 'classic') schedule.billing_mode = { flexible: null, type: 'classic' };
  assign(schedule, params);
  if (lastEnd(schedule) <= now) throw invalid('The last phase of a schedule must end in the future.', 'phases');
  world.insert('subscriptionSchedules', schedule, 'subscription_schedule.created');
  advancePhases(world, schedule);
  return schedule;
}

/** Those that are over do not count (Stripe docs, "Subscription schedules"). */
const mostPhases = 10;

const lastEnd = (schedule: SubscriptionSchedule): number => schedule.phases.at(-1)!.end_date;

/** @throws 400 unless the schedule still has something to do */
function inForce(schedule: SubscriptionSchedule, verb: string): SubscriptionSchedule {
  if (schedule.status !== 'active' && schedule.status !== 'not_started')
    throw invalid(`You cannot ${verb} a subscription schedule that is currently in the \`${schedule.status}\` status.`);
  return schedule;
}

/** @throws 400 also for what a phase that begins now is refused for; then nothing has changed */
export function updateSchedule(
  world: World,
  schedule: SubscriptionSchedule,
  params: ScheduleUpdate,
): SubscriptionSchedule {
  world.rehearse(() => replan(world, world.get('subscriptionSchedules', schedule.id), params));
  return replan(world, schedule, params);
}

function replan(world: World, schedule: SubscriptionSchedule, params: ScheduleUpdate): SubscriptionSchedule {
  inForce(schedule, 'update');
  const present = currentPhase(schedule);
  const phases =
    params.phases && buildPhases(world, params.phases, present ? undefined : schedule.phases[0]?.start_date);
  if (phases && present && !phases.some((phase) => phase.start_date === present.start_date))
    throw invalid('You can not modify the start date of the current phase.', 'phases[0][start_date]');
  if (phases && (phases.at(-1)?.end_date ?? 0) <= world.now())
    throw invalid('The last phase of a schedule must end in the future.', 'phases');
  if (phases && phases.filter((phase) => phase.end_date > world.now()).length > mostPhases)
    throw invalid(`A schedule has at most ${mostPhases} current and future phases.`, 'phases');
  world.change(schedule, 'subscription_schedule.updated', (one) => {
    assign(one, params);
    if (!phases) return;
    one.phases = phases;
    const now = phases.find((phase) => phase.start_date === present?.start_date);
    if (now) one.current_phase = { start_date: now.start_date, end_date: now.end_date };
  });
  const phase = currentPhase(schedule);
  if (phase && phases && JSON.stringify(phase.items) !== JSON.stringify(present?.items))
    enterPhase(world, schedule, phase, { proration_behavior: params.proration_behavior ?? 'create_prorations' });
  else if (schedule.status === 'active') planEnd(world, schedule);
  advancePhases(world, schedule);
  return schedule;
}

function cancel(world: World, schedule: SubscriptionSchedule, invoiceNow: boolean, prorates: boolean): void {
  const subscription = world.find('subscriptions', schedule.subscription);
  if (!subscription || isOver(subscription)) {
    world.change(schedule, null, (one) => {
      one.status = 'canceled';
      one.canceled_at = world.now();
    });
    world.emit('subscription_schedule.canceled', schedule);
    return;
  }
  cancelBy(world, subscription, { prorate: prorates, invoice_now: invoiceNow });
}

export function addScheduleRoutes(routes: Routes, world: World): void {
  const base = '/v1/subscription_schedules';
  const find = (path: Record<string, string>) => world.get('subscriptionSchedules', path['id'] ?? '');
  routes.post(base, scheduleCreateFields, ({ params }) => createSchedule(world, params));
  routes.get(
    base,
    {
      ...paging,
      canceled_at: range,
      completed_at: range,
      created: range,
      customer: text,
      released_at: range,
      scheduled: flag,
    },
    ({ params }) =>
      page(
        base,
        world.all('subscriptionSchedules'),
        (one) =>
          within(one.created, params.created) &&
          (['canceled_at', 'completed_at', 'released_at'] as const).every(
            (key) => params[key] === undefined || (one[key] !== null && within(one[key], params[key])),
          ) &&
          (params.customer === undefined || one.customer === params.customer) &&
          (params.scheduled === undefined || params.scheduled === (one.status === 'not_started')),
        params,
      ),
  );
  routes.get(`${base}/:id`, {}, ({ path }) => find(path));
  routes.post(`${base}/:id`, scheduleUpdateFields, ({ path, params }) => updateSchedule(world, find(path), params));
  routes.post(`${base}/:id/cancel`, { invoice_now: flag, prorate: flag }, ({ path, params }) => {
    const schedule = inForce(find(path), 'cancel');
    cancel(world, schedule, params.invoice_now ?? true, params.prorate ?? true);
    return schedule;
  });
  routes.post(`${base}/:id/release`, { preserve_cancel_date: flag }, ({ path, params }) => {
    const schedule = inForce(find(path), 'release');
    release(world, schedule, params.preserve_cancel_date ?? false);
    return schedule;
  });
}
