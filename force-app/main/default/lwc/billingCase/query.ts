import { BILLING_ACCOUNT, CONNECTIONS, list, MORE, own, query } from 'c/billingRows';

const INVOICE =
  'Number__c Status__c Invoice_Date__c Due_Date__c Days_Overdue__c Amount__c Balance__c Currency_Code__c Attempt_Count__c Next_Attempt__c Source__c Source_Url__c';
const OWNERS = `${BILLING_ACCOUNT} Billing_Subscription__r @optional { Id }`;
const OF_INVOICE = 'Billing_Invoice__r @optional { Id }';
const ITEM =
  'Status__c Description__c Kind__c Quantity__c Amount__c Tax__c Currency_Code__c Period_Start__c Period_End__c';

/**
 * What billing holds for the Account of a Case. Filters and sorts only by what everybody who sees a row may read: an
 * invoice is named as its number is, so the ones that the Case mentions are asked for by name, however old they are.
 */
export const QUERY = query(
  'BillingCase($accountId: ID, $words: [String])',
  list(
    'named: Billing_Invoice__c(first: 50, where: { Account__c: { eq: $accountId }, Name: { in: $words } })',
    INVOICE,
    `${OWNERS} ${list('Billing_Invoice_Items__r(first: 200)', ITEM)}`,
  ),
  own('Billing_Invoice__c', 200, INVOICE, OWNERS, MORE),
  own('Billing_Invoice_Item__c', 200, ITEM, OF_INVOICE),
  own(
    'Billing_Account__c',
    200,
    'Name Number__c Balance__c Currency_Code__c Auto_Pay__c Bill_To_Email__c Bill_To_Name__c Payment_Method__c Card_Brand__c Card_Last4__c Card_Expiry__c Decline_Reason__c Source__c Source_Url__c',
  ),
  own(
    'Billing_Subscription__c',
    200,
    'Number__c Plan__c MRR__c Currency_Code__c Term_Type__c Term_End_Date__c Next_Renewal_Date__c Auto_Renew__c Cancel_On__c Pending_Change__c Last_Change__c Last_Change_On__c Billing_Interval__c Source__c Source_Url__c',
    BILLING_ACCOUNT,
  ),
  own('Dunning_Case__c', 100, 'Stage__c Decline_Reason__c Next_Step__c Next_Step_At__c', OF_INVOICE),
  own('Usage__c', 100, 'Meter__c Quantity__c Limit__c Percent_Used__c Unit__c', BILLING_ACCOUNT),
  own('Billing_Health__c', 50, 'Score__c Tier__c Summary__c'),
  CONNECTIONS,
);
