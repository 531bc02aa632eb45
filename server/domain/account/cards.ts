import { CARD_WARNING_DAYS, type Trouble } from '../health/rules.ts';
import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import { isLive } from '../subscription/subscription.ts';
import { addDays, addMonths, calendarDate, dayInWords, earliest, type CalendarDate } from '../time/calendarDate.ts';
import type { SubscriptionView } from './view.ts';

/** @returns first day on which the card of a billing account is of no use any more; null without a card that tells its month */
export function cardEndsOn({ card }: Pick<BillingAccount, 'card'>): CalendarDate | null {
  const match = /^(0[1-9]|1[0-2])\/(\d{4})$/.exec(card?.expiry ?? '');
  return match === null ? null : addMonths(calendarDate(`${match[2]}-${match[1]}-01`), 1);
}

/** Days on which the card of a billing account becomes a trouble or a graver one. */
export function cardDays(account: BillingAccount): CalendarDate[] {
  const ends = cardEndsOn(account);
  return ends === null ? [] : [addDays(ends, -CARD_WARNING_DAYS), ends];
}

type Cards = {
  facts: { billingAccounts: readonly BillingAccount[] };
  views: readonly SubscriptionView[];
  day: CalendarDate;
};

/**
 * A card that has expired, or that will have when the next term or billing period begins. One that is replaced in time by
 * the bank stays until the billing system tells so.
 */
export function cardTrouble({ facts, views, day }: Cards): Trouble[] {
  const ending = facts.billingAccounts
    .flatMap((account) => {
      const ends = cardEndsOn(account);
      // Without automatic payment nobody charges the card.
      if (ends === null || !account.autoPay) return [];
      const own = views.filter(
        ({ status, subscription }) => isLive(status) && subscription.billingAccountKey === account.key,
      );
      const next = earliest(own.map(({ subscription }) => subscription.termEndsOn));
      const isWarned = addDays(ends, -CARD_WARNING_DAYS) <= day && next !== null && ends <= next;
      return own.length > 0 && (ends <= day || isWarned) ? [{ account, ends }] : [];
    })
    .toSorted((a, b) => (a.ends < b.ends ? -1 : 1))[0];
  if (ending === undefined) return [];
  const { brand, last4 } = ending.account.card!;
  const card = ['The card', brand, last4 === null ? null : `ending in ${last4}`]
    .filter((word) => word != null)
    .join(' ');
  const last = dayInWords(addDays(ending.ends, -1));
  return ending.ends <= day
    ? [{ rule: 'cardExpired', text: `${card} expired after ${last}.` }]
    : [{ rule: 'cardExpiring', text: `${card} expires after ${last}, before the next renewal.` }];
}
