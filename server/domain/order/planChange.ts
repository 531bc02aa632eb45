import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import { isKnownStatus, statusOn } from '../subscription/subscription.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { billToFaults, inactiveFaults } from './billedAccount.ts';
import { changeLines } from './changeLines.ts';
import type { OrderBody, OrderFacts, Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { heldPlans } from './held.ts';
import { kindOf, subscriptionNamed } from './kind.ts';
import type { OrderAction, OrderedAction, SubscriptionToChange } from './order.ts';
import { planCancel } from './planCancel.ts';
import { changedTerms } from './changeTerms.ts';

/** The subscription that is changed, and the billing account that it belongs to. */
export type Changed = { facts: OrderFacts; found: SubscriptionToChange; account: BillingAccount };

const DOING = { New: 'made', Amend: 'changed', Renew: 'renewed', Cancel: 'canceled' } as const;

/** Whose it is decides the billing account; what belongs to somebody else gets the same answer as what is not there. */
function changedBy(facts: OrderFacts): Changed | OrderFault {
  const { deal, subscription: found, billingAccounts, rules } = facts;
  const named = subscriptionNamed(deal, rules.connection);
  if (named === null)
    return orderFault(
      'subscription_missing',
      `Nobody said which subscription is to be ${DOING[kindOf(deal)]}. Enter its number on the opportunity.`,
    );
  const account = billingAccounts.find(({ key }) => key === found?.subscription.billingAccountKey);
  if (found === null || account === undefined)
    return orderFault(
      'subscription_foreign',
      `The account has no subscription ${named} in ${rules.connection}. Enter the number of one of its own.`,
    );
  if (deal.billingAccountKey !== null && deal.billingAccountKey !== account.key)
    return orderFault(
      'billing_account_differs',
      `Subscription ${named} belongs to the billing account ${account.key}, not to ${deal.billingAccountKey}. Empty the key of the billing account.`,
    );
  return { facts, found, account };
}

/** What keeps a subscription from being changed at all. */
function stateFaults({ facts: { today }, found: { subscription, waitingOrders } }: Changed): OrderFault[] {
  const { number, status, cancelOn, statusHistory } = subscription;
  const now = statusOn(subscription, today);
  const fault = (code: string, text: string) => [orderFault(code, `Subscription ${number} ${text}`)];
  if (!isKnownStatus(status))
    return fault('subscription_unknown', `is "${status}", which is not known here. Place the change in billing.`);
  if (now === 'Canceled' || cancelOn !== null)
    return fault(
      'subscription_canceled',
      `is canceled${cancelOn === null ? '' : ` from ${cancelOn} on`}, so nothing of it can change. Sell a new one, or take the cancellation back in billing.`,
    );
  if (now === 'Expired')
    return fault('subscription_expired', 'has expired. Sell a new one, or renew it in billing first.');
  if (status === 'Draft' || status === 'Pending')
    return fault('subscription_not_begun', 'waits for its activation. Complete that in billing first.');
  const isSuspended = statusHistory.some(
    (part) => part.status === 'Suspended' && (part.to === null || part.to > today),
  );
  if (status === 'Suspended' || isSuspended)
    return fault('subscription_suspended', 'is suspended, or will be. Resume it in billing first.');
  return waitingOrders.length === 0
    ? []
    : fault(
        'subscription_waits',
        `has an order that is not carried out yet: ${waitingOrders.join(', ')}. Complete or cancel it in billing first.`,
      );
}

function currencyFaults({ facts: { deal }, found: { subscription } }: Changed): OrderFault[] {
  if (deal.currency === subscription.currency) return [];
  return [
    orderFault(
      'currency_differs',
      `The opportunity is in ${deal.currency}, the subscription ${subscription.number} in ${subscription.currency}. Use a price book in ${subscription.currency}.`,
    ),
  ];
}

const byDay = (a: { startsOn: CalendarDate }, b: { startsOn: CalendarDate }): number =>
  a.startsOn < b.startsOn ? -1 : Number(a.startsOn > b.startsOn);

/** Terms, then what the lines change, by days. */
function planAmendment(changed: Changed): Planned<{ actions: OrderAction[] }> {
  const { facts, found } = changed;
  const { startsOn, termType } = found.subscription;
  const termEndsOn = termType === 'Evergreen' ? null : found.subscription.termEndsOn;
  const terms = changedTerms(changed);
  if ('faults' in terms) return terms;
  const { on, to } = terms;
  const from = startsOn ?? on;
  if (on < from || (to !== null && on >= to))
    return {
      faults: [
        orderFault(
          'date_outside_subscription',
          `The change is to take effect on ${on}, and the subscription holds from ${from}${to === null ? '' : ` to ${to}`}. Enter a day within as start of the opportunity${to === null || on < from ? '' : ', or renew it first'}.`,
        ),
      ],
    };
  const lines = changeLines({ facts, holding: { plans: heldPlans(found), termEndsOn }, span: { on, from, to } });
  if ('faults' in lines) return lines;
  const actions = [...terms.actions, ...lines.actions.toSorted(byDay)];
  if (actions.length > 0) return { actions };
  return {
    faults: [
      orderFault(
        'nothing_to_change',
        'The subscription is as the opportunity says already, so there is nothing to order. Change a line or the terms.',
      ),
    ],
  };
}

/** What keeps whoever is billed from being billed for a change. */
export const accountFaults = (account: BillingAccount, isCancel: boolean): OrderFault[] => [
  ...inactiveFaults(account),
  ...(isCancel ? [] : billToFaults(account)),
];

/** What a deal makes of one subscription, whoever is billed for it. */
export function planSubscription(changed: Changed): Planned<{ actions: OrderedAction[] }> {
  const isCancel = kindOf(changed.facts.deal) === 'Cancel';
  const faults = [...stateFaults(changed), ...(isCancel ? [] : currencyFaults(changed))];
  if (faults.length > 0) return { faults };
  const planned = isCancel ? planCancel(changed) : planAmendment(changed);
  if ('faults' in planned) return planned;
  const { number: subscriptionNumber } = changed.found.subscription;
  return { actions: planned.actions.map((action) => ({ ...action, subscriptionNumber })) };
}

/** What a deal makes of a subscription that is there: changes, a renewal or its end. */
export function planChange(facts: OrderFacts): Planned<OrderBody> {
  const changed = changedBy(facts);
  if ('code' in changed) return { faults: [changed] };
  const { found, account } = changed;
  const ofAccount = accountFaults(account, kindOf(facts.deal) === 'Cancel');
  const planned = planSubscription(changed);
  if ('faults' in planned || ofAccount.length > 0)
    return { faults: [...('faults' in planned ? planned.faults : []), ...ofAccount] };
  return {
    billingAccountKey: account.key,
    billingAccountNumber: found.billedAccountNumber,
    actions: planned.actions,
  };
}
