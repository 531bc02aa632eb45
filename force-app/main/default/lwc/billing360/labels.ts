import dunning from '@salesforce/label/c.Billing_Dunning_Title';
import refreshFailed from '@salesforce/label/c.Billing_Refresh_Failed';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import showDetails from '@salesforce/label/c.Billing_Show_Details';
import title from '@salesforce/label/c.Billing_Title';

export const labels = {
  dunning,
  refreshFailed,
  refreshed,
  showDetails,
  title,
};
