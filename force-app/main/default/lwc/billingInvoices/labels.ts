import amount from '@salesforce/label/c.Billing_Amount';
import attempts from '@salesforce/label/c.Billing_Attempts';
import dated from '@salesforce/label/c.Billing_Dated';
import daysOverdue from '@salesforce/label/c.Billing_Days_Overdue';
import due from '@salesforce/label/c.Billing_Due';
import empty from '@salesforce/label/c.Billing_Invoices_Empty';
import heading from '@salesforce/label/c.Billing_Invoices';
import invoice from '@salesforce/label/c.Billing_Invoice';
import left from '@salesforce/label/c.Billing_Left_To_Pay';
import nextAttempt from '@salesforce/label/c.Billing_Next_Attempt';
import oneAttempt from '@salesforce/label/c.Billing_One_Attempt';
import oneDayOverdue from '@salesforce/label/c.Billing_One_Day_Overdue';
import overdue from '@salesforce/label/c.Billing_State_Overdue';
import showAll from '@salesforce/label/c.Billing_Show_All';
import status from '@salesforce/label/c.Billing_Status';

export const labels = {
  amount,
  attempts,
  dated,
  daysOverdue,
  due,
  empty,
  heading,
  invoice,
  left,
  nextAttempt,
  oneAttempt,
  oneDayOverdue,
  overdue,
  showAll,
  status,
};
