const OWN = ['AccountId', 'Type', 'IsClosed', 'IsWon', 'CurrencyIsoCode'];
/** What billing says of the subscription that the deal names, and of the order that was made of it. */
const OF_BILLING = [
  'Billing_Subscription_Number__c',
  'Billing_Subscription_Status__c',
  'Billing_Plan__c',
  'Billing_MRR__c',
  'Billing_ARR__c',
  'Billing_TCV__c',
  'Billing_Currency__c',
  'Billing_Next_Renewal__c',
  'Billing_Message__c',
  'Billing_Order_Status__c',
  'Billing_Order_Number__c',
];

/** Of the Opportunity, as far as the org has them and the user may read them. */
export const FIELDS: readonly string[] = [...OWN, ...OF_BILLING].map((name) => `Opportunity.${name}`);
