import accounts from '@salesforce/label/c.Billing_Accounts';
import allFacts from '@salesforce/label/c.Billing_Case_All_Facts';
import aMonth from '@salesforce/label/c.Billing_Case_A_Month';
import amount from '@salesforce/label/c.Billing_Amount';
import attempts from '@salesforce/label/c.Billing_Attempts';
import attemptsLabel from '@salesforce/label/c.Billing_Case_Attempts';
import autoPay from '@salesforce/label/c.Billing_Case_Auto_Pay';
import billedTo from '@salesforce/label/c.Billing_Case_Billed_To';
import billing from '@salesforce/label/c.Billing_Case_Billing';
import cancelsOn from '@salesforce/label/c.Billing_Cancels_On';
import changedOn from '@salesforce/label/c.Billing_Case_Changed_On';
import copyFacts from '@salesforce/label/c.Billing_Case_Copy_Facts';
import covers from '@salesforce/label/c.Billing_Case_Covers';
import customer from '@salesforce/label/c.Billing_Case_Customer';
import daysOverdue from '@salesforce/label/c.Billing_Days_Overdue';
import difference from '@salesforce/label/c.Billing_Case_Difference';
import differs from '@salesforce/label/c.Billing_Case_Differs';
import due from '@salesforce/label/c.Billing_Due';
import empty from '@salesforce/label/c.Billing_Case_Empty';
import endsItself from '@salesforce/label/c.Billing_Case_Ends_Itself';
import evergreen from '@salesforce/label/c.Billing_Case_Evergreen';
import expired from '@salesforce/label/c.Billing_Case_Expired';
import expires from '@salesforce/label/c.Billing_Case_Expires';
import health from '@salesforce/label/c.Billing_Case_Health';
import invoice from '@salesforce/label/c.Billing_Invoice';
import lastChange from '@salesforce/label/c.Billing_Case_Last_Change';
import lastInvoices from '@salesforce/label/c.Billing_Case_Last_Invoices';
import left from '@salesforce/label/c.Billing_Left_To_Pay';
import lineChanged from '@salesforce/label/c.Billing_Case_Line_Changed';
import lineGone from '@salesforce/label/c.Billing_Case_Line_Gone';
import lineNew from '@salesforce/label/c.Billing_Case_Line_New';
import mentions from '@salesforce/label/c.Billing_Case_Mentions';
import mentionsTimes from '@salesforce/label/c.Billing_Case_Mentions_Times';
import morePlans from '@salesforce/label/c.Billing_Case_More_Plans';
import mrr from '@salesforce/label/c.Billing_MRR';
import nextAttempt from '@salesforce/label/c.Billing_Next_Attempt';
import noAccount from '@salesforce/label/c.Billing_Case_No_Account';
import noAutoPay from '@salesforce/label/c.Billing_Case_No_Auto_Pay';
import oneAttempt from '@salesforce/label/c.Billing_One_Attempt';
import oneDayOverdue from '@salesforce/label/c.Billing_One_Day_Overdue';
import open from '@salesforce/label/c.Billing_Case_Open';
import openIn from '@salesforce/label/c.Billing_Case_Open_In';
import otherwise from '@salesforce/label/c.Billing_Health_Otherwise';
import owes from '@salesforce/label/c.Billing_Case_Owes';
import own from '@salesforce/label/c.Billing_Case_Own';
import paysBy from '@salesforce/label/c.Billing_Case_Pays_By';
import pending from '@salesforce/label/c.Billing_Case_Pending';
import plan from '@salesforce/label/c.Billing_Case_Plan';
import renewsItself from '@salesforce/label/c.Billing_Case_Renews_Itself';
import sameAs from '@salesforce/label/c.Billing_Case_Same_As';
import showAll from '@salesforce/label/c.Billing_Accounts_Show_All';
import status from '@salesforce/label/c.Billing_Status';
import term from '@salesforce/label/c.Billing_Term';
import title from '@salesforce/label/c.Billing_Case_Title';
import total from '@salesforce/label/c.Billing_Case_Total';
import until from '@salesforce/label/c.Billing_Case_Until';
import usage from '@salesforce/label/c.Billing_Usage';
import usedOf from '@salesforce/label/c.Billing_Case_Used_Of';
import usedOfLimit from '@salesforce/label/c.Billing_Case_Used_Of_Limit';

export {
  accounts,
  aMonth,
  attempts,
  attemptsLabel,
  autoPay,
  billedTo,
  billing,
  cancelsOn,
  changedOn,
  covers,
  daysOverdue,
  difference,
  differs,
  due,
  empty,
  endsItself,
  evergreen,
  expired,
  expires,
  health,
  lastChange,
  lastInvoices,
  left,
  lineChanged,
  lineGone,
  lineNew,
  mentions,
  mentionsTimes,
  morePlans,
  mrr,
  nextAttempt,
  noAccount,
  noAutoPay,
  oneAttempt,
  oneDayOverdue,
  open,
  openIn,
  otherwise,
  owes,
  paysBy,
  pending,
  plan,
  renewsItself,
  sameAs,
  showAll,
  term,
  total,
  until,
  usage,
  usedOf,
  usedOfLimit,
};

/** Words of the template. */
export const ofTemplate = { allFacts, amount, copyFacts, customer, invoice, lastInvoices, own, status, title };
