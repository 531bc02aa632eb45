import agree from '@salesforce/label/c.Billing_Dunning_Agree';
import customerActs from '@salesforce/label/c.Billing_Dunning_Customer_Acts';
import failedAgain from '@salesforce/label/c.Billing_Dunning_Failed_Again';
import failedTimes from '@salesforce/label/c.Billing_Dunning_Failed_Times';
import firstFailed from '@salesforce/label/c.Billing_Dunning_First_Failed';
import heading from '@salesforce/label/c.Billing_Dunning_Heading';
import invoice from '@salesforce/label/c.Billing_Invoice';
import left from '@salesforce/label/c.Billing_Left_To_Pay';
import next from '@salesforce/label/c.Billing_What_To_Do';
import nextAttempt from '@salesforce/label/c.Billing_Dunning_Next_Attempt';
import paid from '@salesforce/label/c.Billing_State_Paid';
import showAll from '@salesforce/label/c.Billing_Show_All';
import title from '@salesforce/label/c.Billing_Dunning_Title';

export {
  agree,
  customerActs,
  failedAgain,
  failedTimes,
  firstFailed,
  heading,
  invoice,
  left,
  nextAttempt,
  paid,
  showAll,
};

/** Words of the template. */
export const ofTemplate = { next, title };
