import all from '@salesforce/label/c.Billing_Filter_All';
import amount from '@salesforce/label/c.Billing_Amount';
import attempts from '@salesforce/label/c.Billing_Attempts';
import dated from '@salesforce/label/c.Billing_Dated';
import daysOverdue from '@salesforce/label/c.Billing_Days_Overdue';
import due from '@salesforce/label/c.Billing_Due';
import empty from '@salesforce/label/c.Billing_Invoices_Empty';
import filter from '@salesforce/label/c.Billing_Filter_Invoices';
import heading from '@salesforce/label/c.Billing_Invoices';
import invoice from '@salesforce/label/c.Billing_Invoice';
import left from '@salesforce/label/c.Billing_Left_To_Pay';
import nextAttempt from '@salesforce/label/c.Billing_Next_Attempt';
import noneSuch from '@salesforce/label/c.Billing_None_Such';
import oneAttempt from '@salesforce/label/c.Billing_One_Attempt';
import oneDayOverdue from '@salesforce/label/c.Billing_One_Day_Overdue';
import open from '@salesforce/label/c.Billing_Filter_Open';
import overdue from '@salesforce/label/c.Billing_State_Overdue';
import paid from '@salesforce/label/c.Billing_Filter_Paid';
import pdf from '@salesforce/label/c.Billing_PDF';
import pdfOf from '@salesforce/label/c.Billing_PDF_Of';
import plain from '@salesforce/label/c.Billing_Plain_List';
import showLines from '@salesforce/label/c.Billing_Show_Lines';
import status from '@salesforce/label/c.Billing_Status';

export {
  all,
  attempts,
  dated,
  daysOverdue,
  empty,
  left,
  nextAttempt,
  noneSuch,
  oneAttempt,
  oneDayOverdue,
  open,
  overdue,
  paid,
  pdfOf,
  showLines,
};

/** Words of the template. */
export const ofTemplate = { amount, due, filter, heading, invoice, pdf, plain, status };
