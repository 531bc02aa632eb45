import { list, query } from 'c/billingRows';

const LINES = list(
  'Billing_Invoice_Items__r(first: 200)',
  'Description__c Kind__c Quantity__c Unit_Price__c Amount__c Discount__c Tax__c Period_Start__c Period_End__c Subscription_Number__c Currency_Code__c Status__c',
);
const MEMOS = list(
  'Billing_Credit_Memos__r(first: 50)',
  'Number__c Kind__c Amount__c Reason__c Comment__c Memo_Date__c Status__c Currency_Code__c Source__c Source_Url__c',
);

/** Lines and memos of one invoice, found by its id, which everybody who sees it may read. */
export const QUERY = query(
  'BillingInvoiceLines($invoiceId: ID)',
  list('Billing_Invoice__c(first: 1, where: { Id: { eq: $invoiceId } })', '', `${LINES} ${MEMOS}`),
);
