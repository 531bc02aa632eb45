import { BILLING_ACCOUNT, MORE, own, query } from 'c/billingRows';

export const QUERY = query(
  'BillingSubscriptions($accountId: ID)',
  own(
    'Billing_Subscription__c',
    200,
    'Number__c Plan__c Term_Type__c Term_Start_Date__c Term_End_Date__c Next_Renewal_Date__c Auto_Renew__c Cancel_On__c Trial_End_Date__c Pending_Change__c Last_Change__c Last_Change_On__c Billing_Interval__c Quantity__c Currency_Code__c MRR__c ARR__c MRR_Reason__c Source__c Source_Url__c',
    BILLING_ACCOUNT,
    MORE,
  ),
);
