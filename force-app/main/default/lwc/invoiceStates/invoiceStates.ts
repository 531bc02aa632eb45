import draft from '@salesforce/label/c.Billing_State_Draft';
import open from '@salesforce/label/c.Billing_State_Open';
import paid from '@salesforce/label/c.Billing_State_Paid';
import uncollectible from '@salesforce/label/c.Billing_State_Uncollectible';
import voided from '@salesforce/label/c.Billing_State_Void';
import type { States } from 'c/billingRows';

/** States of an invoice, and of a memo, which has some of them. */
export const INVOICE_STATES: States = new Map([
  ['Draft', [draft, 'quiet']],
  ['Open', [open, 'info']],
  ['Paid', [paid, 'good']],
  ['Uncollectible', [uncollectible, 'bad']],
  ['Void', [voided, 'quiet']],
]);
