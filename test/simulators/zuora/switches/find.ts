import type { Account, Invoice, Segment, SubscriptionVersion } from '../model.ts';
import { category, notFound, ZuoraError } from '../protocol/errors.ts';
import { covers, isDiscount } from '../metrics/discounts.ts';
import type { Tenant } from '../tenant.ts';

/** The charge of a subscription in force today that a person would mean by "the price" or "the quantity". */
export function mainCharge(
  tenant: Tenant,
  subscription: SubscriptionVersion,
): { planNumber: string; segment: Segment } {
  const today = tenant.today();
  const day = today < subscription.subscriptionStartDate ? subscription.subscriptionStartDate : today;
  const found = subscription.ratePlans
    .filter((plan) => plan.lastChangeType !== 'Remove')
    .flatMap((plan) => plan.segments.map((segment) => ({ planNumber: plan.subscriptionRatePlanNumber, segment })))
    .filter(({ segment }) => segment.type === 'Recurring' && !isDiscount(segment) && covers(segment, day));
  if (!found[0])
    throw new ZuoraError(category.rule, `Subscription ${subscription.number} has no recurring charge today.`);
  return found.find(({ segment }) => segment.model !== 'FlatFee') ?? found[0];
}

/** Posted invoices of an account that are not paid, oldest due date first. */
export const openInvoices = (tenant: Tenant, account: Account): Invoice[] =>
  tenant.data.invoices
    .filter((one) => one.accountId === account.id && one.status === 'Posted' && one.balance > 0)
    .sort((a, b) => (a.dueDate < b.dueDate ? -1 : 1));

export function invoice(tenant: Tenant, key: string): Invoice {
  const found = tenant.data.invoices.find((one) => one.id === key || one.invoiceNumber === key);
  if (!found) throw notFound(key);
  return found;
}
