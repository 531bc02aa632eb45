import { emit } from '../callouts/emit.ts';
import { dateIn } from '../dates.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { instantOf } from '../queries/compare.ts';
import type { Tenant } from '../tenant.ts';
import type { Usage } from './model.ts';

export type UsageRequest = {
  AccountId?: string | undefined;
  AccountNumber?: string | undefined;
  Quantity: number;
  StartDateTime: string;
  EndDateTime?: string | undefined;
  UOM: string;
  SubscriptionId?: string | undefined;
  SubscriptionNumber?: string | undefined;
  ChargeId?: string | undefined;
  ChargeNumber?: string | undefined;
  Description?: string | undefined;
  UniqueKey?: string | undefined;
};

export const refuse = (message: string): never => {
  throw new ZuoraError(category.badValue, message, resource.usage);
};

/** Day in the tenant's zone; a date or a time without offset is in that zone already. */
export function dayOf(tenant: Tenant, text: string): string {
  const written = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text);
  const at = instantOf(tenant, text);
  return !written || Number.isNaN(at) ? refuse(`The StartDateTime ${text} is invalid.`) : dateIn(tenant.timeZone, at);
}

/** Takes in one usage record; without subscription and charge it counts for every subscription with its unit. */
export function recordUsage(tenant: Tenant, body: UsageRequest, importId: string | null = null): Usage {
  const usage = usageOf(tenant, body, importId);
  addUsage(tenant, usage);
  return usage;
}

/** Checks a record without keeping it, so that a file can be taken whole or not at all. */
export function usageOf(tenant: Tenant, body: UsageRequest, importId: string | null): Usage {
  const accountKey = body.AccountId ?? body.AccountNumber;
  if (accountKey === undefined)
    throw new ZuoraError(category.missingField, 'Missing required value: AccountId.', resource.usage);
  const account = tenant.by('accounts', 'id', accountKey)[0] ?? tenant.by('accounts', 'accountNumber', accountKey)[0];
  if (!account) return refuse(`The account ${accountKey} is invalid.`);
  const own = tenant.latest().filter((one) => one.accountId === account.id || one.invoiceOwnerAccountId === account.id);
  const { SubscriptionId: id, SubscriptionNumber: number } = body;
  const named = id !== undefined || number !== undefined;
  const known = (id === undefined ? undefined : tenant.by('subscriptions', 'id', id)[0]?.number) ?? number;
  const subscription = own.find((one) => one.number === known);
  if (named && !subscription) return refuse(`The subscription ${id ?? number} is invalid.`);
  const segments = (subscription ? [subscription] : own).flatMap((one) =>
    one.ratePlans.flatMap((plan) => plan.segments.map((segment) => ({ segment, number: one.number }))),
  );
  const charge = segments.find(
    ({ segment }) =>
      segment.number === body.ChargeNumber || [segment.id, segment.originalChargeId].includes(body.ChargeId ?? ''),
  );
  if ((body.ChargeNumber ?? body.ChargeId) !== undefined && charge?.segment.type !== 'Usage')
    return refuse(`The charge ${body.ChargeNumber ?? body.ChargeId} is invalid.`);
  if (!segments.some(({ segment }) => segment.type === 'Usage' && segment.uom === body.UOM))
    return refuse(`No usage charge of the account has the unit ${body.UOM}.`);
  if (body.UniqueKey !== undefined && tenant.by('usages', 'uniqueKey', body.UniqueKey).length > 0)
    return refuse(`The UniqueKey ${body.UniqueKey} exists already.`);
  const at = tenant.now();
  return {
    id: tenant.newId(),
    accountId: account.id,
    subscriptionNumber: subscription?.number ?? charge?.number ?? null,
    chargeNumber: charge?.segment.number ?? null,
    uom: body.UOM,
    quantity: body.Quantity,
    startDateTime: body.StartDateTime,
    day: dayOf(tenant, body.StartDateTime),
    endDateTime: body.EndDateTime ?? null,
    status: 'Pending',
    description: body.Description ?? null,
    uniqueKey: body.UniqueKey ?? null,
    importId,
    submissionDateTime: at,
    createdDate: at,
    updatedDate: at,
  };
}

export function addUsage(tenant: Tenant, usage: Usage): void {
  tenant.data.usages.push(usage);
  tenant.touch();
  const subscription = usage.subscriptionNumber === null ? {} : { subscriptionNumber: usage.subscriptionNumber };
  emit(tenant, 'UsageCreated', tenant.account(usage.accountId), { usageId: usage.id, ...subscription });
}
