import askAdmin from '@salesforce/label/c.Billing_Stale_Ask_Admin';
import broken from '@salesforce/label/c.Billing_Connection_Broken';
import delayed from '@salesforce/label/c.Billing_Connection_Delayed';
import paused from '@salesforce/label/c.Billing_Connection_Paused';
import refresh from '@salesforce/label/c.Billing_Stale_Refresh';
import silent from '@salesforce/label/c.Billing_Stale_Silent';
import since from '@salesforce/label/c.Billing_Stale_Since';
import title from '@salesforce/label/c.Billing_Stale_Title';

export { askAdmin, broken, delayed, paused, refresh, silent, since };

/** Words of the template. */
export const ofTemplate = { title };
