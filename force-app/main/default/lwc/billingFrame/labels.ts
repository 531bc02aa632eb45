import askAdmin from '@salesforce/label/c.Billing_Stale_Ask_Admin';
import broken from '@salesforce/label/c.Billing_Connection_Broken';
import checked from '@salesforce/label/c.Billing_Checked_Through';
import checkedNow from '@salesforce/label/c.Billing_Checked_Now';
import delayed from '@salesforce/label/c.Billing_Connection_Delayed';
import never from '@salesforce/label/c.Billing_Checked_Never';
import paused from '@salesforce/label/c.Billing_Connection_Paused';
import refresh from '@salesforce/label/c.Billing_Stale_Refresh';
import silent from '@salesforce/label/c.Billing_Stale_Silent';
import since from '@salesforce/label/c.Billing_Stale_Since';
import title from '@salesforce/label/c.Billing_Stale_Title';

export { askAdmin, broken, checked, checkedNow, delayed, never, paused, refresh, silent, since, title };
