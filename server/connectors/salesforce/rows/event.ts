import type { TimelineEntry } from '../../../domain/timeline/timeline.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, lookups, name, origin, text } from './fields.ts';

export function eventRow(entry: TimelineEntry, keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', entry.billingAccountKey],
    Billing_Subscription__r: ['Billing_Subscription__c', entry.subscriptionKey],
    Billing_Invoice__r: ['Billing_Invoice__c', entry.invoiceKey],
    Billing_Payment__r: ['Billing_Payment__c', entry.paymentKey],
  });
  return {
    object: 'Billing_Event__c',
    key: entry.key,
    partOf: entry.of,
    fields: {
      ...name(entry.kind),
      ...emptied,
      ...origin(entry, entry.currency),
      Status__c: 'Current',
      Kind__c: text(entry.kind, 60),
      Occurred_At__c: entry.at,
      Occurred_On__c: entry.on,
      Sentence__c: text(entry.sentence),
      Amount__c: entry.amount === null ? null : amount(entry.amount),
      MRR_Change__c: entry.mrrStep === null ? null : amount(entry.mrrStep),
      Subject__c: text(entry.subject),
      Order_Number__c: text(entry.orderNumber),
    },
    parents,
  };
}
