import type { RowShape } from './changes/reader.ts';
import { ACCOUNT_SOURCES } from './mapping/accountSources.ts';
import { PROVISIONING_FIELDS } from './rows/provisioning.ts';

const ORIGIN = ['Name', 'Source__c', 'Connection__c', 'Source_Url__c', 'Currency_Code__c', 'Status__c'];

const words = (text: string): string[] => text.trim().split(/\s+/);

/** A detail of an Account; the lookups are read by id, to see them emptied, and by the key of what they point to. */
function detail(object: string, fields: string, lookups: readonly string[] = []): RowShape {
  return {
    object,
    fields: [...ORIGIN, ...lookups.map((name) => `${name}__c`), ...words(fields)],
    parents: lookups.map((name) => `${name}__r`),
  };
}

/** Fields that rows are written with (convert.ts), by object: what nobody else is to change. */
export const rowShapes: readonly RowShape[] = [
  {
    object: 'Account',
    fields: [...Object.values(ACCOUNT_SOURCES).flatMap(({ field }) => field ?? []), ...PROVISIONING_FIELDS],
    parents: [],
  },
  detail(
    'Billing_Account__c',
    `Number__c Parent_Key__c Balance__c Credit_Balance__c Auto_Pay__c Bill_To_Email__c Bill_To_Name__c Bill_To_Address__c
      Bill_To_Missing__c Tax_Status__c Payment_Method__c Card_Brand__c Card_Last4__c Card_Expiry__c Failed_Attempts__c Last_Failure__c Decline_Code__c Decline_Reason__c No_Retry_Before__c`,
  ),
  detail(
    'Billing_Subscription__c',
    `Number__c Plan__c Billing_Interval__c Quantity__c MRR__c ARR__c TCV__c MRR_Reason__c Term_Type__c Start_Date__c
      Term_Start_Date__c Term_End_Date__c Next_Renewal_Date__c Trial_End_Date__c Cancel_On__c Auto_Renew__c
      Pending_Change__c Last_Change__c Last_Change_On__c`,
    ['Billing_Account'],
  ),
  detail(
    'Billing_Charge__c',
    `Number__c Segment__c Plan__c Kind__c Model__c Quantity__c Unit__c Price__c Tiers__c Price_Period__c
      Billing_Interval__c Discounts__c MRR__c MRR_Reason__c Start_Date__c End_Date__c Trial_End_Date__c Included_Units__c`,
    ['Billing_Account', 'Billing_Subscription'],
  ),
  detail(
    'Billing_Invoice__c',
    `Number__c Amount__c Balance__c Invoice_Date__c Due_Date__c Attempt_Count__c Next_Attempt__c`,
    ['Billing_Account', 'Billing_Subscription'],
  ),
  detail(
    'Billing_Invoice_Item__c',
    `Description__c Kind__c Invoice_Number__c Subscription_Number__c Quantity__c Unit_Price__c Amount__c Discount__c
      Tax__c Period_Start__c Period_End__c`,
    ['Billing_Account', 'Billing_Invoice', 'Billing_Subscription'],
  ),
  detail(
    'Billing_Credit_Memo__c',
    `Number__c Kind__c Amount__c Applied__c Refunded__c Balance__c Reason__c Comment__c Memo_Date__c Due_Date__c`,
    ['Billing_Account', 'Billing_Invoice'],
  ),
  detail(
    'Billing_Payment__c',
    `Number__c Amount__c Paid_At__c Method__c Decline_Code__c Decline_Reason__c Refunded__c Refunded_At__c
      Refund_Reason__c Dispute_Status__c Dispute_Reason__c Dispute_Due__c Disputed_Amount__c`,
    ['Billing_Account', 'Billing_Invoice'],
  ),
  detail(
    'Usage__c',
    `Meter__c Unit__c Quantity__c Left_Out__c Limit__c Percent_Used__c Trend__c Limit_Reached_On__c Period_Start__c Period_End__c`,
    ['Billing_Account', 'Billing_Subscription'],
  ),
  detail(
    'Dunning_Case__c',
    `Invoice_Number__c Stage__c Amount__c Balance__c Attempts__c First_Failure__c Last_Failure__c Decline_Code__c
      Decline_Reason__c Next_Step__c Next_Step_At__c Outcome__c`,
    ['Billing_Account', 'Billing_Invoice'],
  ),
  detail(
    'Billing_Event__c',
    `Kind__c Occurred_At__c Occurred_On__c Sentence__c Amount__c MRR_Change__c Subject__c Order_Number__c`,
    ['Billing_Account', 'Billing_Subscription', 'Billing_Invoice', 'Billing_Payment'],
  ),
  detail(
    'Billing_Balance__c',
    `MRR__c ARR__c Outstanding__c Overdue__c Not_Due__c Days_1_30__c Days_31_60__c Days_61_90__c Over_90_Days__c
      Last_Payment_Date__c Last_Payment_Amount__c Lifetime_Value__c ARR_Converted__c Outstanding_Converted__c`,
  ),
  detail(
    'Billing_MRR_Month__c',
    `Month__c Opening__c New__c Expansion__c Contraction__c Churn__c Reactivation__c Closing__c`,
  ),
  detail(
    'Billing_Health__c',
    `Summary__c Score__c Tier__c Reasons__c Churn_Risk__c Churn_Risk_Score__c Churn_Risk_Reasons__c Recommended_Action__c
      As_Of__c Next_Renewal_Date__c Next_Renewal_Number__c`,
  ),
];

/** @returns fields of each object that we write, for telling our own changes from those of others */
export function ownFieldsOf(shapes: readonly RowShape[]): Readonly<Record<string, ReadonlySet<string>>> {
  return Object.fromEntries(
    shapes.map(({ object, fields }) => [
      object,
      new Set([
        ...fields,
        object === 'Account' ? 'Billing_Row_Version__c' : 'Row_Version__c',
        ...(object === 'Account' ? [] : ['Synced_At__c', 'Account__c', 'Key__c']),
      ]),
    ]),
  );
}

export const ownFields = ownFieldsOf(rowShapes);
