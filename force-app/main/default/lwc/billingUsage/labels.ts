import empty from '@salesforce/label/c.Billing_Usage_Empty';
import heading from '@salesforce/label/c.Billing_Usage';
import limit from '@salesforce/label/c.Billing_Limit';
import meter from '@salesforce/label/c.Billing_Meter';
import noLimit from '@salesforce/label/c.Billing_No_Limit';
import overLimit from '@salesforce/label/c.Billing_Over_Limit';
import showAll from '@salesforce/label/c.Billing_Show_All';
import used from '@salesforce/label/c.Billing_Used';
import usedPercent from '@salesforce/label/c.Billing_Used_Percent';

export const labels = { empty, heading, limit, meter, noLimit, overLimit, showAll, used, usedPercent };
