import refreshFailed from '@salesforce/label/c.Billing_Refresh_Failed';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import showDetails from '@salesforce/label/c.Billing_Show_Details';
import title from '@salesforce/label/c.Billing_Title';

export const labels = {
  refreshFailed,
  refreshed,
  showDetails,
  title,
};
