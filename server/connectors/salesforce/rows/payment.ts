import type { AccountView } from '../../../domain/account/view.ts';
import { declineMeaning, shownDeclineCode } from '../../../domain/payment/declines.ts';
import { disputeOf, needsResponse } from '../../../domain/payment/dispute.ts';
import { statusOf } from '../../../domain/payment/payment.ts';
import { lastRefundAt, refundsInWords } from '../../../domain/payment/refund.ts';
import { plainWords } from '../../../domain/payment/words.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, lookups, name, origin, text } from './fields.ts';

export function paymentRow(
  { payment, invoiceKey }: AccountView['payments'][number],
  keys: ReadonlySet<string>,
): OrgRow {
  const failed = payment.status === 'Failed';
  const { refunds, disputes } = payment;
  const dispute = disputeOf(disputes ?? []);
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', payment.billingAccountKey],
    Billing_Invoice__r: ['Billing_Invoice__c', invoiceKey],
  });
  return {
    object: 'Billing_Payment__c',
    key: payment.key,
    fields: {
      ...name(payment.number),
      ...emptied,
      ...origin(payment, payment.amount.currency),
      Number__c: text(payment.number),
      Status__c: text(statusOf(payment), 40),
      Amount__c: amount(payment.amount),
      Paid_At__c: payment.at,
      Refunded__c: amount(payment.refunded),
      Refunded_At__c: lastRefundAt(refunds ?? []),
      Refund_Reason__c: text(refundsInWords(refunds ?? [])),
      Dispute_Status__c: text(dispute?.status ?? null, 80),
      Dispute_Reason__c: text(dispute?.reason == null ? null : plainWords(dispute.reason)),
      Dispute_Due__c: dispute !== null && needsResponse(dispute) ? dispute.dueAt : null,
      // What was not read is absent, never zero.
      Disputed_Amount__c: disputes === undefined ? null : amount(dispute?.amount ?? null),
      Method__c: text(payment.method, 80),
      Decline_Code__c: failed && payment.declineCode !== null ? text(shownDeclineCode(payment.declineCode), 80) : null,
      Decline_Reason__c: failed ? text(declineMeaning(payment.declineCode, payment.declineText)) : null,
    },
    parents,
  };
}
