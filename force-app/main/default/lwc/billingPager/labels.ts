import next from '@salesforce/label/c.Billing_Next';
import previous from '@salesforce/label/c.Billing_Previous';

/** Words of the template. */
export const ofTemplate = { next, previous };
