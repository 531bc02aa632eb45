import { BILLING_ACCOUNT, MORE, own, query } from 'c/billingRows';

export const QUERY = query(
  'BillingUsage($accountId: ID)',
  own(
    'Usage__c',
    200,
    'Meter__c Unit__c Quantity__c Left_Out__c Limit__c Percent_Used__c Trend__c Limit_Reached_On__c Period_Start__c Period_End__c Source__c Source_Url__c',
    BILLING_ACCOUNT,
    MORE,
  ),
);
