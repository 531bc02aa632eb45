import { pageQuery } from 'c/pagedList';

/** A page of what happened. */
export const QUERY = pageQuery(
  'BillingTimeline',
  'Billing_Event__c',
  'Status__c Kind__c Occurred_At__c Occurred_On__c Sentence__c Amount__c MRR_Change__c Currency_Code__c Subject__c Order_Number__c Source__c Source_Url__c',
);
