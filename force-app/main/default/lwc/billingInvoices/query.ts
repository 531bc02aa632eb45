import { pageQuery } from 'c/pagedList';

/** A page of invoices. */
export const QUERY = pageQuery(
  'BillingInvoices',
  'Billing_Invoice__c',
  'Number__c Status__c Invoice_Date__c Due_Date__c Days_Overdue__c Amount__c Balance__c Currency_Code__c Attempt_Count__c Next_Attempt__c Source__c Source_Url__c',
);
