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

/** Words for the states that the billing objects have, by the stored value. */
export const statusLabels: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'Good Standing': goodStanding,
    Trial: trial,
    'Renewal Due': renewalDue,
    'Over Limit': overLimit,
    Overdue: overdue,
    'In Dunning': inDunning,
    Churned: churned,
    Closed: closed,
    'No Subscription': noSubscription,
    Draft: draft,
    Pending: pending,
    Trialing: trialing,
    Active: active,
    'Past Due': pastDue,
    Unpaid: unpaid,
    Paused: paused,
    Suspended: suspended,
    Incomplete: incomplete,
    Canceled: canceled,
    Expired: expired,
    Posted: posted,
    Open: open,
    Paid: paid,
    Uncollectible: uncollectible,
    Void: voided,
    Succeeded: succeeded,
    Failed: failed,
    'Partially Refunded': partiallyRefunded,
    Refunded: refunded,
    Future: future,
    Ended: ended,
  }),
);
