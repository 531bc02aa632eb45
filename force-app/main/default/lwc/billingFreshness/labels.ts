import checked from '@salesforce/label/c.Billing_Checked_Through';
import checkedNow from '@salesforce/label/c.Billing_Checked_Now';
import checkedNowSource from '@salesforce/label/c.Billing_Checked_Now_Source';
import checkedSource from '@salesforce/label/c.Billing_Checked_Through_Source';
import never from '@salesforce/label/c.Billing_Checked_Never';
import stale from '@salesforce/label/c.Billing_Stale_Title';

export { checked, checkedNow, checkedNowSource, checkedSource, never };

/** Words of the template. */
export const ofTemplate = { stale };
