import accounts from '@salesforce/label/c.Billing_Accounts';
import agesOf from '@salesforce/label/c.Billing_Balance_By_Age';
import allAccounts from '@salesforce/label/c.Billing_All_Accounts';
import allReasons from '@salesforce/label/c.Billing_All_Reasons';
import also from '@salesforce/label/c.Billing_Also';
import arr from '@salesforce/label/c.Billing_ARR';
import aYear from '@salesforce/label/c.Billing_A_Year';
import downSince from '@salesforce/label/c.Billing_Down_Since';
import dunning from '@salesforce/label/c.Billing_Dunning_Title';
import empty from '@salesforce/label/c.Billing_Health_Empty';
import heading from '@salesforce/label/c.Billing_Health';
import healthTile from '@salesforce/label/c.Billing_Health_Tile';
import invoices from '@salesforce/label/c.Billing_Invoices';
import lastPayment from '@salesforce/label/c.Billing_Last_Payment';
import lessThanOne from '@salesforce/label/c.Billing_Less_Than_One';
import lifetime from '@salesforce/label/c.Billing_Lifetime_Value';
import lists from '@salesforce/label/c.Billing_Lists';
import mrr from '@salesforce/label/c.Billing_MRR';
import newSince from '@salesforce/label/c.Billing_New_Since';
import nextRenewal from '@salesforce/label/c.Billing_Next_Renewal';
import noAccounts from '@salesforce/label/c.Billing_Accounts_None';
import none from '@salesforce/label/c.Billing_None';
import notDue from '@salesforce/label/c.Billing_Age_Not_Due';
import nothingOverdue from '@salesforce/label/c.Billing_Nothing_Overdue';
import nothingOwed from '@salesforce/label/c.Billing_Balance_Nothing';
import numbered from '@salesforce/label/c.Billing_Account_Numbered';
import oneAccount from '@salesforce/label/c.Billing_Accounts_One';
import otherwise from '@salesforce/label/c.Billing_Health_Otherwise';
import outstanding from '@salesforce/label/c.Billing_Outstanding';
import over90 from '@salesforce/label/c.Billing_Age_Over_90';
import overdue from '@salesforce/label/c.Billing_Overdue_Amount';
import payments from '@salesforce/label/c.Billing_Payments';
import refreshed from '@salesforce/label/c.Billing_Refreshed';
import refreshFailed from '@salesforce/label/c.Billing_Refresh_Failed';
import risk from '@salesforce/label/c.Billing_Churn_Risk';
import showAccount from '@salesforce/label/c.Billing_Show_Account';
import showAllAccounts from '@salesforce/label/c.Billing_Accounts_Show_All';
import showDetails from '@salesforce/label/c.Billing_Show_Details';
import sparkline from '@salesforce/label/c.Billing_MRR_Sparkline';
import subscriptions from '@salesforce/label/c.Billing_Subscriptions';
import timeline from '@salesforce/label/c.Billing_Timeline';
import title from '@salesforce/label/c.Billing_Title';
import unchangedSince from '@salesforce/label/c.Billing_Unchanged_Since';
import upSince from '@salesforce/label/c.Billing_Up_Since';
import upTo30 from '@salesforce/label/c.Billing_Age_30';
import upTo60 from '@salesforce/label/c.Billing_Age_60';
import upTo90 from '@salesforce/label/c.Billing_Age_90';
import usage from '@salesforce/label/c.Billing_Usage';
import whatToDo from '@salesforce/label/c.Billing_What_To_Do';
import whyNumber from '@salesforce/label/c.Billing_Why_Number';

export {
  accounts,
  agesOf,
  allAccounts,
  allReasons,
  also,
  arr,
  aYear,
  downSince,
  healthTile,
  invoices,
  lastPayment,
  lessThanOne,
  lifetime,
  mrr,
  newSince,
  nextRenewal,
  noAccounts,
  none,
  notDue,
  nothingOverdue,
  numbered,
  oneAccount,
  otherwise,
  outstanding,
  over90,
  overdue,
  payments,
  refreshed,
  refreshFailed,
  risk,
  showAllAccounts,
  sparkline,
  subscriptions,
  timeline,
  unchangedSince,
  upSince,
  upTo30,
  upTo60,
  upTo90,
  usage,
  whyNumber,
};

/** Words of the template. */
export const ofTemplate = {
  dunning,
  empty,
  heading,
  lists,
  nothingOwed,
  showAccount,
  showDetails,
  title,
  whatToDo,
  whyNumber,
};
