import { discrepancyKeyOf } from '../../../domain/billingAccount/key.ts';
import type { DealOrder } from '../../../workflows/ports/orders.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { name, text } from './fields.ts';

export const DISCREPANCY_OBJECT = 'Billing_Discrepancy__c';

const RULE =
  'Billing: what was ordered stands. Change the subscription in billing, or take the change of the opportunity back; then this is resolved by itself.';

const lines = (texts: readonly string[]): string | null => text(texts.join('\n'), 32_000);

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
        Subscription_Number__c: text(placed?.subscriptionNumbers[0] ?? null, 80),
        Salesforce_Value__c: lines(salesforce),
        Billing_Value__c: lines(billing),
        Owner_Rule__c: RULE,
        Found_At__c: foundAt,
        Resolved_At__c: resolvedAt,
      },
      parents: {},
    },
  ];
}
