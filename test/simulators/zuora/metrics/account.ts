import { metric, sum } from '../decimal.ts';
import type { Account } from '../model.ts';
import { contractedMrr } from './contract.ts';
import type { Tenant } from '../tenant.ts';

/** Moment up to which the metrics of accounts know orders: they are worked out some time after (`lastMetricsUpdate`). */
export const measuredAt = (tenant: Tenant): number => tenant.now() - tenant.options.metricsLagMs;

/**
 * Contracted MRR of an account's subscriptions in one currency, before discounts; future changes count, suspended
 * subscriptions too, cancelled ones do not.
 */
export function accountMrr(tenant: Tenant, account: Account, currency: string): number {
  const at = measuredAt(tenant);
  const numbers = new Set(tenant.by('subscriptions', 'accountId', account.id).map((one) => one.number));
  const known = [...numbers].flatMap((number) => {
    const version = tenant.by('subscriptions', 'number', number).findLast((one) => one.createdDate <= at);
    return version?.accountId === account.id && version.currency === currency ? [version] : [];
  });
  return metric(sum(known.map(contractedMrr)));
}
