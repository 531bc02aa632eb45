import empty from '@salesforce/label/c.Billing_Charges_Empty';
import heading from '@salesforce/label/c.Billing_Charges';
import included from '@salesforce/label/c.Billing_Included_Units';
import lastChange from '@salesforce/label/c.Billing_Last_Change';
import since from '@salesforce/label/c.Billing_Since';
import trialUntil from '@salesforce/label/c.Billing_In_Trial_Until';
import whyMrr from '@salesforce/label/c.Billing_Why_MRR';

export { included, lastChange, since, trialUntil };

/** Words of the template. */
export const ofTemplate = { empty, heading, whyMrr };
