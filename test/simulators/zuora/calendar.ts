import { addDays } from './dates.ts';
import { runScheduled } from './orders/held.ts';
import { renewDue } from './orders/renewDue.ts';
import type { Tenant } from './tenant.ts';

/** The tenant's daily job, once for every day up to today in its zone: scheduled orders, then renewals. It follows the clock forward only. */
export function runCalendar(tenant: Tenant): void {
  const today = tenant.today();
  const from = tenant.data.ranThrough;
  if (from !== null && from >= today) return;
  tenant.data.ranThrough = today;
  tenant.touch();
  if (from === null) return;
  for (let day = addDays(from, 1); day <= today; day = addDays(day, 1)) {
    runScheduled(tenant, day);
    renewDue(tenant, day);
  }
}
