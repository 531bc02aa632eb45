import ended from '@salesforce/label/c.Billing_State_Ended';
import future from '@salesforce/label/c.Billing_State_Future';
import type { States } from 'c/billingRows';

/** States of a charge that is not in force now. */
export const STATES: States = new Map([
  ['Future', [future, 'info']],
  ['Ended', [ended, 'quiet']],
]);
