import empty from '@salesforce/label/c.Billing_Usage_Empty';
import falling from '@salesforce/label/c.Billing_Trend_Falling';
import heading from '@salesforce/label/c.Billing_Usage';
import limit from '@salesforce/label/c.Billing_Limit';
import meter from '@salesforce/label/c.Billing_Meter';
import noLimit from '@salesforce/label/c.Billing_No_Limit';
import overLimit from '@salesforce/label/c.Billing_Over_Limit';
import reachedOn from '@salesforce/label/c.Billing_Limit_Reached_On';
import rising from '@salesforce/label/c.Billing_Trend_Rising';
import showAll from '@salesforce/label/c.Billing_Show_All';
import steady from '@salesforce/label/c.Billing_Trend_Steady';
import used from '@salesforce/label/c.Billing_Used';
import usedPercent from '@salesforce/label/c.Billing_Used_Percent';

export { falling, limit, meter, noLimit, reachedOn, rising, showAll, steady, used, usedPercent };

/** Words of the template. */
export const ofTemplate = { empty, heading, overLimit };
