import allReasons from '@salesforce/label/c.Billing_All_Reasons';
import also from '@salesforce/label/c.Billing_Also';
import arr from '@salesforce/label/c.Billing_ARR';
import asOf from '@salesforce/label/c.Billing_As_Of';
import aYear from '@salesforce/label/c.Billing_A_Year';
import churn from '@salesforce/label/c.Billing_Movement_Churn';
import contraction from '@salesforce/label/c.Billing_Movement_Contraction';
import downSince from '@salesforce/label/c.Billing_Down_Since';
import empty from '@salesforce/label/c.Billing_Health_Empty';
import expansion from '@salesforce/label/c.Billing_Movement_Expansion';
import heading from '@salesforce/label/c.Billing_Health';
import healthTile from '@salesforce/label/c.Billing_Health_Tile';
import lastPayment from '@salesforce/label/c.Billing_Last_Payment';
import lessThanOne from '@salesforce/label/c.Billing_Less_Than_One';
import lifetime from '@salesforce/label/c.Billing_Lifetime_Value';
import mrr from '@salesforce/label/c.Billing_MRR';
import newRevenue from '@salesforce/label/c.Billing_Movement_New';
import newSince from '@salesforce/label/c.Billing_New_Since';
import nextRenewal from '@salesforce/label/c.Billing_Next_Renewal';
import none from '@salesforce/label/c.Billing_None';
import noReasons from '@salesforce/label/c.Billing_Health_No_Reasons';
import nothingOverdue from '@salesforce/label/c.Billing_Nothing_Overdue';
import opening from '@salesforce/label/c.Billing_Movement_Opening';
import otherwise from '@salesforce/label/c.Billing_Health_Otherwise';
import outstanding from '@salesforce/label/c.Billing_Outstanding';
import overdue from '@salesforce/label/c.Billing_Overdue_Amount';
import reactivation from '@salesforce/label/c.Billing_Movement_Reactivation';
import risk from '@salesforce/label/c.Billing_Churn_Risk';
import riskOf from '@salesforce/label/c.Billing_Churn_Risk_Score';
import scoreOf from '@salesforce/label/c.Billing_Health_Score';
import sparkline from '@salesforce/label/c.Billing_MRR_Sparkline';
import unchanged from '@salesforce/label/c.Billing_Movement_None';
import unchangedSince from '@salesforce/label/c.Billing_Unchanged_Since';
import upSince from '@salesforce/label/c.Billing_Up_Since';
import whatToDo from '@salesforce/label/c.Billing_What_To_Do';
import whyHealth from '@salesforce/label/c.Billing_Health_Reasons';
import whyMrr from '@salesforce/label/c.Billing_MRR_Movements';
import whyNumber from '@salesforce/label/c.Billing_Why_Number';

export const labels = {
  allReasons,
  also,
  arr,
  asOf,
  aYear,
  churn,
  contraction,
  downSince,
  empty,
  expansion,
  heading,
  healthTile,
  lastPayment,
  lessThanOne,
  lifetime,
  mrr,
  newRevenue,
  newSince,
  nextRenewal,
  none,
  noReasons,
  nothingOverdue,
  opening,
  otherwise,
  outstanding,
  overdue,
  reactivation,
  risk,
  riskOf,
  scoreOf,
  sparkline,
  unchanged,
  unchangedSince,
  upSince,
  whatToDo,
  whyHealth,
  whyMrr,
  whyNumber,
};
