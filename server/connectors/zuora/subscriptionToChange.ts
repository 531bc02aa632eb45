import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { SubscriptionToChange } from '../../domain/order/order.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';
import { fromZuoraSubscription } from './convertSubscription.ts';
import { readList } from './paging.ts';
import { accountSchema, subscriptionSchema, type ZuoraSubscription } from './schema.ts';

const waitingSchema = z.object({ orderNumber: z.string() });

/** Of tenants whose subscriptions have no currency of their own. */
async function currencyOf(client: ZuoraClient, { currency, accountId }: ZuoraSubscription): Promise<string> {
  if (currency !== null) return currency;
  const { data } = await client.get('reading an account', `/v1/accounts/${accountId}`, [], accountSchema);
  return data.billingAndPayment.currency;
}

/**
 * @param number of a subscription
 * @returns its latest version with all segments of its charges, and the orders of it that wait (Zuora API, "List pending orders
 * by subscription number"); null when there is none
 */
export async function readSubscriptionToChange(
  client: ZuoraClient,
  number: string,
  context: ZuoraContext,
): Promise<SubscriptionToChange | null> {
  const query = [['charge-detail', 'all-segments']] as const;
  const found = await client
    .get('reading a subscription', `/v1/subscriptions/${encodeURIComponent(number)}`, query, subscriptionSchema)
    .catch((error: unknown) => {
      if (error instanceof Fault && error.kind === 'not_found') return null;
      throw error;
    });
  if (found === null) return null;
  const { data } = found;
  const path = `/v1/orders/subscription/${encodeURIComponent(data.subscriptionNumber)}/pending`;
  const [waiting, currency] = await Promise.all([
    readList(client, 'reading orders that wait', path, [], 'orders', waitingSchema),
    currencyOf(client, data),
  ]);
  return {
    subscription: fromZuoraSubscription(data, currency, context),
    billedAccountNumber: data.invoiceOwnerAccountNumber ?? data.accountNumber,
    planIds: Object.fromEntries(
      data.ratePlans.flatMap((plan) =>
        plan.productRatePlanId === null
          ? []
          : [[plan.subscriptionRatePlanNumber ?? plan.id, plan.productRatePlanId] as const],
      ),
    ),
    waitingOrders: waiting.data.map(({ orderNumber }) => orderNumber),
  };
}
