import { fromNow } from '../metrics/change.ts';
import type { Account } from '../model.ts';
import { category, resource } from '../protocol/errors.ts';
import { customFields } from '../protocol/parse.ts';
import type { SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { applyAction } from './actions/apply.ts';
import { createSubscription } from './actions/create.ts';
import { applyRamp } from './ramps.ts';
import { refuse } from './refuse.ts';
import type { OrderAction } from './schema/actions.ts';
import type { OrderPart } from './schema/order.ts';

/** What the actions of one order share. */
export type Booking = {
  orderDate: string;
  orderNumber: string;
  /** New bill cycle days by account id, for when the order is carried out. */
  billCycleDays: Map<string, number>;
  /** Keeps copies of every subscription before and after every action, for previews. */
  trace: boolean;
};

/** A subscription before and after one action; null: it did not exist. */
export type Step = { action: OrderAction; before: SubscriptionVersion | null; after: SubscriptionVersion };

/** What an order makes of one subscription. */
export type Change = {
  part: OrderPart;
  base: SubscriptionVersion | null;
  next: SubscriptionVersion;
  steps: Step[];
};

/** A next version: same number, ids of its own for rate plans and charges. */
export function nextVersion(
  tenant: Tenant,
  base: SubscriptionVersion,
  { orderNumber, orderDate }: Pick<Booking, 'orderNumber' | 'orderDate'>,
): SubscriptionVersion {
  const at = tenant.now();
  const next = structuredClone(base);
  Object.assign(next, {
    id: tenant.newId(),
    version: base.version + 1,
    orderNumber,
    lastBookingDate: orderDate,
    createdDate: at,
    updatedDate: at,
  });
  for (const plan of next.ratePlans) {
    plan.formerIds.push(plan.id);
    plan.id = tenant.newId();
    for (const segment of plan.segments) segment.id = tenant.newId();
  }
  return next;
}

function baseOf(tenant: Tenant, account: Account, number: string | undefined): SubscriptionVersion {
  if (number === undefined) return refuse(category.missingField, 'Missing required value: subscriptionNumber.');
  const base = tenant.subscription(number);
  if (base.number !== number || base.invoiceOwnerAccountId !== account.id)
    return refuse(category.badValue, `Subscription ${number} is not of this account.`);
  return base;
}

/** Works out what an order makes of one subscription, without storing it. */
function changeOf(tenant: Tenant, account: Account, part: OrderPart, booking: Booking): Change {
  const [first, ...rest] = part.orderActions;
  const creates = first!.type === 'CreateSubscription';
  const base = creates ? null : baseOf(tenant, account, part.subscriptionNumber);
  const next =
    first!.type === 'CreateSubscription'
      ? createSubscription(
          tenant,
          account,
          first!,
          first!.createSubscription.subscriptionNumber ?? part.subscriptionNumber ?? tenant.number('A-S'),
          booking,
        )
      : nextVersion(tenant, base!, booking);
  const steps: Step[] = [];
  const copy = () => (booking.trace ? structuredClone(next) : next);
  if (creates) steps.push({ action: first!, before: null, after: copy() });
  for (const action of creates ? rest : part.orderActions) {
    const before = copy();
    applyAction(tenant, next, action, booking);
    steps.push({ action, before, after: copy() });
  }
  const custom = customFields(part.customFields ?? {}, tenant.customFields.subscription, resource.order);
  Object.assign(next.customFields, custom);
  Object.assign(next.quote, part.quote ?? {});
  if (part.externallyManagedBy) next.externallyManagedBy = part.externallyManagedBy;
  if (part.ramp) applyRamp(tenant, next, part.ramp);
  fromNow(base, next);
  return { part, base, next, steps };
}

/** Works out all subscriptions of an order. Numbers and new accounts are the caller's to take back (see atomically). */
export function changesOf(tenant: Tenant, account: Account, parts: readonly OrderPart[], booking: Booking): Change[] {
  const changes: Change[] = [];
  for (const part of parts) {
    const change = changeOf(tenant, account, part, booking);
    if (changes.some((one) => one.next.number === change.next.number))
      return refuse(category.badValue, `Subscription ${change.next.number} stands twice in the order.`);
    // Zuora docs, data dictionary of Data Loader, "Orders - create subscription on existing account".
    if (changes.some((one) => one.next.currency !== change.next.currency))
      return refuse(category.rule, 'All subscriptions in the same order must use the same currency.');
    changes.push(change);
  }
  return changes;
}

/** Runs something that stores nothing but numbers and rows at the end of tables, and takes all of it back if it fails. */
export function atomically<T>(tenant: Tenant, run: () => T): T {
  const counters = structuredClone(tenant.data.counters);
  const tables = Object.values(tenant.data as object).filter((one): one is object[] => Array.isArray(one));
  const lengths = tables.map((one) => one.length);
  try {
    return run();
  } catch (error) {
    tenant.data.counters = counters;
    tables.forEach((one, index) => one.splice(lengths[index]!));
    tenant.touch();
    throw error;
  }
}
