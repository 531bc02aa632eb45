import { category, ZuoraError } from '../../protocol/errors.ts';
import type { SubscriptionVersion } from '../../subscriptions/model.ts';
import { isPending, statusOn } from '../../subscriptions/status.ts';
import type { Tenant } from '../../tenant.ts';
import { refuse } from '../refuse.ts';
import type { Booking } from '../booking.ts';
import type { ActionOf, OrderAction } from '../schema/actions.ts';
import { triggersOf } from '../triggers.ts';
import { cancel, resume, suspend } from './lifecycle.ts';
import { addProduct, changePlan, removeProduct, updateProduct } from './products.ts';
import { changeAttributes, changeTerms, renew } from './terms.ts';

/** What may still be done with a subscription that is cancelled, suspended or waits for a date. */
function checkStatus(tenant: Tenant, subscription: SubscriptionVersion, { type }: OrderAction): void {
  const { number, cancelledFrom, suspensions } = subscription;
  if (
    cancelledFrom !== null &&
    (statusOn(subscription, tenant.today()) === 'Cancelled' || type !== 'TermsAndConditions')
  )
    throw ZuoraError.of(58730020, `Subscription ${number} is cancelled and cannot be changed.`);
  if (suspensions.at(-1)?.to === null && type !== 'Resume')
    return refuse(category.rule, `Subscription ${number} is suspended: resume it first.`);
  if (isPending(subscription) && subscription.version > 1 && type !== 'CancelSubscription')
    return refuse(category.rule, `Subscription ${number} waits for activation or acceptance.`);
}

/** Applies one action to the version that an order is building; CreateSubscription is not among them. */
export function applyAction(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: OrderAction,
  booking: Booking,
): void {
  const { orderDate } = booking;
  const triggers = triggersOf(tenant, action, orderDate);
  checkStatus(tenant, subscription, action);
  switch (action.type) {
    case 'CreateSubscription':
      return refuse(category.rule, 'CreateSubscription must be the first action of its subscription.');
    case 'AddProduct':
      return addProduct(tenant, subscription, action, triggers, orderDate);
    case 'UpdateProduct':
      return updateProduct(tenant, subscription, action, triggers, orderDate);
    case 'RemoveProduct':
      return removeProduct(tenant, subscription, action, triggers, orderDate);
    case 'ChangePlan':
      return changePlan(tenant, subscription, action, triggers, booking);
    case 'RenewSubscription':
      return renew(tenant, subscription, action, orderDate);
    case 'TermsAndConditions':
      return changeTerms(tenant, subscription, action.termsAndConditions);
    case 'CancelSubscription':
      return cancel(subscription, action, orderDate);
    case 'OwnerTransfer':
      return transfer(tenant, subscription, action);
    case 'Suspend':
      return suspend(tenant, subscription, action, orderDate);
    case 'Resume':
      return resume(tenant, subscription, action, orderDate);
  }
}

/** Hands a subscription over; contacts of the former account do not go with it. */
function transfer(tenant: Tenant, subscription: SubscriptionVersion, action: ActionOf<'OwnerTransfer'>): void {
  const { destinationAccountNumber, destinationInvoiceAccountNumber, ...changes } = action.ownerTransfer;
  const find = (number: string) => {
    const account = tenant.by('accounts', 'accountNumber', number)[0];
    if (account?.status !== 'Active') return refuse(category.badValue, `The account number ${number} is invalid.`);
    if (account.currency !== subscription.currency && !tenant.options.multipleCurrencies)
      return refuse(category.rule, `Account ${number} has another currency than the subscription.`);
    return account.id;
  };
  if (destinationAccountNumber === undefined && destinationInvoiceAccountNumber === undefined)
    return refuse(category.missingField, 'Missing required value: destinationAccountNumber.');
  if (destinationAccountNumber !== undefined) {
    subscription.accountId = find(destinationAccountNumber);
    Object.assign(subscription, { billToContactId: null, soldToContactId: null });
  }
  if (destinationInvoiceAccountNumber !== undefined)
    subscription.invoiceOwnerAccountId = find(destinationInvoiceAccountNumber);
  changeAttributes(tenant, subscription, changes);
}
