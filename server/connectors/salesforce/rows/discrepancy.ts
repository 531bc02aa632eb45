import { billToDiscrepancyKeyOf, discrepancyKeyOf, partsOf } from '../../../domain/billingAccount/key.ts';
import { fieldInWords } from '../../../domain/billTo/fields.ts';
import type { BillToStanding } from '../../../workflows/ports/billTo.ts';
import type { DealOrder } from '../../../workflows/ports/orders.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { lines, name, numbers, text } from './fields.ts';

export const DISCREPANCY_OBJECT = 'Billing_Discrepancy__c';

const RULE =
  'Billing: what was ordered stands. Change the subscription in billing, or take the change of the opportunity back; then this is resolved by itself.';

/** Length of the long texts. */
const LONG = 32_000;

/** What an Opportunity says otherwise than what was ordered of it; none where it never did. */
export function discrepancyRows({ dealId, connection, placed, discrepancy }: DealOrder): OrgRow[] {
  if (discrepancy === null) return [];
  const { foundAt, resolvedAt, salesforce, billing } = discrepancy;
  return [
    {
      object: DISCREPANCY_OBJECT,
      key: discrepancyKeyOf(dealId),
      fields: {
        ...name(`Order ${placed?.number ?? dealId}`),
        Opportunity__c: dealId,
        Kind__c: 'Deal changed after its order',
        State__c: resolvedAt === null ? 'Open' : 'Resolved',
        Connection__c: text(connection, 40),
        Order_Number__c: text(placed?.number ?? null, 80),
        Subscription_Number__c: numbers(placed?.subscriptionNumbers ?? [], 80),
        Salesforce_Value__c: lines(salesforce, LONG),
        Billing_Value__c: lines(billing, LONG),
        Owner_Rule__c: RULE,
        Found_At__c: foundAt,
        Resolved_At__c: resolvedAt,
      },
      parents: {},
    },
  ];
}

const BILL_TO_RULE =
  'Salesforce: it owns whom invoices name. Its value goes to billing, and then this is resolved by itself.';

/** What billing says otherwise than Salesforce of whom invoices name; none where both always said the same. */
export function billToDiscrepancyRows({ billingAccountKey, discrepancy }: BillToStanding): OrgRow[] {
  if (discrepancy === null) return [];
  const { foundAt, resolvedAt, conflicts } = discrepancy;
  const said = (value: string | null): string => value ?? 'nothing';
  const reasons = conflicts.flatMap(({ why }) => (why === null ? [] : [why]));
  const { connection, id } = partsOf(billingAccountKey);
  return [
    {
      object: DISCREPANCY_OBJECT,
      key: billToDiscrepancyKeyOf(billingAccountKey),
      fields: {
        ...name(`Bill-to of ${id}`),
        Kind__c: 'Bill-to differs',
        State__c: resolvedAt === null ? 'Open' : 'Resolved',
        Connection__c: text(connection, 40),
        Salesforce_Value__c: lines(
          conflicts.map(({ field, salesforce }) => `${fieldInWords(field)}: ${said(salesforce)}`),
          LONG,
        ),
        Billing_Value__c: lines(
          conflicts.map(({ field, billing }) => `${fieldInWords(field)}: ${said(billing)}`),
          LONG,
        ),
        Owner_Rule__c: text([BILL_TO_RULE, ...reasons].join(' '), 2000),
        Found_At__c: foundAt,
        Resolved_At__c: resolvedAt,
      },
      parents: {},
      partOf: billingAccountKey,
    },
  ];
}
