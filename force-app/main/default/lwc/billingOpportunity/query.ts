import { BILLING_ACCOUNT, CONNECTIONS, own, query } from 'c/graphqlRows';

/** What billing holds for the Account of a deal, as far as it matters before an order. */
export const QUERY = query(
  'BillingOpportunity($accountId: ID)',
  own(
    'Billing_Account__c',
    200,
    'Name Number__c Status__c Currency_Code__c Bill_To_Email__c Bill_To_Name__c Bill_To_Address__c Bill_To_Missing__c Tax_Status__c Source__c Source_Url__c',
  ),
  own(
    'Billing_Subscription__c',
    200,
    'Number__c Status__c Plan__c MRR__c Currency_Code__c Term_Type__c Next_Renewal_Date__c Auto_Renew__c Cancel_On__c Pending_Change__c Source__c Source_Url__c',
    BILLING_ACCOUNT,
  ),
  own('Billing_Health__c', 50, 'Status__c Score__c Tier__c'),
  own('Billing_Balance__c', 50, 'Status__c Currency_Code__c Overdue__c'),
  own('Dunning_Case__c', 100, 'Status__c Stage__c Balance__c Currency_Code__c Next_Step__c Next_Step_At__c'),
  CONNECTIONS,
);
