import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { orgKeyOf, provisioningKeyOf } from '../../domain/billingAccount/key.ts';
import { WAITS_FOR_BILLING } from '../../domain/order/billedAccount.ts';
import type { NamedDeal } from '../ports/deals.ts';
import type { OrgProjection } from '../ports/orgProjection.ts';
import type { OrgRow } from '../ports/orgRows.ts';
import type { Provisioning } from '../ports/provisioning.ts';

/** @returns the rows, and on the Account also how its billing account stands that is made of it */
export function projectProvisioning(
  provisioning: Provisioning | null,
  projection: Pick<OrgProjection, 'toProvisioning'>,
): (rows: OrgRow[]) => OrgRow[] {
  if (provisioning === null) return (rows) => rows;
  const own = projection.toProvisioning(provisioning);
  return (rows) => {
    const account = rows.find(({ object }) => object === own.object);
    if (account === undefined) return [own, ...rows];
    return rows.map((row) => (row === account ? { ...row, fields: { ...row.fields, ...own.fields } } : row));
  };
}

/** @returns keys of what waited for what billing says of the Account, now that it has a billing account */
export function afterBilled(
  billingAccounts: readonly BillingAccount[],
  deals: readonly NamedDeal[],
  provisioning: Provisioning | null,
): string[] {
  const isIn = (connection: string): boolean => billingAccounts.some((one) => one.connection === connection);
  const waiting = deals.filter(
    ({ order }) =>
      order?.state === 'Not Ready' &&
      isIn(order.connection) &&
      order.faults.some(({ code }) => WAITS_FOR_BILLING.includes(code)),
  );
  const isSettled = provisioning === null || ['Created', 'Not Wanted'].includes(provisioning.state);
  return [
    ...waiting.map(({ id }) => orgKeyOf('Opportunity', id)),
    ...(isSettled || billingAccounts.length === 0 ? [] : [provisioningKeyOf(provisioning.accountId)]),
  ];
}
