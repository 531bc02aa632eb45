import next from '@salesforce/label/c.Billing_Next';
import previous from '@salesforce/label/c.Billing_Previous';

export const labels = {
  next,
  previous,
};
