import { factsOf, type BillingObject } from '../../domain/account/facts.ts';
import { deriveAccount } from '../../domain/account/deriveAccount.ts';
import { partsOf } from '../../domain/billingAccount/key.ts';
import { today } from '../../domain/time/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { MirrorReader } from '../ports/mirror.ts';
import type { OrgProjection } from '../ports/orgProjection.ts';
import type { OrgRow, OrgRowsReader } from '../ports/orgRows.ts';

export type ProjectDeps = {
  mirror: Pick<MirrorReader, 'ofAccount' | 'linkOf'>;
  orgRows: OrgRowsReader;
  projection: OrgProjection;
  clock: Pick<Clock, 'businessNow'>;
  /** IANA name of the business time zone. */
  timeZone: string;
};

/** The billing account that a row stems from; null for rows that are derived for the Account itself. */
function billingAccountOf(row: OrgRow): string | null {
  if (row.object === 'Billing_Account__c') return row.key;
  return row.parents['Billing_Account__r']?.key ?? null;
}

/**
 * Projects what the billing systems say about one Account (key `account:projection:<id>`) to the set of rows that
 * Salesforce is to hold. A row projected before and absent now is written once as Removed, except when its billing
 * account now belongs to another Account, whose projection has taken the row over.
 */
export function projectAccount(deps: ProjectDeps): KeyHandler {
  const { mirror, orgRows, projection, clock } = deps;

  async function isElsewhere(row: OrgRow, accountId: string): Promise<boolean> {
    const billingAccountKey = billingAccountOf(row);
    if (billingAccountKey === null) return false;
    const link = await mirror.linkOf(billingAccountKey);
    return link !== null && link.accountId !== null && link.accountId !== accountId;
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const accountId = partsOf(claim.key).id;
    const records = await mirror.ofAccount(accountId);
    const facts = factsOf(records.filter(({ deleted }) => !deleted).map(({ body }) => body as BillingObject));
    const view = deriveAccount(accountId, facts, today(clock.businessNow(), deps.timeZone), deps.timeZone);
    const rows = projection.toOrgRows(view);
    const present = new Set(rows.map(({ object, key }) => `${object} ${key}`));
    for (const row of await orgRows.projected(accountId)) {
      if (row.object === 'Account' || present.has(`${row.object} ${row.key}`) || projection.isRemoved(row)) continue;
      if (!(await isElsewhere(row, accountId))) rows.push(projection.removedRow(row));
    }
    return { done: claim.events.map(({ id }) => id), projection: { accountId, rows, nextChangeOn: view.nextChangeOn } };
  };
}
