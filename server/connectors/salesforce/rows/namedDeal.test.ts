import { expect, it } from 'vitest';
import type { SubscriptionView } from '../../../domain/account/view.ts';
import { calendarDate } from '../../../domain/time/calendarDate.ts';
import { money } from '../../../domain/money/money.ts';
import { NAMED_DEAL_FIELDS, namedDealRow } from './namedDeal.ts';

const deal = (subscriptionNumber: string | null) => ({
  id: '006000000000001AAA',
  accountId: '001000000000001AAA',
  subscriptionNumber,
});
const view = (key: string, number: string, scheduleId: string | null = null) =>
  ({
    subscription: { key, number, scheduleId, currency: 'EUR' },
    status: 'Active',
    plan: 'Growth',
    mrr: { amount: money(1_000, 'EUR') },
    arr: money(12_000, 'EUR'),
    tcv: money(24_000, 'EUR'),
    nextRenewalOn: calendarDate('2027-01-01'),
  }) as SubscriptionView;
const TWO = [view('zuora:subscription:A-S1', 'A-S1'), view('zuora-eu:subscription:A-S1', 'A-S1')];
const FACTS = {
  Billing_Subscription_Status__c: 'Active',
  Billing_Plan__c: 'Growth',
  Billing_Currency__c: 'EUR',
  Billing_MRR__c: 10,
  Billing_ARR__c: 120,
  Billing_TCV__c: 240,
  Billing_Next_Renewal__c: '2027-01-01',
  Billing_Message__c: null,
};

it.each([
  ['its number', 'A-S2', [view('zuora:subscription:A-S2', 'A-S2'), ...TWO]],
  ['its key where two tenants have the number', 'zuora-eu:subscription:A-S1', TWO],
  ['the schedule that it came of', 'sub_sched_1', [view('stripe:subscription:sub_1', 'sub_1', 'sub_sched_1')]],
])('a subscription is named by %s', (_what, number, views) => {
  expect(namedDealRow(deal(number), views).fields).toEqual(FACTS);
});

it.each([
  ['of two tenants', 'A-S1', TWO, /^2 subscriptions of this account have this number\. Enter .*zuora:.* or zuora-eu:/],
  ['that the Account does not have', 'A-S9', TWO, /^No subscription of this account has the number A-S9\./],
  ['on an Opportunity without an Account', 'A-S1', null, /^This opportunity has no account\./],
  ['of a length that no number has', 'x'.repeat(80), [], /^No subscription of this account has the number x{80}\./],
])('a number %s shows nothing and says why', (_what, number, views, why) => {
  const { fields } = namedDealRow(deal(number), views);
  const { Billing_Message__c: message, ...facts } = fields;
  expect(Object.values(facts)).toEqual(Object.values(facts).map(() => null));
  expect(message).toMatch(why);
  expect(String(message).length).toBeLessThanOrEqual(255);
});

it('without a number everything is empty, also why', () => {
  const { fields } = namedDealRow(deal(null), TWO);
  expect(Object.keys(fields)).toEqual(NAMED_DEAL_FIELDS);
  expect(new Set(Object.values(fields))).toEqual(new Set([null]));
});
