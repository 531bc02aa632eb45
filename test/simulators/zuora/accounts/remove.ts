import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { remove } from '../queries/deleted.ts';
import type { Tenant } from '../tenant.ts';
import type { Account } from './model.ts';

const tables = [
  'subscriptions',
  'orders',
  'invoices',
  'creditMemos',
  'debitMemos',
  'payments',
  'refunds',
  'usages',
  'paymentMethods',
] as const;

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
  for (const table of tables)
    remove(
      tenant,
      table,
      data[table].filter((one) => one.accountId === account.id),
    );
  Object.assign(account, {
    status: 'Canceled',
    autoPay: false,
    defaultPaymentMethodId: null,
    updatedDate: tenant.now(),
  });
  tenant.touch();
}
