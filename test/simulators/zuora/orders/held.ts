import { category, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import { fromNow } from '../metrics/change.ts';
import { isPending } from '../subscriptions/status.ts';
import type { SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { startPending } from './actions/products.ts';
import { executeOrder, waitsForDates, type OrderOutcome } from './create.ts';
import type { OrderRecord } from './model.ts';
import { described, planned } from './record.ts';
import { refuse } from './refuse.ts';
import type { OrderRequest } from './schema/order.ts';
import type { TriggerDatesRequest } from './schema/changes.ts';

const only = (order: OrderRecord, statuses: readonly string[], verb: string): void => {
  if (!statuses.includes(order.status))
    refuse(category.rule, `An order with status ${order.status} cannot be ${verb}.`);
};

/** The order as it now stands, for an answer. */
function outcomeOf(tenant: Tenant, order: OrderRecord): OrderOutcome {
  const versions = order.subscriptions
    .filter((one) => one.newVersion !== null)
    .map((one) => tenant.subscription(one.subscriptionNumber));
  const account = tenant.account(order.accountId);
  return { order, account, versions, invoices: [], creditMemos: [], payment: undefined };
}

/** Replaces what a draft or scheduled order says, as PUT /v1/orders/{number} does. */
export function updateOrder(tenant: Tenant, order: OrderRecord, request: OrderRequest): OrderOutcome {
  only(order, ['Draft', 'Scheduled'], 'updated');
  const { accountNumber } = tenant.account(order.accountId);
  if (request.newAccount || (request.existingAccountNumber ?? accountNumber) !== accountNumber)
    return refuse(category.rule, 'The account of an order cannot be changed.');
  Object.assign(order, described(tenant, request), {
    request: { ...request, existingAccountNumber: accountNumber },
    subscriptions: planned(tenant, request),
    updatedDate: tenant.now(),
  });
  if (request.status === 'Scheduled' || request.status === 'Draft') order.status = request.status;
  if (order.status === 'Scheduled' && order.schedulingOptions === null)
    return refuse(category.missingField, 'Missing required value: schedulingOptions.');
  tenant.touch();
  return request.status === 'Completed' ? release(tenant, order) : outcomeOf(tenant, order);
}

/** Carries a kept order out, or lets it wait for its trigger dates. */
function release(tenant: Tenant, order: OrderRecord): OrderOutcome {
  if (!waitsForDates(tenant, order.request!)) return executeOrder(tenant, order);
  Object.assign(order, { status: 'Pending', updatedDate: tenant.now() });
  tenant.touch();
  return outcomeOf(tenant, order);
}

export function activateOrder(tenant: Tenant, order: OrderRecord): OrderOutcome {
  only(order, ['Draft'], 'activated');
  return release(tenant, order);
}

export function cancelOrder(tenant: Tenant, order: OrderRecord, reason: string | undefined): void {
  only(order, ['Draft', 'Scheduled'], 'cancelled');
  Object.assign(order, { status: 'Cancelled', cancelReason: reason ?? null, updatedDate: tenant.now() });
  tenant.touch();
}

/** Takes an order back: its subscriptions return to the version before it. Not once what it changed is billed. */
export function deleteOrder(tenant: Tenant, order: OrderRecord): void {
  const made = order.subscriptions.filter((one) => one.newVersion !== null);
  const gone = new Set<SubscriptionVersion>();
  for (const { subscriptionNumber, newVersion } of made) {
    const latest = tenant.subscription(subscriptionNumber);
    if (latest.version !== newVersion)
      return refuse(category.rule, `Subscription ${subscriptionNumber} has a later version.`);
    const base = tenant.by('subscriptions', 'number', subscriptionNumber).at(-2);
    if (billed(latest) !== billed(base))
      return refuse(category.rule, `Charges of subscription ${subscriptionNumber} are invoiced.`);
    gone.add(latest);
  }
  remove(tenant, 'subscriptions', [...gone]);
  remove(tenant, 'orders', [order]);
}

/** How far the charges of a version are billed, as text to compare. */
const billed = (version: SubscriptionVersion | undefined): string =>
  (version?.ratePlans ?? [])
    .flatMap((plan) => plan.segments)
    .flatMap((one) => (one.chargedThroughDate === null ? [] : [`${one.number} ${one.chargedThroughDate}`]))
    .sort()
    .join();

/** Gives a Pending order the dates that it waits for, as PUT /v1/orders/{number}/triggerDates does. */
export function setTriggerDates(tenant: Tenant, order: OrderRecord, body: TriggerDatesRequest): OrderOutcome {
  only(order, ['Pending'], 'given trigger dates');
  const request = structuredClone(order.request!);
  for (const { subscriptionNumber, orderActions } of body.subscriptions) {
    const index = order.subscriptions.findIndex((one) => one.subscriptionNumber === subscriptionNumber);
    const part = request.subscriptions?.[index];
    if (!part) return refuse(category.badValue, `Subscription ${subscriptionNumber} is not in the order.`);
    for (const { sequence, triggerDates = [] } of orderActions) {
      const action = part.orderActions[sequence];
      if (!action) return refuse(category.badValue, `The order has no action ${sequence} on ${subscriptionNumber}.`);
      const others = (action.triggerDates ?? []).filter((one) => !triggerDates.some(({ name }) => name === one.name));
      action.triggerDates = [...others, ...triggerDates];
    }
  }
  order.request = request;
  order.updatedDate = tenant.now();
  tenant.touch();
  if (order.subscriptions.every((one) => one.newVersion === null)) return release(tenant, order);
  for (const [index, { subscriptionNumber }] of order.subscriptions.entries())
    activateSubscription(tenant, tenant.subscription(subscriptionNumber), request.subscriptions![index]!);
  const outcome = outcomeOf(tenant, order);
  if (!outcome.versions.some(isPending)) Object.assign(order, { status: 'Completed', request: null });
  return outcome;
}

/** Gives a new subscription its dates of activation and acceptance; with both it is Active. */
function activateSubscription(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  part: NonNullable<OrderRequest['subscriptions']>[number],
): void {
  const dates = part.orderActions[0]!.triggerDates ?? [];
  const of = (name: string) => dates.find((one) => one.name === name)?.triggerDate ?? null;
  const { contractEffectiveDate: contract } = subscription;
  const [service, acceptance] = [of('ServiceActivation'), of('CustomerAcceptance')];
  if ((service ?? contract) < contract || (acceptance ?? '9999-12-31') < (service ?? contract))
    return refuse(category.rule, 'The dates of contract, service activation and customer acceptance must follow.');
  const triggers = {
    ContractEffective: contract,
    ServiceActivation: subscription.serviceActivationDate ?? service,
    CustomerAcceptance: subscription.customerAcceptanceDate ?? acceptance,
  };
  Object.assign(subscription, {
    serviceActivationDate: triggers.ServiceActivation,
    customerAcceptanceDate: triggers.CustomerAcceptance,
    updatedDate: tenant.now(),
  });
  for (const plan of subscription.ratePlans) startPending(subscription, plan, triggers);
  fromNow(null, subscription);
  tenant.touch();
}

/** Carries out the scheduled orders of a day; one that cannot be becomes Failed. */
export function runScheduled(tenant: Tenant, day: string): void {
  const due = tenant.data.orders.filter(
    (one) => one.status === 'Scheduled' && one.schedulingOptions!.scheduledDate <= day,
  );
  for (const order of due)
    try {
      order.status = 'Executing';
      release(tenant, order);
    } catch (error) {
      if (!(error instanceof ZuoraError)) throw error;
      Object.assign(order, { status: 'Failed', updatedDate: tenant.now() });
      tenant.touch();
    }
}
