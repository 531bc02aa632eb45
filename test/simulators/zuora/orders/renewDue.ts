import type { SubscriptionVersion } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { isPending } from '../subscriptions/status.ts';
import { createOrder } from './create.ts';

/**
 * Renews subscriptions that renew by themselves and whose term has ended by a day, by an order as people would; as
 * often as it takes to reach the day; not while they are suspended. Both the daily job and bill runs do it (Zuora docs, "Automatic renewal").
 */
export function renewDue(
  tenant: Tenant,
  day: string,
  only: (subscription: SubscriptionVersion) => boolean = () => true,
): void {
  for (;;) {
    const due = tenant
      .latest()
      .filter(
        (one) =>
          one.autoRenew &&
          one.cancelledFrom === null &&
          one.beforeSuspension === null &&
          !isPending(one) &&
          one.termEndDate !== null &&
          one.termEndDate <= day,
      )
      .filter(only);
    if (due.length === 0) return;
    for (const subscription of due) renew(tenant, subscription, day);
  }
}

function renew(tenant: Tenant, subscription: SubscriptionVersion, day: string): void {
  createOrder(tenant, {
    orderDate: day,
    existingAccountNumber: tenant.account(subscription.invoiceOwnerAccountId).accountNumber,
    description: 'Renewed automatically',
    subscriptions: [
      {
        subscriptionNumber: subscription.number,
        orderActions: [
          {
            type: 'RenewSubscription',
            triggerDates: [{ name: 'ContractEffective', triggerDate: subscription.termEndDate! }],
            renewSubscription: {},
          },
        ],
      },
    ],
  });
}
