import type { SRecord } from '../simulators/salesforce/org/types.ts';
import type { Stack } from './stack.ts';

export const ROW_OBJECTS = [
  'Billing_Account__c',
  'Billing_Subscription__c',
  'Billing_Charge__c',
  'Billing_Invoice__c',
  'Billing_Invoice_Item__c',
  'Billing_Credit_Memo__c',
  'Billing_Payment__c',
  'Usage__c',
  'Dunning_Case__c',
  'Billing_Event__c',
  'Billing_Balance__c',
  'Billing_Health__c',
] as const;

/** What every write changes, whether or not billing did. */
const OF_THE_WRITE =
  /^(Row_Version__c|Billing_Row_Version__c|Synced_At__c|LastModifiedDate|SystemModstamp|LastModifiedById)$/;

/** A row as people read it. */
export type HeldRow = { fields: Record<string, unknown>; version: number };

function fieldsOf(row: SRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !OF_THE_WRITE.test(name)));
}

/** Whether a write changed nothing that people read. */
export function saysTheSame(before: SRecord, after: SRecord): boolean {
  return JSON.stringify(fieldsOf(before)) === JSON.stringify(fieldsOf(after));
}

/**
 * Everything of billing that the org holds, by object and key.
 * @throws Error when a key is there twice
 */
export function heldBy({ org }: Pick<Stack, 'org'>, accountIds: readonly string[]): Map<string, HeldRow> {
  const held = new Map<string, HeldRow>();
  for (const object of ROW_OBJECTS)
    for (const row of org.org.all(object)) {
      const id = `${object} ${String(row['Key__c'])}`;
      if (held.has(id)) throw new Error(`There are two rows ${id}`);
      held.set(id, { fields: fieldsOf(row), version: Number(row['Row_Version__c']) });
    }
  for (const id of accountIds) {
    const account = org.org.get('Account', id)!;
    const billing = Object.entries(fieldsOf(account)).filter(([name]) => /^(Billing_|Subscription_|Churn_)/.test(name));
    held.set(`Account ${id}`, {
      fields: Object.fromEntries(billing),
      version: Number(account['Billing_Row_Version__c']),
    });
  }
  return held;
}

/** A row that is removed, or of an Account that has no billing account any more. */
export function isEmpty({ fields }: HeldRow): boolean {
  const status = String(fields['Status__c'] ?? fields['Billing_Status__c'] ?? 'Removed');
  const amounts = Object.entries(fields).filter(
    ([name, value]) =>
      typeof value !== 'string' &&
      /MRR|ARR|TCV|Outstanding|Overdue|Due__c|Days|Balance|Amount|Applied|Refunded|Lifetime/.test(name),
  );
  return /^(Removed|No Subscription)$/.test(status) && amounts.every(([, value]) => value === 0 || value === null);
}

/** What was done to subscriptions of Stripe stands in its events alone: who has not heard them cannot tell it. */
const HEARD_ROW = /^Billing_Event__c stripe:event:change:/;
const HEARD_FIELD = /^Last_Change(_On)?__c$/;

/**
 * Compares what the org held with what it holds after a backend that knew nothing has written it anew.
 * @returns one line a difference; a row that the new one did not write may only be an empty one
 */
export function differences(before: ReadonlyMap<string, HeldRow>, after: ReadonlyMap<string, HeldRow>): string[] {
  const lines: string[] = [];
  for (const [id, now] of after) {
    const then = before.get(id);
    if (HEARD_ROW.test(id)) continue;
    if (then === undefined) lines.push(`${id} was missing: ${JSON.stringify(now.fields)}`);
    else if (then.version === now.version) {
      if (!isEmpty(then)) lines.push(`${id} should be gone: ${JSON.stringify(then.fields)}`);
    } else
      for (const name of new Set([...Object.keys(then.fields), ...Object.keys(now.fields)]))
        if (!HEARD_FIELD.test(name) && JSON.stringify(then.fields[name]) !== JSON.stringify(now.fields[name]))
          lines.push(`${id} ${name}: ${JSON.stringify(then.fields[name])}, not ${JSON.stringify(now.fields[name])}`);
  }
  return lines;
}
