import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { Account } from './model.ts';

/**
 * Deletes an account: its transactions go, the account stays with status Canceled, and nothing can be changed on it.
 * @throws ZuoraError while its subscriptions are invoiced to another account, or it is invoiced for another's
 */
export function deleteAccount(tenant: Tenant, account: Account): void {
  const { data } = tenant;
  const owners = data.subscriptions.filter((one) => [one.accountId, one.invoiceOwnerAccountId].includes(account.id));
  if (owners.some((one) => one.accountId !== one.invoiceOwnerAccountId))
    throw new ZuoraError(
      category.rule,
      'The account cannot be deleted because a subscription has another invoice owner.',
      resource.account,
    );
  const others = <T extends { accountId: string | null }>(rows: T[]) =>
    rows.filter((one) => one.accountId !== account.id);
  data.subscriptions = others(data.subscriptions);
  data.orders = others(data.orders);
  data.invoices = others(data.invoices);
  data.creditMemos = others(data.creditMemos);
  data.debitMemos = others(data.debitMemos);
  data.payments = others(data.payments);
  data.refunds = others(data.refunds);
  data.usages = others(data.usages);
  Object.assign(account, {
    status: 'Canceled',
    autoPay: false,
    defaultPaymentMethodId: null,
    updatedDate: tenant.now(),
  });
  data.paymentMethods = others(data.paymentMethods);
  tenant.touch();
}
