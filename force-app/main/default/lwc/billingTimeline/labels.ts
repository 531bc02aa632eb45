import all from '@salesforce/label/c.Billing_Filter_All';
import empty from '@salesforce/label/c.Billing_Timeline_Empty';
import filter from '@salesforce/label/c.Billing_Filter_Timeline';
import heading from '@salesforce/label/c.Billing_Timeline';
import invoices from '@salesforce/label/c.Billing_Invoices';
import mrrChange from '@salesforce/label/c.Billing_MRR_Change';
import noneSuch from '@salesforce/label/c.Billing_None_Such';
import order from '@salesforce/label/c.Billing_Order';
import payments from '@salesforce/label/c.Billing_Payments';
import plain from '@salesforce/label/c.Billing_Plain_List';
import subscriptions from '@salesforce/label/c.Billing_Subscriptions';

export { all, empty, invoices, mrrChange, noneSuch, order, payments, subscriptions };

/** Words of the template. */
export const ofTemplate = { filter, heading, plain };
