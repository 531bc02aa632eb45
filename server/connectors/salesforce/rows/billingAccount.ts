import type { AccountView } from '../../../domain/account/view.ts';
import { addressInWords, missingOf } from '../../../domain/billingAccount/billTo.ts';
import { declineMeaning, shownDeclineCode } from '../../../domain/payment/declines.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, name, origin, text } from './fields.ts';

export function billingAccountRow({
  account,
  currency,
  balance,
  decline,
}: AccountView['billingAccounts'][number]): OrgRow {
  const { charging, billTo } = account;
  return {
    object: 'Billing_Account__c',
    key: account.key,
    fields: {
      ...name(account.name ?? account.number),
      ...origin(account, currency),
      Number__c: text(account.number),
      Parent_Key__c: text(account.parentKey ?? null),
      Status__c: text(account.status, 40),
      Balance__c: amount(balance),
      Credit_Balance__c: amount(account.creditBalance),
      Auto_Pay__c: account.autoPay,
      Bill_To_Email__c: text(account.billToEmail),
      Bill_To_Name__c: text(billTo?.name ?? null),
      Bill_To_Address__c: text(addressInWords(billTo?.address ?? null)),
      Bill_To_Missing__c: billTo === undefined ? null : text(missingOf(billTo.address)),
      Tax_Status__c: text(account.taxStatus ?? null, 80),
      Payment_Method__c: text(account.card?.method ?? null, 80),
      Card_Brand__c: text(account.card?.brand ?? null, 40),
      Card_Last4__c: text(account.card?.last4 ?? null, 4),
      Card_Expiry__c: text(account.card?.expiry ?? null, 7),
      Failed_Attempts__c: charging == null ? null : Math.min(charging.failuresInARow, 9999),
      Last_Failure__c: charging?.failedAt ?? null,
      Decline_Code__c: decline?.code == null ? null : text(shownDeclineCode(decline.code), 80),
      Decline_Reason__c: decline === null ? null : text(declineMeaning(decline.code, decline.text)),
      No_Retry_Before__c: charging?.notBefore ?? null,
    },
    parents: {},
  };
}
