import asOf from '@salesforce/label/c.Billing_As_Of';
import churn from '@salesforce/label/c.Billing_Movement_Churn';
import contraction from '@salesforce/label/c.Billing_Movement_Contraction';
import expansion from '@salesforce/label/c.Billing_Movement_Expansion';
import newRevenue from '@salesforce/label/c.Billing_Movement_New';
import noReasons from '@salesforce/label/c.Billing_Health_No_Reasons';
import opening from '@salesforce/label/c.Billing_Movement_Opening';
import reactivation from '@salesforce/label/c.Billing_Movement_Reactivation';
import riskOf from '@salesforce/label/c.Billing_Churn_Risk_Score';
import scoreOf from '@salesforce/label/c.Billing_Health_Score';
import unchanged from '@salesforce/label/c.Billing_Movement_None';
import whyHealth from '@salesforce/label/c.Billing_Health_Reasons';
import whyMrr from '@salesforce/label/c.Billing_MRR_Movements';

export {
  asOf,
  churn,
  contraction,
  expansion,
  newRevenue,
  noReasons,
  opening,
  reactivation,
  riskOf,
  scoreOf,
  unchanged,
  whyHealth,
  whyMrr,
};
