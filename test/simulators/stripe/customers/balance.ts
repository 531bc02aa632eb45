import { invalid } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import { clearable, currency, integer, mergeMetadata, metadata, required, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Customer, CustomerBalanceTransaction } from '../protocol/wire.ts';
import type { World } from '../world.ts';

type Start = Pick<CustomerBalanceTransaction, 'amount' | 'type'> & Partial<CustomerBalanceTransaction>;

/** Changes what a customer owes (above 0) or is owed (below 0) outside of invoices, and says why. */
export function moveBalance(world: World, customer: Customer, start: Start): CustomerBalanceTransaction {
  world.change(customer, 'customer.updated', (one) => (one.balance += start.amount));
  return world.insert('customerBalanceTransactions', noteBalance(world, customer, start));
}

/** The entry that tells of a balance which has changed already. */
export function noteBalance(world: World, customer: Customer, start: Start): CustomerBalanceTransaction {
  return {
    id: world.id('cbtxn'),
    object: 'customer_balance_transaction',
    checkout_session: null,
    created: world.now(),
    credit_note: null,
    currency: customer.currency ?? 'usd',
    customer: customer.id,
    customer_account: null,
    description: null,
    ending_balance: customer.balance,
    invoice: null,
    livemode: false,
    metadata: {},
    ...start,
  };
}

export function addCustomerBalanceRoutes(routes: Routes, world: World): void {
  const url = '/v1/customers/:id/balance_transactions';
  const entry = (path: Record<string, string>) => {
    const found = world.get('customerBalanceTransactions', path['entry'] ?? '');
    if (found.customer !== path['id'])
      throw invalid(`No such customer_balance_transaction: '${found.id}'`, 'id', 'resource_missing');
    return found;
  };
  routes.post(url, { amount: integer, currency, description: text, metadata }, ({ path, params }) => {
    const customer = world.get('customers', path['id'] ?? '');
    const currency = required(params.currency, 'currency');
    if (customer.currency && customer.currency !== currency)
      throw invalid(`The currency of this customer's balance is ${customer.currency}.`, 'currency');
    customer.currency ??= currency;
    return moveBalance(world, customer, {
      amount: required(params.amount, 'amount'),
      type: 'adjustment',
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
    });
  });
  routes.get(url, { ...paging, invoice: text }, ({ path, params }) => {
    const { id } = world.get('customers', path['id'] ?? '');
    return page(
      `/v1/customers/${id}/balance_transactions`,
      world.all('customerBalanceTransactions'),
      (one) => one.customer === id && (params.invoice === undefined || one.invoice === params.invoice),
      params,
    );
  });
  routes.get(`${url}/:entry`, {}, ({ path }) => entry(path));
  routes.post(`${url}/:entry`, { description: clearable(text), metadata }, ({ path, params }) =>
    world.change(entry(path), null, (one) => {
      if (params.description !== undefined) one.description = params.description;
      one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata);
    }),
  );
}
