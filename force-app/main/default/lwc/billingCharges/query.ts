import { list, query } from 'c/billingRows';

const CHARGES = list(
  'Billing_Charges__r(first: 200)',
  'Name Plan__c Kind__c Model__c Quantity__c Unit__c Price__c Price_Period__c Tiers__c Included_Units__c Discounts__c Billing_Interval__c MRR__c MRR_Reason__c Currency_Code__c Status__c Segment__c Start_Date__c End_Date__c Trial_End_Date__c',
);

/** Charges of one subscription, found by its id, which everybody who sees it may read. */
export const QUERY = query(
  'BillingCharges($subscriptionId: ID)',
  list('Billing_Subscription__c(first: 1, where: { Id: { eq: $subscriptionId } })', '', CHARGES),
);
