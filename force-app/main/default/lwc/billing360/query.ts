import { BILLING_ACCOUNT, CONNECTIONS, list, own, query } from 'c/billingRows';

/** What stands above the lists: everything that there is once an Account, a currency, a month or an unpaid invoice. */
export const QUERY = query(
  'Billing360($accountId: ID)',
  own('Billing_Account__c', 200, 'Name Number__c Source__c Source_Url__c'),
  own(
    'Billing_Health__c',
    50,
    'Summary__c Score__c Tier__c Reasons__c Churn_Risk__c Churn_Risk_Score__c Churn_Risk_Reasons__c Recommended_Action__c Next_Renewal_Date__c Next_Renewal_Number__c As_Of__c',
  ),
  own(
    'Billing_Balance__c',
    50,
    'Currency_Code__c MRR__c ARR__c Outstanding__c Overdue__c Not_Due__c Days_1_30__c Days_31_60__c Days_61_90__c Over_90_Days__c Last_Payment_Date__c Last_Payment_Amount__c Lifetime_Value__c',
  ),
  own(
    'Billing_MRR_Month__c',
    200,
    'Currency_Code__c Month__c Opening__c New__c Expansion__c Contraction__c Churn__c Reactivation__c Closing__c',
  ),
  own(
    'Dunning_Case__c',
    100,
    'Stage__c Invoice_Number__c Balance__c Currency_Code__c Attempts__c First_Failure__c Last_Failure__c Decline_Reason__c Next_Step__c Next_Step_At__c Source__c Source_Url__c',
    BILLING_ACCOUNT,
  ),
  list('Account(first: 1, where: { Id: { eq: $accountId } })', 'Name Billing_Currency__c'),
  CONNECTIONS,
);
