import creditMemo from '@salesforce/label/c.Billing_Credit_Memo';
import debitMemo from '@salesforce/label/c.Billing_Debit_Memo';
import discount from '@salesforce/label/c.Billing_Discount';
import empty from '@salesforce/label/c.Billing_Invoice_Lines_Empty';
import heading from '@salesforce/label/c.Billing_Invoice_Lines';
import memos from '@salesforce/label/c.Billing_Memos';
import tax from '@salesforce/label/c.Billing_Tax';

export { creditMemo, debitMemo, discount, tax };

/** Words of the template. */
export const ofTemplate = { empty, heading, memos };
