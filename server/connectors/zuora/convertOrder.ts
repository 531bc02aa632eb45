import { keyOf } from '../../domain/billingAccount/key.ts';
import type { ChangeKind, SubscriptionChange } from '../../domain/timeline/change.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { instantIn } from '../../domain/time/instant.ts';
import type { BillingRecord } from '../../workflows/ports/billingSystem.ts';
import type { ZuoraContext } from './context.ts';
import type { ZuoraOrder, ZuoraOrderAction } from './schema.ts';

/** Types of order actions (Zuora docs, "Create an order"); of another type the word itself stands. */
const KINDS: Readonly<Record<string, ChangeKind>> = {
  CreateSubscription: 'Created',
  AddProduct: 'Product Added',
  UpdateProduct: 'Product Updated',
  RemoveProduct: 'Product Removed',
  ChangePlan: 'Plan Changed',
  RenewSubscription: 'Renewed',
  CancelSubscription: 'Cancellation Booked',
  TermsAndConditions: 'Terms Changed',
  OwnerTransfer: 'Owner Changed',
  Suspend: 'Paused',
  Resume: 'Resumed',
};

/** What was carried out, and what was and was taken back; drafts, and orders that wait or were canceled, did nothing. */
const CARRIED_OUT: ReadonlySet<string> = new Set(['Completed', 'Reverted']);
/** Zuora docs, "Order statuses". */
const NOT_CARRIED_OUT: ReadonlySet<string> = new Set([
  'Draft',
  'Pending',
  'Scheduled',
  'Executing',
  'Cancelled',
  'Canceled',
  'Failed',
]);

function dateOf(text: string | null): CalendarDate | null {
  return text === null ? null : calendarDate(text.slice(0, 10));
}

/** The day from which an action holds; null where the subscription has to say it. */
function effectiveOn(action: ZuoraOrderAction): CalendarDate | null {
  const { cancellationEffectiveDate, suspendDate, resumeDate, contractEffectiveDate } = action;
  if (action.type === 'CancelSubscription') return dateOf(cancellationEffectiveDate);
  const own = action.type === 'Suspend' ? suspendDate : action.type === 'Resume' ? resumeDate : null;
  return dateOf(own ?? contractEffectiveDate);
}

function kindOf(
  { type, subType }: ZuoraOrderAction,
  on: CalendarDate | null,
  orderedOn: CalendarDate | null,
): ChangeKind {
  if (type === 'CancelSubscription' && on !== null && orderedOn !== null && on <= orderedOn) return 'Canceled';
  if (type === 'ChangePlan' && (subType === 'Upgrade' || subType === 'Downgrade')) return subType;
  return KINDS[type] ?? type;
}

/**
 * One change for each action of an order. They belong to the account that the order was made for, also when a subscription
 * has gone to another one since. Of an order in a state that is not known here nobody can say whether it was carried out.
 */
export function fromZuoraOrder(order: ZuoraOrder, context: ZuoraContext): BillingRecord[] {
  if (NOT_CARRIED_OUT.has(order.status)) return [];
  const state = CARRIED_OUT.has(order.status) ? {} : { state: order.status };
  const { connection, timeZone, links } = context;
  const orderedOn = dateOf(order.orderDate);
  const at = instantIn(timeZone, order.createdDate);
  const asOf = new Date(instantIn(timeZone, order.updatedDate));
  const billingAccountKey = keyOf(connection, 'account', order.accountId);
  return order.orderActions.flatMap((action): BillingRecord[] => {
    const { subscriptionNumber: number } = action;
    if (number === null) return [];
    const on = effectiveOn(action);
    const body: SubscriptionChange = {
      kind: 'change',
      key: keyOf(connection, 'change', `${order.orderNumber}:${action.id}`),
      connection,
      source: 'Zuora',
      billingAccountKey,
      subscriptionKey: keyOf(connection, 'subscription', number),
      what: kindOf(action, on, orderedOn),
      at,
      effectiveOn: on,
      until: null,
      items: [],
      mrr: null,
      reason: null,
      order: { number: order.orderNumber, action: action.type, reverted: order.status === 'Reverted', ...state },
      sourceUrl: links.subscription(number),
    };
    return [{ key: body.key, kind: body.kind, billingAccountKey, asOf, version: 0, deleted: false, body }];
  });
}
