import { keyOf } from '../../domain/billingAccount/key.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import { dayAt, origin, type StripeCatalog, type StripeContext } from './context.ts';
import { applyPhases, endsAtOf, unknownWordsIn } from './convertSchedule.ts';
import type { StripePlannedSchedule } from './schema.ts';

/**
 * A schedule that has not begun stands for the subscription that Stripe will make of it on its first day, with its phases as
 * segments of charges. It has the schedule's id; the subscription has one of its own and takes its place.
 */
export function fromPlannedSchedule(
  schedule: StripePlannedSchedule,
  catalog: StripeCatalog,
  context: StripeContext,
): Subscription {
  const { id, customer } = schedule;
  const phases = schedule.phases.toSorted((a, b) => a.start_date - b.start_date);
  const first = phases[0]!;
  const nothing = { id, currency: first.currency, items: [], discounts: [], default_tax_rates: [] };
  const startsOn = dayAt(context, first.start_date);
  const endsAt = endsAtOf({ ...schedule, phases });
  return {
    kind: 'subscription',
    key: keyOf(context.connection, 'subscription', id),
    ...origin(context, customer),
    number: id,
    currency: first.currency.toUpperCase(),
    // From its first day on, and pending until then.
    status: 'Active',
    statusHistory: [],
    startsOn,
    termType: 'Evergreen',
    termStartsOn: startsOn,
    termEndsOn: null,
    autoRenew: endsAt === null,
    trialEndsOn: dayAt(context, first.trial_end),
    cancelOn: dayAt(context, endsAt),
    cancelBookedOn: null,
    endsByDate: true,
    collectionPaused: false,
    ...applyPhases({ charges: [], discounts: [] }, nothing, phases, catalog, context),
    scheduleId: id,
    ...unknownWordsIn(schedule),
    isPlanned: true,
    lastOrder: null,
    sourceUrl: context.links.schedule(id),
  };
}
