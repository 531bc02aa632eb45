import type { SubscriptionView } from '../../../domain/account/view.ts';
import { NAMED_DEAL, type NamedDeal } from '../../../workflows/ports/deals.ts';
import type { OrgRow, OrgValue } from '../../../workflows/ports/orgRows.ts';
import type { DealOrder } from '../../../workflows/ports/orders.ts';
import { amount, text } from './fields.ts';

/** What an Opportunity tells of a subscription. */
export function subscriptionFacts({ subscription, status, plan, mrr, arr, tcv, nextRenewalOn }: SubscriptionView) {
  return {
    Billing_Subscription_Status__c: text(status, 40),
    Billing_Plan__c: text(plan),
    Billing_Currency__c: subscription.currency,
    Billing_MRR__c: amount(mrr.amount),
    Billing_ARR__c: amount(arr),
    Billing_TCV__c: tcv === null ? null : amount(tcv),
    Billing_Next_Renewal__c: nextRenewalOn,
  } satisfies Record<string, OrgValue>;
}

const NO_FACTS: Record<keyof ReturnType<typeof subscriptionFacts>, null> = {
  Billing_Subscription_Status__c: null,
  Billing_Plan__c: null,
  Billing_Currency__c: null,
  Billing_MRR__c: null,
  Billing_ARR__c: null,
  Billing_TCV__c: null,
  Billing_Next_Renewal__c: null,
};

/** Fields that are written to an Opportunity of people. */
export const NAMED_DEAL_FIELDS = [...Object.keys(NO_FACTS), 'Billing_Message__c'];

/** What is written to one that is ordered, besides: whoever looks for the deal by list or report finds its order. */
export const ORDERED_DEAL_FIELDS = [
  'Billing_Order_Status__c',
  'Billing_Order_Number__c',
  'Billing_Subscription_Number__c',
] as const;

/** What an Opportunity tells of its order; of a preview nothing: the deal is not ordered. */
export function orderFacts({
  state,
  mode,
  placed,
}: DealOrder): Partial<Record<(typeof ORDERED_DEAL_FIELDS)[number], OrgValue>> {
  const status = { Billing_Order_Status__c: mode === 'Preview' ? null : state };
  if (placed === null) return status;
  const [only, ...more] = placed.subscriptionNumbers;
  return {
    ...status,
    Billing_Order_Number__c: text(placed.number, 80),
    // Of several none is what the Opportunity is about.
    Billing_Subscription_Number__c: more.length > 0 ? null : text(only ?? null, 80),
  };
}

function messageOf(number: string, named: readonly SubscriptionView[] | null): string | null {
  if (named === null)
    return 'This opportunity has no account. Billing facts show once it belongs to the account that has the subscription.';
  if (named.length === 0)
    return `No subscription of this account has the number ${text(number, 80)}. Check the number, or the account of the opportunity.`;
  if (named.length === 1) return null;
  const keys = named.map(({ subscription }) => subscription.key).join(' or ');
  return `${named.length} subscriptions of this account have this number. Enter the one that is meant as ${keys}.`;
}

/**
 * What an Opportunity is to hold in which people named a subscription: by its number, by its key where two connections know
 * the number, or by the schedule that it came of. Only subscriptions of its own Account count: who sees the Opportunity need
 * not see another Account.
 * @param subscriptions of its Account; null where it has none
 */
export function namedDealRow(deal: NamedDeal, subscriptions: readonly SubscriptionView[] | null): OrgRow {
  const { id, order } = deal;
  const ordered = order?.placed?.subscriptionNumbers[0];
  const number = ordered ?? deal.subscriptionNumber;
  const named =
    subscriptions?.filter(({ subscription: { key, number: own, scheduleId } }) =>
      [own, key, scheduleId].includes(number),
    ) ?? null;
  const facts = number !== null && named?.length === 1 ? subscriptionFacts(named[0]!) : NO_FACTS;
  // What was just ordered is not known to be there until billing tells of it.
  const isAwaited = number === ordered && named?.length === 0;
  const message = number === null || isAwaited ? null : messageOf(number, named);
  const fields = { ...facts, Billing_Message__c: text(message), ...(order ? orderFacts(order) : {}) };
  return { object: NAMED_DEAL, key: id, fields, parents: {} };
}
