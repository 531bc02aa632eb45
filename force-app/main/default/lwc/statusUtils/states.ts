import active from '@salesforce/label/c.Billing_State_Active';
import canceled from '@salesforce/label/c.Billing_State_Canceled';
import churned from '@salesforce/label/c.Billing_State_Churned';
import closed from '@salesforce/label/c.Billing_State_Closed';
import draft from '@salesforce/label/c.Billing_State_Draft';
import ended from '@salesforce/label/c.Billing_State_Ended';
import expired from '@salesforce/label/c.Billing_State_Expired';
import failed from '@salesforce/label/c.Billing_State_Failed';
import future from '@salesforce/label/c.Billing_State_Future';
import goodStanding from '@salesforce/label/c.Billing_State_Good_Standing';
import inDunning from '@salesforce/label/c.Billing_State_In_Dunning';
import incomplete from '@salesforce/label/c.Billing_State_Incomplete';
import noSubscription from '@salesforce/label/c.Billing_State_No_Subscription';
import open from '@salesforce/label/c.Billing_State_Open';
import overLimit from '@salesforce/label/c.Billing_State_Over_Limit';
import overdue from '@salesforce/label/c.Billing_State_Overdue';
import paid from '@salesforce/label/c.Billing_State_Paid';
import partiallyRefunded from '@salesforce/label/c.Billing_State_Partially_Refunded';
import pastDue from '@salesforce/label/c.Billing_State_Past_Due';
import paused from '@salesforce/label/c.Billing_State_Paused';
import pending from '@salesforce/label/c.Billing_State_Pending';
import posted from '@salesforce/label/c.Billing_State_Posted';
import refunded from '@salesforce/label/c.Billing_State_Refunded';
import renewalDue from '@salesforce/label/c.Billing_State_Renewal_Due';
import succeeded from '@salesforce/label/c.Billing_State_Succeeded';
import suspended from '@salesforce/label/c.Billing_State_Suspended';
import trial from '@salesforce/label/c.Billing_State_Trial';
import trialing from '@salesforce/label/c.Billing_State_Trialing';
import uncollectible from '@salesforce/label/c.Billing_State_Uncollectible';
import unpaid from '@salesforce/label/c.Billing_State_Unpaid';
import voided from '@salesforce/label/c.Billing_State_Void';
import type { Tone } from './statusUtils';

/** Words for the states that the billing objects have, and how they look, by the stored value. */
export const STATES: ReadonlyMap<string, readonly [label: string, tone: Tone]> = new Map(
  Object.entries({
    'Good Standing': [goodStanding, 'good'],
    Trial: [trial, 'info'],
    'Renewal Due': [renewalDue, 'info'],
    'Over Limit': [overLimit, 'warn'],
    Overdue: [overdue, 'bad'],
    'In Dunning': [inDunning, 'bad'],
    Churned: [churned, 'quiet'],
    Closed: [closed, 'quiet'],
    'No Subscription': [noSubscription, 'quiet'],
    Draft: [draft, 'quiet'],
    Pending: [pending, 'info'],
    Trialing: [trialing, 'info'],
    Active: [active, 'good'],
    'Past Due': [pastDue, 'bad'],
    Unpaid: [unpaid, 'bad'],
    Paused: [paused, 'warn'],
    Suspended: [suspended, 'bad'],
    Incomplete: [incomplete, 'warn'],
    Canceled: [canceled, 'quiet'],
    Expired: [expired, 'quiet'],
    Posted: [posted, 'info'],
    Open: [open, 'info'],
    Paid: [paid, 'good'],
    Uncollectible: [uncollectible, 'bad'],
    Void: [voided, 'quiet'],
    Succeeded: [succeeded, 'good'],
    Failed: [failed, 'bad'],
    'Partially Refunded': [partiallyRefunded, 'quiet'],
    Refunded: [refunded, 'quiet'],
    Future: [future, 'info'],
    Ended: [ended, 'quiet'],
  } satisfies Record<string, [string, Tone]>),
);
