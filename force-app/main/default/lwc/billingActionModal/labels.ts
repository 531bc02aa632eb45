import close from '@salesforce/label/c.Billing_Action_Close';
import copied from '@salesforce/label/c.Billing_Action_Copied';
import copy from '@salesforce/label/c.Billing_Action_Copy';
import copyFailed from '@salesforce/label/c.Billing_Action_Copy_Failed';
import expires from '@salesforce/label/c.Billing_Action_Expires';
import failed from '@salesforce/label/c.Billing_Action_Failed';
import link from '@salesforce/label/c.Billing_Action_Link';
import secret from '@salesforce/label/c.Billing_Action_Link_Secret';

export { copied, copyFailed, expires };

/** Words of the template. */
export const ofTemplate = { close, copy, failed, link, secret };
