import { BILLING_ACCOUNT, CONNECTIONS, list, own, query } from 'c/billingRows';

/** The order of a deal, and what billing holds for its Account, as far as it matters before an order. */
export const QUERY = query(
  'BillingOpportunity($accountId: ID, $dealId: ID)',
  own(
    'Billing_Account__c',
    200,
    'Name Number__c Currency_Code__c Bill_To_Email__c Bill_To_Name__c Bill_To_Address__c Bill_To_Missing__c Tax_Status__c Source__c Source_Url__c',
  ),
  own(
    'Billing_Subscription__c',
    200,
    'Number__c Plan__c MRR__c Currency_Code__c Term_Type__c Next_Renewal_Date__c Auto_Renew__c Cancel_On__c Pending_Change__c Source__c Source_Url__c',
    BILLING_ACCOUNT,
  ),
  own('Billing_Health__c', 50, 'Score__c Tier__c'),
  own('Billing_Balance__c', 50, 'Currency_Code__c Overdue__c'),
  own('Dunning_Case__c', 100, 'Stage__c Balance__c Currency_Code__c Next_Step__c Next_Step_At__c'),
  list(
    'Billing_Order__c(first: 1, where: { Opportunity__c: { eq: $dealId } }, orderBy: { LastModifiedDate: { order: DESC } })',
    'Opportunity__c State__c Mode__c Message__c Faults__c Actions__c Order_Number__c Subscription_Number__c Currency_Code__c MRR__c MRR_Change__c ARR__c TCV__c TCV_Change__c First_Invoice_Amount__c First_Invoice_Date__c As_Of__c Source__c Source_Url__c',
  ),
  CONNECTIONS,
);
