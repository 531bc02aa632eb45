import refresh from '@salesforce/label/c.Billing_Refresh';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import refreshFailed from '@salesforce/label/c.Billing_Refresh_Failed';
import refreshing from '@salesforce/label/c.Billing_Refreshing';
import title from '@salesforce/label/c.Billing_Title';

export const labels = { refresh, refreshed, refreshFailed, refreshing, title };
