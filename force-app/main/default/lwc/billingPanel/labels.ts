import details from '@salesforce/label/c.Billing_Error_Details';
import loading from '@salesforce/label/c.Billing_Loading';
import more from '@salesforce/label/c.Billing_More_Rows';
import noAccess from '@salesforce/label/c.Billing_No_Access';
import otherAdvice from '@salesforce/label/c.Billing_Error_Other_Advice';
import otherMessage from '@salesforce/label/c.Billing_Error_Other';
import retry from '@salesforce/label/c.Billing_Try_Again';
import stale from '@salesforce/label/c.Billing_Stale';

export { loading, more, noAccess, otherAdvice, otherMessage };

/** Words of the template. */
export const ofTemplate = { details, retry, stale };
