import active from '@salesforce/label/c.Billing_State_Active';
import canceled from '@salesforce/label/c.Billing_State_Canceled';
import draft from '@salesforce/label/c.Billing_State_Draft';
import expired from '@salesforce/label/c.Billing_State_Expired';
import incomplete from '@salesforce/label/c.Billing_State_Incomplete';
import pastDue from '@salesforce/label/c.Billing_State_Past_Due';
import paused from '@salesforce/label/c.Billing_State_Paused';
import pending from '@salesforce/label/c.Billing_State_Pending';
import suspended from '@salesforce/label/c.Billing_State_Suspended';
import trialing from '@salesforce/label/c.Billing_State_Trialing';
import unpaid from '@salesforce/label/c.Billing_State_Unpaid';
import type { States } from './status';

/** States of a subscription. */
export const SUBSCRIPTION_STATES: States = new Map([
  ['Draft', [draft, 'quiet']],
  ['Pending', [pending, 'info']],
  ['Trialing', [trialing, 'info']],
  ['Active', [active, 'good']],
  ['Past Due', [pastDue, 'bad']],
  ['Unpaid', [unpaid, 'bad']],
  ['Paused', [paused, 'warn']],
  ['Suspended', [suspended, 'bad']],
  ['Incomplete', [incomplete, 'warn']],
  ['Canceled', [canceled, 'quiet']],
  ['Expired', [expired, 'quiet']],
]);
