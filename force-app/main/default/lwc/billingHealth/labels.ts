import also from '@salesforce/label/c.Billing_Also';
import arr from '@salesforce/label/c.Billing_ARR';
import asOf from '@salesforce/label/c.Billing_As_Of';
import empty from '@salesforce/label/c.Billing_Health_Empty';
import heading from '@salesforce/label/c.Billing_Health';
import lastPayment from '@salesforce/label/c.Billing_Last_Payment';
import mrr from '@salesforce/label/c.Billing_MRR';
import nextRenewal from '@salesforce/label/c.Billing_Next_Renewal';
import none from '@salesforce/label/c.Billing_None';
import nothingOverdue from '@salesforce/label/c.Billing_Nothing_Overdue';
import outstanding from '@salesforce/label/c.Billing_Outstanding';
import overdue from '@salesforce/label/c.Billing_Overdue_Amount';

export const labels = {
  also,
  arr,
  asOf,
  empty,
  heading,
  lastPayment,
  mrr,
  nextRenewal,
  none,
  nothingOverdue,
  outstanding,
  overdue,
};
