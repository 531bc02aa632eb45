import type { AccountView } from '../../../domain/account/view.ts';
import { leftOutInWords } from '../../../domain/usage/usage.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { decimal, lookups, name, origin, text } from './fields.ts';

export function usageRow(
  { usage, current, percent, trend, limitReachedOn }: AccountView['usage'][number],
  keys: ReadonlySet<string>,
): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', usage.billingAccountKey],
    Billing_Subscription__r: ['Billing_Subscription__c', usage.subscriptionKey],
  });
  return {
    object: 'Usage__c',
    key: usage.key,
    fields: {
      ...name(usage.meter),
      ...emptied,
      ...origin(usage, usage.currency),
      Status__c: current ? 'Current' : 'Past',
      Meter__c: text(usage.meter),
      Unit__c: text(usage.unit, 80),
      Quantity__c: decimal(usage.quantity) ?? 0,
      Left_Out__c: text(leftOutInWords(usage)),
      Limit__c: decimal(usage.limit),
      Percent_Used__c: decimal(percent, 1),
      Trend__c: trend,
      Limit_Reached_On__c: limitReachedOn,
      Period_Start__c: usage.periodStartsOn,
      Period_End__c: usage.periodEndsOn,
    },
    parents,
  };
}
