import { isDeepStrictEqual } from 'node:util';
import { isRemoved, orgProjection, removedRow } from '../../server/connectors/salesforce/convert.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../../server/domain/account/facts.ts';
import { today } from '../../server/domain/time/instant.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import { ACCOUNT_IDS } from './models/changes.ts';
import { heldId, isRefused, type Held } from './models/org.ts';
import { TIME_ZONE } from './process.ts';

/** Rows that what billing holds now does not tell. */
const NOT_OF_NOW = new Set(['Billing_Connection__c', 'Billing_MRR_Month__c']);

/** The day of the last derivation, which may be an earlier one when nothing else has changed since. */
const WITHOUT = 'As_Of__c';

function comparable(fields: OrgRow['fields']): OrgRow['fields'] {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== WITHOUT));
}

/** Rows of one Account as billing has it, in one pass, without any of the pipeline. */
function expectedOf(accountId: string, objects: readonly BillingObject[], businessNow: Date): OrgRow[] {
  const own = new Set(
    objects.flatMap((one) => (one.kind === 'account' && one.accountId === accountId ? [one.key] : [])),
  );
  const facts = factsOf(objects.filter((one) => own.has(one.kind === 'account' ? one.key : one.billingAccountKey)));
  return orgProjection.toOrgRows(deriveAccount(accountId, facts, today(businessNow, TIME_ZONE), TIME_ZONE));
}

function differences(row: OrgRow, accountId: string, held: Held | undefined): string[] {
  if (!held) return ['is missing'];
  const wanted = comparable(row.fields);
  const fields = Object.keys({ ...wanted, ...comparable(held.fields) })
    .filter((name) => wanted[name] !== held.fields[name])
    .map((name) => `${name} is ${held.fields[name]} and not ${wanted[name]}`);
  if (held.accountId !== accountId) fields.push(`belongs to ${held.accountId} and not to ${accountId}`);
  if (!isDeepStrictEqual(held.parents, row.parents)) fields.push(`has the parents ${JSON.stringify(held.parents)}`);
  return fields;
}

/**
 * Compares Salesforce with billing, field by field. What Salesforce refuses for good, and what hangs below it, is left out;
 * what billing has no more is Removed with amounts zero.
 * @returns what differs, for people
 */
export function orgDifferences(
  records: ReadonlyMap<string, Held>,
  objects: readonly BillingObject[],
  businessNow: Date,
): string[] {
  const expected = new Map<string, OrgRow>();
  const found: string[] = [];
  const refused = new Set<string>();
  for (const accountId of ACCOUNT_IDS)
    for (const row of expectedOf(accountId, objects, businessNow)) {
      const linked = objects.some((one) => one.kind === 'account' && one.accountId === accountId);
      expected.set(heldId(row), row);
      if (isRefused(row) || Object.values(row.parents).some((parent) => refused.has(heldId(parent)))) {
        refused.add(heldId(row));
        continue;
      }
      const held = records.get(heldId(row));
      if (!held && !linked) continue;
      found.push(...differences(row, accountId, held).map((what) => `${heldId(row)}: ${what}`));
    }
  for (const [id, held] of records) {
    if (expected.has(id) || NOT_OF_NOW.has(held.object)) continue;
    const zeroed = removedRow({ ...held, fields: held.fields });
    if (!isRemoved(held) || !isDeepStrictEqual(zeroed.fields, held.fields)) found.push(`${id}: is still there`);
  }
  return found;
}

/** True for rows that stay pending since Salesforce refuses them or their parents for good. */
export function isHopeless(row: OrgRow, rows: ReadonlyMap<string, OrgRow>): boolean {
  if (isRefused(row)) return true;
  return Object.values(row.parents).some((parent) => {
    const known = rows.get(heldId(parent));
    return known === undefined || isHopeless(known, rows);
  });
}
