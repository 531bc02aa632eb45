import amount from '@salesforce/label/c.Billing_Amount';
import code from '@salesforce/label/c.Billing_Decline_Code';
import empty from '@salesforce/label/c.Billing_Payments_Empty';
import heading from '@salesforce/label/c.Billing_Payments';
import payment from '@salesforce/label/c.Billing_Payment';
import showAll from '@salesforce/label/c.Billing_Show_All';
import status from '@salesforce/label/c.Billing_Status';
import when from '@salesforce/label/c.Billing_When';

export const labels = { amount, code, empty, heading, payment, showAll, status, when };
