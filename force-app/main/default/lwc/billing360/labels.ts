import accounts from '@salesforce/label/c.Billing_Accounts';
import accountsIn from '@salesforce/label/c.Billing_Accounts_In';
import noAccounts from '@salesforce/label/c.Billing_Accounts_None';
import oneAccount from '@salesforce/label/c.Billing_Accounts_One';
import refresh from '@salesforce/label/c.Billing_Refresh';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import refreshing from '@salesforce/label/c.Billing_Refreshing';
import title from '@salesforce/label/c.Billing_Title';

export const labels = { accounts, accountsIn, noAccounts, oneAccount, refresh, refreshed, refreshing, title };
