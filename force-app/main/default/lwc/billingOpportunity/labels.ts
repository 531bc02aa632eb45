import account from '@salesforce/label/c.Billing_Deal_Account';
import activateIt from '@salesforce/label/c.Billing_Deal_Activate_It';
import address from '@salesforce/label/c.Billing_Deal_Address';
import addressComplete from '@salesforce/label/c.Billing_Deal_Address_Complete';
import addressLacks from '@salesforce/label/c.Billing_Deal_Address_Lacks';
import agreeOn from '@salesforce/label/c.Billing_Deal_Agree_On';
import and from '@salesforce/label/c.Billing_Deal_And';
import arr from '@salesforce/label/c.Billing_ARR';
import beforeDeal from '@salesforce/label/c.Billing_Deal_Before_Deal';
import beforeRenewal from '@salesforce/label/c.Billing_Deal_Before_Renewal';
import beforeUpsell from '@salesforce/label/c.Billing_Deal_Before_Upsell';
import billing from '@salesforce/label/c.Billing_Case_Billing';
import billingAccount from '@salesforce/label/c.Billing_Deal_Billing_Account';
import billTo from '@salesforce/label/c.Billing_Deal_Bill_To';
import cancelsOn from '@salesforce/label/c.Billing_Cancels_On';
import changeIt from '@salesforce/label/c.Billing_Deal_Change_It';
import chooseOther from '@salesforce/label/c.Billing_Deal_Choose_Other';
import dunning from '@salesforce/label/c.Billing_Deal_Dunning';
import empty from '@salesforce/label/c.Billing_Deal_Empty';
import endsItself from '@salesforce/label/c.Billing_Case_Ends_Itself';
import evergreen from '@salesforce/label/c.Billing_Case_Evergreen';
import exempt from '@salesforce/label/c.Billing_Deal_Exempt';
import isCanceled from '@salesforce/label/c.Billing_Deal_Is_Canceled';
import isDraft from '@salesforce/label/c.Billing_Deal_Is_Draft';
import isOverdue from '@salesforce/label/c.Billing_Deal_Is_Overdue';
import linked from '@salesforce/label/c.Billing_Deal_Linked';
import linkIt from '@salesforce/label/c.Billing_Deal_Link_It';
import mrr from '@salesforce/label/c.Billing_MRR';
import named from '@salesforce/label/c.Billing_Deal_Named';
import nextRenewal from '@salesforce/label/c.Billing_Next_Renewal';
import nextRenewals from '@salesforce/label/c.Billing_Deal_Next_Renewals';
import nextStep from '@salesforce/label/c.Billing_Deal_Next_Step';
import noAccount from '@salesforce/label/c.Billing_Deal_No_Account';
import noAddress from '@salesforce/label/c.Billing_Deal_No_Address';
import noContact from '@salesforce/label/c.Billing_Deal_No_Contact';
import noCurrencyYet from '@salesforce/label/c.Billing_Deal_No_Currency_Yet';
import noEmail from '@salesforce/label/c.Billing_Deal_No_Email';
import noName from '@salesforce/label/c.Billing_Deal_No_Name';
import notLinked from '@salesforce/label/c.Billing_Deal_Not_Linked';
import order from '@salesforce/label/c.Billing_Deal_Order';
import otherCurrency from '@salesforce/label/c.Billing_Deal_Other_Currency';
import overdue from '@salesforce/label/c.Billing_Deal_Overdue';
import overdueDunning from '@salesforce/label/c.Billing_Deal_Overdue_Dunning';
import pending from '@salesforce/label/c.Billing_Case_Pending';
import plan from '@salesforce/label/c.Billing_Case_Plan';
import readyOf from '@salesforce/label/c.Billing_Deal_Ready_Of';
import renewsItself from '@salesforce/label/c.Billing_Case_Renews_Itself';
import reverseCharge from '@salesforce/label/c.Billing_Deal_Reverse_Charge';
import saidFault from '@salesforce/label/c.Billing_Deal_Said_Fault';
import saidReady from '@salesforce/label/c.Billing_Deal_Said_Ready';
import saidUnknown from '@salesforce/label/c.Billing_Deal_Said_Unknown';
import sameCurrency from '@salesforce/label/c.Billing_Deal_Same_Currency';
import status from '@salesforce/label/c.Billing_Status';
import subscription from '@salesforce/label/c.Billing_Subscription';
import tax from '@salesforce/label/c.Billing_Deal_Tax';
import taxable from '@salesforce/label/c.Billing_Deal_Taxable';
import taxPending from '@salesforce/label/c.Billing_Deal_Tax_Pending';
import taxUnknown from '@salesforce/label/c.Billing_Deal_Tax_Unknown';
import tcv from '@salesforce/label/c.Billing_Deal_TCV';
import term from '@salesforce/label/c.Billing_Term';
import title from '@salesforce/label/c.Billing_Deal_Title';
import verifyIt from '@salesforce/label/c.Billing_Deal_Verify_It';

export {
  account,
  activateIt,
  address,
  addressComplete,
  addressLacks,
  agreeOn,
  and,
  arr,
  beforeDeal,
  beforeRenewal,
  beforeUpsell,
  billing,
  billTo,
  cancelsOn,
  changeIt,
  chooseOther,
  dunning,
  empty,
  endsItself,
  evergreen,
  exempt,
  isCanceled,
  isDraft,
  isOverdue,
  linked,
  linkIt,
  mrr,
  nextRenewal,
  nextStep,
  noAccount,
  noAddress,
  noContact,
  noCurrencyYet,
  noEmail,
  noName,
  notLinked,
  otherCurrency,
  overdue,
  overdueDunning,
  pending,
  plan,
  readyOf,
  renewsItself,
  reverseCharge,
  saidFault,
  saidReady,
  saidUnknown,
  sameCurrency,
  status,
  subscription,
  tax,
  taxable,
  taxPending,
  taxUnknown,
  tcv,
  term,
  verifyIt,
};

/** Words of the template. */
export const ofTemplate = {
  billingAccount,
  mrr,
  named,
  nextRenewal,
  nextRenewals,
  order,
  saidFault,
  subscription,
  title,
};
