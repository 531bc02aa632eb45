import type { RowShape } from './changes/reader.ts';

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
    fields: words(`Billing_Status__c Billing_Currency__c Billing_MRR__c Billing_ARR__c Billing_Outstanding__c
      Billing_Next_Renewal__c Billing_Plan__c Billing_Interval__c Billing_Last_Payment_Date__c`),
    parents: [],
  },
  detail(
    'Billing_Account__c',
    `Number__c Balance__c Credit_Balance__c Auto_Pay__c Bill_To_Email__c Card_Brand__c Card_Last4__c Card_Expiry__c`,
  ),
  detail(
    'Billing_Subscription__c',
    `Number__c Plan__c Billing_Interval__c Quantity__c MRR__c ARR__c TCV__c MRR_Reason__c Term_Type__c Start_Date__c
      Term_Start_Date__c Term_End_Date__c Next_Renewal_Date__c Trial_End_Date__c Cancel_On__c Auto_Renew__c`,
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
  detail('Billing_Payment__c', `Number__c Amount__c Paid_At__c Method__c Decline_Code__c Decline_Reason__c`, [
    'Billing_Account',
    'Billing_Invoice',
  ]),
  detail('Usage__c', `Meter__c Unit__c Quantity__c Limit__c Percent_Used__c Period_Start__c Period_End__c`, [
    'Billing_Account',
    'Billing_Subscription',
  ]),
  detail('Billing_Balance__c', `MRR__c ARR__c Outstanding__c Overdue__c Last_Payment_Date__c Last_Payment_Amount__c`),
  detail(
    'Billing_MRR_Month__c',
    `Month__c Opening__c New__c Expansion__c Contraction__c Churn__c Reactivation__c Closing__c`,
  ),
  detail('Billing_Health__c', `Summary__c As_Of__c Next_Renewal_Date__c Next_Renewal_Number__c`),
];

/** Fields of an object that we write, for telling our own changes from those of others. */
export const ownFields: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  rowShapes.map(({ object, fields }) => [
    object,
    new Set([
      ...fields,
      object === 'Account' ? 'Billing_Row_Version__c' : 'Row_Version__c',
      ...(object === 'Account' ? [] : ['Synced_At__c', 'Account__c', 'Key__c']),
    ]),
  ]),
);
