import allAccounts from '@salesforce/label/c.Billing_All_Accounts';
import invoices from '@salesforce/label/c.Billing_Invoices';
import lists from '@salesforce/label/c.Billing_Lists';
import payments from '@salesforce/label/c.Billing_Payments';
import showAccount from '@salesforce/label/c.Billing_Show_Account';
import subscriptions from '@salesforce/label/c.Billing_Subscriptions';
import timeline from '@salesforce/label/c.Billing_Timeline';
import usage from '@salesforce/label/c.Billing_Usage';

export { allAccounts, invoices, payments, subscriptions, timeline, usage };

/** Words of the template. */
export const ofTemplate = { lists, showAccount };
