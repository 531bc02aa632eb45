import { addDays } from './dates.ts';
import { createOrder } from './orders/create.ts';
import type { Tenant } from './tenant.ts';

/**
 * The tenant's daily job, for every day up to today in its zone: renews subscriptions that renew by themselves and
 * whose term ends that day, by an order as people would. It follows the clock forward only.
 */
export function runCalendar(tenant: Tenant): void {
  const today = tenant.today();
  const from = tenant.data.ranThrough;
  if (from !== null && from >= today) return;
  tenant.data.ranThrough = today;
  tenant.touch();
  if (from === null) return;
  for (let day = addDays(from, 1); day <= today; day = addDays(day, 1)) renewDue(tenant, day);
}

function renewDue(tenant: Tenant, day: string): void {
  const due = tenant
    .latest()
    .filter((one) => one.autoRenew && one.cancelledFrom === null && one.termEndDate !== null && one.termEndDate <= day);
  for (const subscription of due) {
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
}
