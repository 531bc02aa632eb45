import type { AccountView, BalanceView } from '../../../domain/account/view.ts';
import type { MrrMonth } from '../../../domain/metrics/movements.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { ACCOUNT_SOURCES, accountValue } from '../mapping/accountSources.ts';
import { amount, derived, knownAmount, name, text } from './fields.ts';

export function balanceRow(accountId: string, balance: BalanceView): OrgRow {
  return {
    object: 'Billing_Balance__c',
    key: `account:balance:${accountId}:${balance.currency}`,
    fields: {
      ...name(balance.currency),
      ...derived(balance.currency),
      Status__c: 'Current',
      MRR__c: amount(balance.mrr),
      ARR__c: amount(balance.arr),
      Outstanding__c: amount(balance.outstanding),
      Overdue__c: amount(balance.overdue),
      Not_Due__c: amount(balance.aging.notDue),
      Days_1_30__c: amount(balance.aging.days1to30),
      Days_31_60__c: amount(balance.aging.days31to60),
      Days_61_90__c: amount(balance.aging.days61to90),
      Over_90_Days__c: amount(balance.aging.over90),
      Last_Payment_Date__c: balance.lastPayment?.on ?? null,
      Last_Payment_Amount__c: amount(balance.lastPayment?.amount ?? null),
      Lifetime_Value__c: amount(balance.lifetimeValue),
      ARR_Converted__c: knownAmount(balance.converted?.arr),
      Outstanding_Converted__c: knownAmount(balance.converted?.outstanding),
    },
    parents: {},
  };
}

export function monthRow({ accountId, asOf }: AccountView, month: MrrMonth): OrgRow {
  const named = month.month.slice(0, 7);
  return {
    object: 'Billing_MRR_Month__c',
    key: `account:mrrmonth:${accountId}:${month.currency}:${named}`,
    fields: {
      ...name(`${month.currency} ${named}`),
      ...derived(month.currency),
      Status__c: asOf.startsWith(named) ? 'Current' : 'Past',
      Month__c: month.month,
      Opening__c: amount(month.opening),
      New__c: amount(month.newMrr),
      Expansion__c: amount(month.expansion),
      Contraction__c: amount(month.contraction),
      Churn__c: amount(month.churn),
      Reactivation__c: amount(month.reactivation),
      Closing__c: amount(month.closing),
    },
    parents: {},
  };
}

export function healthRow(view: AccountView): OrgRow {
  return {
    object: 'Billing_Health__c',
    key: `account:health:${view.accountId}`,
    fields: {
      ...name('Billing health'),
      ...derived(view.mainCurrency),
      Status__c: view.health.status,
      Summary__c: text(view.health.summary),
      Score__c: view.health.score,
      Tier__c: view.health.tier,
      Reasons__c: text(view.health.reasons.join('\n'), 4000),
      Churn_Risk__c: view.health.churn?.risk ?? null,
      Churn_Risk_Score__c: view.health.churn?.score ?? null,
      Churn_Risk_Reasons__c: text(view.health.churn?.reasons.join('\n') ?? null, 4000),
      Recommended_Action__c: text(view.health.action),
      As_Of__c: view.asOf,
      Next_Renewal_Date__c: view.nextRenewal?.on ?? null,
      Next_Renewal_Number__c: text(view.nextRenewal?.number ?? null),
    },
    parents: {},
  };
}

/** What every org has of an Account; a mapping of its own adds to it (mapping/mapping.ts). */
export function accountRow(view: AccountView): OrgRow {
  const fields = Object.values(ACCOUNT_SOURCES).flatMap((source) =>
    source.field === undefined ? [] : [[source.field, accountValue(source, view)] as const],
  );
  return { object: 'Account', key: view.accountId, fields: Object.fromEntries(fields), parents: {} };
}
