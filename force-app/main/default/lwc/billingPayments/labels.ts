import amount from '@salesforce/label/c.Billing_Amount';
import code from '@salesforce/label/c.Billing_Decline_Code';
import disputed from '@salesforce/label/c.Billing_Disputed';
import disputeDue from '@salesforce/label/c.Billing_Dispute_Due';
import empty from '@salesforce/label/c.Billing_Payments_Empty';
import heading from '@salesforce/label/c.Billing_Payments';
import payment from '@salesforce/label/c.Billing_Payment';
import plain from '@salesforce/label/c.Billing_Plain_List';
import refunded from '@salesforce/label/c.Billing_Refunded';
import refundedOn from '@salesforce/label/c.Billing_Refunded_On';
import status from '@salesforce/label/c.Billing_Status';
import when from '@salesforce/label/c.Billing_When';

export { code, disputed, disputeDue, refunded, refundedOn };

/** Words of the template. */
export const ofTemplate = { amount, empty, heading, payment, plain, status, when };
