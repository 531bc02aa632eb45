import { addDays, addPeriod, daysBetween } from '../../dates.ts';
import { category } from '../../protocol/errors.ts';
import type { PeriodType, SubscriptionVersion } from '../../subscriptions/model.ts';
import type { Tenant } from '../../tenant.ts';
import { refuse } from '../refuse.ts';
import type { ActionOf } from '../schema/actions.ts';
import { endSegments, moveEnd, resumeSegments } from '../segments.ts';

const missing = (field: string): never => refuse(category.missingField, `Missing required value: ${field}.`);

/** The day through which the subscription has been billed, exclusive; its start while nothing was. */
function billedThrough(subscription: SubscriptionVersion): string {
  const through = subscription.ratePlans
    .flatMap((plan) => plan.segments)
    .filter((one) => one.type === 'Recurring' && one.chargedThroughDate !== null)
    .map((one) => one.chargedThroughDate!);
  return through.sort().at(-1) ?? subscription.subscriptionStartDate;
}

function cancelDate(
  subscription: SubscriptionVersion,
  body: ActionOf<'CancelSubscription'>['cancelSubscription'],
): string {
  switch (body.cancellationPolicy) {
    case 'EndOfCurrentTerm':
      return subscription.termEndDate ?? refuse(category.rule, 'An evergreen subscription has no end of term.');
    case 'SpecificDate':
      return body.cancellationEffectiveDate ?? missing('cancellationEffectiveDate');
    case 'EndOfLastInvoicePeriod':
      return billedThrough(subscription);
  }
}

const isWithin = (subscription: SubscriptionVersion, day: string): boolean =>
  day >= subscription.subscriptionStartDate && (subscription.termEndDate === null || day <= subscription.termEndDate);

export function cancel(
  subscription: SubscriptionVersion,
  action: ActionOf<'CancelSubscription'>,
  orderDate: string,
): void {
  const from = cancelDate(subscription, action.cancelSubscription);
  if (!isWithin(subscription, from))
    return refuse(category.rule, `The cancellation date ${from} is outside the term of the subscription.`);
  for (const plan of subscription.ratePlans) endSegments(plan, from, orderDate);
  subscription.cancelledFrom = from;
  subscription.cancelReason = action.changeReason ?? null;
  subscription.subscriptionEndDate = from;
  subscription.termEndDate = from;
}

function periodsFrom(day: string, count: number | undefined, type: PeriodType | undefined, name: string): string {
  if (count === undefined || type === undefined) return missing(`${name}Periods and ${name}PeriodsType`);
  return addPeriod(day, count, type);
}

function suspendDate(tenant: Tenant, subscription: SubscriptionVersion, body: ActionOf<'Suspend'>['suspend']): string {
  switch (body.suspendPolicy) {
    case 'Today':
      return tenant.today();
    case 'EndOfLastInvoicePeriod':
      return billedThrough(subscription);
    case 'FixedPeriodsFromToday':
      return periodsFrom(tenant.today(), body.suspendPeriods, body.suspendPeriodsType, 'suspend');
    case 'SpecificDate':
      return body.suspendSpecificDate ?? missing('suspendSpecificDate');
  }
}

/** Suspends all charges from a day on. What they were is kept, for a resumption brings it back. */
export function suspend(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: ActionOf<'Suspend'>,
  orderDate: string,
): void {
  const from = suspendDate(tenant, subscription, action.suspend);
  const last = subscription.suspensions.at(-1);
  if (!isWithin(subscription, from) || (last && from < last.to!))
    return refuse(category.rule, `The suspend date ${from} is outside the term or before the last resumption.`);
  subscription.beforeSuspension = structuredClone(subscription.ratePlans);
  for (const plan of subscription.ratePlans) endSegments(plan, from, orderDate);
  subscription.suspensions.push({ from, to: null });
}

function resumeDate(tenant: Tenant, suspended: string, body: ActionOf<'Resume'>['resume']): string {
  switch (body.resumePolicy) {
    case 'Today':
      return tenant.today();
    case 'SuspendDate':
      return suspended;
    case 'FixedPeriodsFromSuspendDate':
      return periodsFrom(suspended, body.resumePeriods, body.resumePeriodsType, 'resume');
    case 'FixedPeriodsFromToday':
      return periodsFrom(tenant.today(), body.resumePeriods, body.resumePeriodsType, 'resume');
    case 'SpecificDate':
      return body.resumeSpecificDate ?? missing('resumeSpecificDate');
  }
}

/** Resumes charges from a day on; `extendsTerm` makes the term longer by the days of the suspension. */
export function resume(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: ActionOf<'Resume'>,
  orderDate: string,
): void {
  const open = subscription.suspensions.at(-1);
  const before = subscription.beforeSuspension;
  if (!open || open.to !== null || before === null)
    return refuse(category.rule, `Subscription ${subscription.number} is not suspended.`);
  const { from } = open;
  const to = resumeDate(tenant, from, action.resume);
  if (to < from || !isWithin(subscription, to))
    return refuse(category.rule, `The resume date ${to} is before the suspend date or after the term.`);
  for (const plan of subscription.ratePlans) {
    const old = before.find((one) => one.subscriptionRatePlanNumber === plan.subscriptionRatePlanNumber)!;
    resumeSegments(tenant, plan, old, { from, to, orderDate });
  }
  open.to = to;
  subscription.beforeSuspension = null;
  const end = subscription.termEndDate;
  if (!action.resume.extendsTerm || end === null) return;
  const extended = addDays(end, daysBetween(from, to));
  moveEnd(subscription.ratePlans, end, extended);
  Object.assign(subscription, { termEndDate: extended, subscriptionEndDate: extended });
}
