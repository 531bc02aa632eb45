import type { AccountView } from '../../../domain/account/view.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, lookups, name, origin, text } from './fields.ts';

export function memoRow({ memo, invoiceKey }: AccountView['memos'][number], keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', memo.billingAccountKey],
    Billing_Invoice__r: ['Billing_Invoice__c', invoiceKey],
  });
  return {
    object: 'Billing_Credit_Memo__c',
    key: memo.key,
    fields: {
      ...name(memo.number),
      ...emptied,
      ...origin(memo, memo.amount.currency),
      Number__c: text(memo.number),
      Status__c: text(memo.status, 40),
      Kind__c: memo.type,
      Amount__c: amount(memo.amount),
      Applied__c: amount(memo.applied),
      Refunded__c: amount(memo.refunded),
      Balance__c: amount(memo.balance),
      Reason__c: text(memo.reason),
      Comment__c: text(memo.comment),
      Memo_Date__c: memo.on,
      Due_Date__c: memo.dueOn,
    },
    parents,
  };
}
