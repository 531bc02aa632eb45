import { keyOf, partsOf } from '../../../domain/billingAccount/key.ts';
import type { DunningCase } from '../../../domain/account/dunningCase.ts';
import { shownDeclineCode } from '../../../domain/payment/declines.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, lookups, name, origin, text } from './fields.ts';

export function dunningCaseRow(dunning: DunningCase, keys: ReadonlySet<string>): OrgRow {
  const { invoice, declineCode } = dunning;
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', invoice.billingAccountKey],
    Billing_Invoice__r: ['Billing_Invoice__c', invoice.key],
  });
  return {
    object: 'Dunning_Case__c',
    key: keyOf(invoice.connection, 'dunning', partsOf(invoice.key).id),
    partOf: invoice.key,
    fields: {
      ...name(invoice.number),
      ...emptied,
      ...origin(invoice, invoice.amount.currency),
      Invoice_Number__c: text(invoice.number),
      Status__c: dunning.isOpen ? 'Open' : 'Closed',
      Stage__c: dunning.stage,
      Amount__c: amount(invoice.amount),
      Balance__c: amount(dunning.isOpen ? invoice.balance : null),
      Attempts__c: Math.min(dunning.attempts, 9999),
      First_Failure__c: dunning.firstFailureAt,
      Last_Failure__c: dunning.lastFailureAt,
      Decline_Code__c: declineCode === null ? null : text(shownDeclineCode(declineCode), 80),
      Decline_Reason__c: text(dunning.reason),
      Next_Step__c: text(dunning.nextStep),
      Next_Step_At__c: dunning.nextStepAt,
      Outcome__c: text(dunning.outcome),
    },
    parents,
  };
}
