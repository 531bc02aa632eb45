import type { SubscriptionView } from '../../../domain/account/view.ts';
import { keyOf } from '../../../domain/billingAccount/key.ts';
import type { ChargeView } from '../../../domain/metrics/charges.ts';
import type { Charge } from '../../../domain/subscription/charge.ts';
import {
  discountInWords,
  kindInWords,
  modelInWords,
  reductionInWords,
  tiersInWords,
} from '../../../domain/subscription/chargeWords.ts';
import { intervalInWords, periodInWords } from '../../../domain/subscription/interval.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, decimal, lookups, name, origin, text } from './fields.ts';

export function subscriptionRow(view: SubscriptionView, keys: ReadonlySet<string>): OrgRow {
  const { subscription, mrr } = view;
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', subscription.billingAccountKey],
  });
  return {
    object: 'Billing_Subscription__c',
    key: subscription.key,
    fields: {
      ...name(subscription.number),
      ...emptied,
      ...origin(subscription, subscription.currency),
      Number__c: text(subscription.number),
      Status__c: text(view.status, 40),
      Plan__c: text(view.plan),
      Billing_Interval__c: text(view.interval, 40),
      Quantity__c: decimal(view.quantity) ?? 0,
      MRR__c: amount(mrr.amount),
      ARR__c: amount(view.arr),
      TCV__c: view.tcv === null ? null : amount(view.tcv),
      MRR_Reason__c: text(mrr.why ?? mrr.charges.map(({ text: reason }) => reason).join('\n'), 4000),
      Term_Type__c: text(subscription.termType, 40),
      Start_Date__c: subscription.startsOn,
      Term_Start_Date__c: subscription.termStartsOn,
      Term_End_Date__c: subscription.termEndsOn,
      Next_Renewal_Date__c: view.nextRenewalOn,
      Trial_End_Date__c: subscription.trialEndsOn,
      Cancel_On__c: subscription.cancelOn,
      Auto_Renew__c: subscription.autoRenew,
      Pending_Change__c: text(view.pendingChange),
      Last_Change__c: text(view.lastChange?.sentence ?? null),
      Last_Change_On__c: view.lastChange?.on ?? null,
    },
    parents,
  };
}

/** What is billed once, and a unit that is used, cost the same however long it lasts. */
const isForPeriod = ({ kind, model }: Charge): boolean =>
  kind === 'recurring' || (kind === 'usage' && model === 'flat');

export function chargeRow(
  { charge, id, status, mrr, why }: ChargeView,
  { subscription }: SubscriptionView,
  keys: ReadonlySet<string>,
): OrgRow {
  const { currency, connection } = subscription;
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', subscription.billingAccountKey],
    Billing_Subscription__r: ['Billing_Subscription__c', subscription.key],
  });
  const reduction = reductionInWords(charge, currency);
  const discounts = [...(reduction === null ? [] : [reduction]), ...charge.discounts.map(discountInWords)];
  return {
    object: 'Billing_Charge__c',
    partOf: subscription.key,
    key: keyOf(connection, 'charge', id),
    fields: {
      ...name(charge.name),
      ...emptied,
      ...origin(subscription, currency),
      Status__c: status,
      Number__c: text(charge.number),
      Segment__c: charge.segment ?? null,
      Plan__c: text(charge.plan),
      Kind__c: kindInWords(charge),
      Model__c: text(modelInWords(charge), 80),
      Quantity__c: decimal(charge.quantity) ?? 0,
      Unit__c: text(charge.unit, 80),
      Price__c: decimal(charge.price, 9),
      Tiers__c: text(tiersInWords(charge, currency).join('\n'), 4000),
      Price_Period__c: isForPeriod(charge) ? text(periodInWords(charge.priceInterval), 40) : null,
      Billing_Interval__c: text(intervalInWords(charge.billingInterval), 40),
      Discounts__c: text(discounts.join('\n'), 4000),
      MRR__c: amount(mrr),
      MRR_Reason__c: text(why.join('\n'), 4000),
      Start_Date__c: charge.startsOn,
      End_Date__c: charge.endsOn,
      Trial_End_Date__c: charge.trialEndsOn,
      Included_Units__c: decimal(charge.includedUnits),
    },
    parents,
  };
}
