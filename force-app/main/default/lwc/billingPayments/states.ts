import canceled from '@salesforce/label/c.Billing_State_Canceled';
import failed from '@salesforce/label/c.Billing_State_Failed';
import partiallyRefunded from '@salesforce/label/c.Billing_State_Partially_Refunded';
import pending from '@salesforce/label/c.Billing_State_Pending';
import refunded from '@salesforce/label/c.Billing_State_Refunded';
import succeeded from '@salesforce/label/c.Billing_State_Succeeded';
import type { States } from 'c/billingRows';

/** States of a payment. */
export const STATES: States = new Map([
  ['Pending', [pending, 'info']],
  ['Succeeded', [succeeded, 'good']],
  ['Failed', [failed, 'bad']],
  ['Partially Refunded', [partiallyRefunded, 'quiet']],
  ['Refunded', [refunded, 'quiet']],
  ['Canceled', [canceled, 'quiet']],
]);
