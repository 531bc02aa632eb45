import heading from '@salesforce/label/c.Billing_Balance_By_Age';
import notDue from '@salesforce/label/c.Billing_Age_Not_Due';
import nothing from '@salesforce/label/c.Billing_Balance_Nothing';
import over90 from '@salesforce/label/c.Billing_Age_Over_90';
import title from '@salesforce/label/c.Billing_Balance_Title';
import upTo30 from '@salesforce/label/c.Billing_Age_30';
import upTo60 from '@salesforce/label/c.Billing_Age_60';
import upTo90 from '@salesforce/label/c.Billing_Age_90';

export const labels = {
  heading,
  notDue,
  nothing,
  over90,
  title,
  upTo30,
  upTo60,
  upTo90,
};
