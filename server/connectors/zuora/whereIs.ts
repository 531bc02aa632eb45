import { z } from 'zod';
import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { ZuoraClient } from './client.ts';

/** Where Object Query has an object of a kind, by id or number. */
const OBJECTS: Readonly<Record<string, string>> = {
  accountnumber: 'accounts',
  subscription: 'subscriptions',
  invoice: 'invoices',
  payment: 'payments',
  creditmemo: 'credit-memos',
  debitmemo: 'debit-memos',
  refund: 'refunds',
  order: 'orders',
  usage: 'usages',
  paymentmethod: 'payment-methods',
  contact: 'contacts',
};

const rowSchema = z.object({
  id: z.string(),
  accountId: z.string().nullish(),
  orderActions: z.array(z.object({ subscriptionNumber: z.string().nullish() })).nullish(),
});

/** Looks for an object by its key, with one read; an order costs one more, since it names who pays and not who owns. */
export async function whereIs(client: ZuoraClient, connection: string, key: string): Promise<string | null> {
  const { kind, id } = partsOf(key);
  const object = OBJECTS[kind];
  if (object === undefined) return null;
  const path = `/object-query/${object}/${encodeURIComponent(id)}`;
  const expand = kind === 'order' ? ([['expand[]', 'orderActions']] as const) : [];
  const row = await client.get('looking for an object', path, expand, rowSchema).catch((error: unknown) => {
    if (error instanceof Fault && error.kind === 'not_found') return null;
    throw error;
  });
  if (row === null) return null;
  const { data } = row;
  const subscription = data.orderActions?.find(
    ({ subscriptionNumber }) => subscriptionNumber != null,
  )?.subscriptionNumber;
  if (subscription != null) return whereIs(client, connection, keyOf(connection, 'subscription', subscription));
  const account = kind === 'accountnumber' ? data.id : data.accountId;
  return account == null ? null : keyOf(connection, 'account', account);
}
