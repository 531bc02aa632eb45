import accounts from '@salesforce/label/c.Billing_Accounts';
import noAccounts from '@salesforce/label/c.Billing_Accounts_None';
import numbered from '@salesforce/label/c.Billing_Account_Numbered';
import oneAccount from '@salesforce/label/c.Billing_Accounts_One';
import refresh from '@salesforce/label/c.Billing_Refresh';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import refreshFailed from '@salesforce/label/c.Billing_Refresh_Failed';
import refreshing from '@salesforce/label/c.Billing_Refreshing';
import showAll from '@salesforce/label/c.Billing_Accounts_Show_All';
import title from '@salesforce/label/c.Billing_Title';

export const labels = {
  accounts,
  noAccounts,
  numbered,
  oneAccount,
  refresh,
  refreshed,
  refreshFailed,
  refreshing,
  showAll,
  title,
};
