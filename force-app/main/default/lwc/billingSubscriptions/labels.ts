import canceledOn from '@salesforce/label/c.Billing_Cancels_On';
import empty from '@salesforce/label/c.Billing_Subscriptions_Empty';
import endsOn from '@salesforce/label/c.Billing_Ends_On';
import evergreen from '@salesforce/label/c.Billing_Evergreen';
import heading from '@salesforce/label/c.Billing_Subscriptions';
import inTrialUntil from '@salesforce/label/c.Billing_In_Trial_Until';
import mrr from '@salesforce/label/c.Billing_MRR';
import renews from '@salesforce/label/c.Billing_Renews';
import showAll from '@salesforce/label/c.Billing_Show_All';
import showCharges from '@salesforce/label/c.Billing_Show_Charges';
import status from '@salesforce/label/c.Billing_Status';
import subscription from '@salesforce/label/c.Billing_Subscription';
import term from '@salesforce/label/c.Billing_Term';

export { canceledOn, endsOn, evergreen, inTrialUntil, mrr, renews, showAll, showCharges, status, subscription, term };

/** Words of the template. */
export const ofTemplate = { empty, heading };
