import accounts from '@salesforce/label/c.Billing_Accounts';
import dunning from '@salesforce/label/c.Billing_Dunning_Title';
import noAccounts from '@salesforce/label/c.Billing_Accounts_None';
import numbered from '@salesforce/label/c.Billing_Account_Numbered';
import oneAccount from '@salesforce/label/c.Billing_Accounts_One';
import refreshFailed from '@salesforce/label/c.Billing_Refresh_Failed';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import showAllAccounts from '@salesforce/label/c.Billing_Accounts_Show_All';
import showDetails from '@salesforce/label/c.Billing_Show_Details';
import title from '@salesforce/label/c.Billing_Title';

export { accounts, noAccounts, numbered, oneAccount, refreshed, refreshFailed, showAllAccounts };

/** Words of the template. */
export const ofTemplate = { dunning, showDetails, title };
