import accounts from '@salesforce/label/c.Billing_Accounts';
import noAccounts from '@salesforce/label/c.Billing_Accounts_None';
import numbered from '@salesforce/label/c.Billing_Account_Numbered';
import oneAccount from '@salesforce/label/c.Billing_Accounts_One';
import showAll from '@salesforce/label/c.Billing_Accounts_Show_All';

export const labels = { accounts, noAccounts, numbered, oneAccount, showAll };
