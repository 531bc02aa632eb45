import allAccounts from '@salesforce/label/c.Billing_All_Accounts';
import accounts from '@salesforce/label/c.Billing_Accounts';
import dunning from '@salesforce/label/c.Billing_Dunning_Title';
import invoices from '@salesforce/label/c.Billing_Invoices';
import lists from '@salesforce/label/c.Billing_Lists';
import noAccounts from '@salesforce/label/c.Billing_Accounts_None';
import numbered from '@salesforce/label/c.Billing_Account_Numbered';
import oneAccount from '@salesforce/label/c.Billing_Accounts_One';
import payments from '@salesforce/label/c.Billing_Payments';
import refreshFailed from '@salesforce/label/c.Billing_Refresh_Failed';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import showAccount from '@salesforce/label/c.Billing_Show_Account';
import showAllAccounts from '@salesforce/label/c.Billing_Accounts_Show_All';
import showDetails from '@salesforce/label/c.Billing_Show_Details';
import subscriptions from '@salesforce/label/c.Billing_Subscriptions';
import timeline from '@salesforce/label/c.Billing_Timeline';
import title from '@salesforce/label/c.Billing_Title';
import usage from '@salesforce/label/c.Billing_Usage';

export {
  accounts,
  allAccounts,
  invoices,
  noAccounts,
  numbered,
  oneAccount,
  payments,
  refreshed,
  refreshFailed,
  showAllAccounts,
  subscriptions,
  timeline,
  usage,
};

/** Words of the template. */
export const ofTemplate = { dunning, lists, showAccount, showDetails, title };
