import agesOf from '@salesforce/label/c.Billing_Balance_By_Age';
import allReasons from '@salesforce/label/c.Billing_All_Reasons';
import also from '@salesforce/label/c.Billing_Also';
import arr from '@salesforce/label/c.Billing_ARR';
import aYear from '@salesforce/label/c.Billing_A_Year';
import downSince from '@salesforce/label/c.Billing_Down_Since';
import empty from '@salesforce/label/c.Billing_Health_Empty';
import heading from '@salesforce/label/c.Billing_Health';
import healthTile from '@salesforce/label/c.Billing_Health_Tile';
import lastPayment from '@salesforce/label/c.Billing_Last_Payment';
import lessThanOne from '@salesforce/label/c.Billing_Less_Than_One';
import lifetime from '@salesforce/label/c.Billing_Lifetime_Value';
import mrr from '@salesforce/label/c.Billing_MRR';
import newSince from '@salesforce/label/c.Billing_New_Since';
import nextRenewal from '@salesforce/label/c.Billing_Next_Renewal';
import none from '@salesforce/label/c.Billing_None';
import notDue from '@salesforce/label/c.Billing_Age_Not_Due';
import nothingOverdue from '@salesforce/label/c.Billing_Nothing_Overdue';
import nothingOwed from '@salesforce/label/c.Billing_Balance_Nothing';
import otherwise from '@salesforce/label/c.Billing_Health_Otherwise';
import outstanding from '@salesforce/label/c.Billing_Outstanding';
import over90 from '@salesforce/label/c.Billing_Age_Over_90';
import overdue from '@salesforce/label/c.Billing_Overdue_Amount';
import risk from '@salesforce/label/c.Billing_Churn_Risk';
import sparkline from '@salesforce/label/c.Billing_MRR_Sparkline';
import unchangedSince from '@salesforce/label/c.Billing_Unchanged_Since';
import upSince from '@salesforce/label/c.Billing_Up_Since';
import upTo30 from '@salesforce/label/c.Billing_Age_30';
import upTo60 from '@salesforce/label/c.Billing_Age_60';
import upTo90 from '@salesforce/label/c.Billing_Age_90';
import whatToDo from '@salesforce/label/c.Billing_What_To_Do';
import whyNumber from '@salesforce/label/c.Billing_Why_Number';

export {
  agesOf,
  allReasons,
  also,
  arr,
  aYear,
  downSince,
  healthTile,
  lastPayment,
  lessThanOne,
  lifetime,
  mrr,
  newSince,
  nextRenewal,
  none,
  notDue,
  nothingOverdue,
  otherwise,
  outstanding,
  over90,
  overdue,
  risk,
  sparkline,
  unchangedSince,
  upSince,
  upTo30,
  upTo60,
  upTo90,
  whyNumber,
};

/** Words of the template. */
export const ofTemplate = { empty, heading, nothingOwed, whatToDo, whyNumber };
