import { pageQuery } from 'c/pagedList';

/** A page of payments. */
export const QUERY = pageQuery(
  'BillingPayments',
  'Billing_Payment__c',
  'Number__c Status__c Amount__c Currency_Code__c Paid_At__c Method__c Decline_Code__c Decline_Reason__c Refunded__c Refunded_At__c Refund_Reason__c Dispute_Status__c Dispute_Reason__c Dispute_Due__c Disputed_Amount__c Source__c Source_Url__c',
);
