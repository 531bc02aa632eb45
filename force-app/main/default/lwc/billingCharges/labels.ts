import empty from '@salesforce/label/c.Billing_Charges_Empty';
import heading from '@salesforce/label/c.Billing_Charges';
import included from '@salesforce/label/c.Billing_Included_Units';
import since from '@salesforce/label/c.Billing_Since';
import trialUntil from '@salesforce/label/c.Billing_In_Trial_Until';

export const labels = {
  empty,
  heading,
  included,
  since,
  trialUntil,
};
