import type { SubscriptionView } from '../account/view.ts';
import { isLive } from '../subscription/subscription.ts';
import { addDays, dayInWords, type CalendarDate } from '../time/calendarDate.ts';
import type { RenewalRules } from './rules.ts';

/** Why there was no renewal. */
export const LOSS_CAUSES = ['canceled', 'paymentsFailed', 'expired', 'termChanged'] as const;
export type LossCause = (typeof LOSS_CAUSES)[number];

/** What billing says of a renewal. */
export type RenewalState = { is: 'Open' } | { is: 'Renewed' } | { is: 'Lost'; cause: LossCause; reason: string };

const lost = (cause: LossCause, reason: string): RenewalState => ({ is: 'Lost', cause, reason });

/**
 * @param on first day of the term that is to be renewed into
 * @param unpaid numbers of invoices of its billing account that could not be collected
 */
export function renewalStateOf(
  { subscription, status }: Pick<SubscriptionView, 'subscription' | 'status'>,
  on: CalendarDate,
  day: CalendarDate,
  { graceDays }: Pick<RenewalRules, 'graceDays'>,
  unpaid: readonly string[] = [],
): RenewalState {
  const { number, cancelOn, termType, termStartsOn, termEndsOn } = subscription;
  if (status === 'Canceled' ? cancelOn === null || cancelOn <= on : cancelOn !== null && cancelOn <= on) {
    const from = cancelOn === null ? '' : ` from ${dayInWords(cancelOn)}`;
    return unpaid.length > 0
      ? lost('paymentsFailed', `${number} is canceled in billing${from}; payment of ${unpaid.join(', ')} had failed.`)
      : lost('canceled', `${number} is canceled in billing${from}.`);
  }
  if (termStartsOn !== null && termStartsOn >= on) return { is: 'Renewed' };
  if (termType === 'Evergreen') return { is: 'Renewed' };
  if (termEndsOn !== on)
    return lost(
      'termChanged',
      termEndsOn === null
        ? `The term of ${number} was changed in billing and has no end that is known.`
        : `The term of ${number} was changed in billing and now ends on ${dayInWords(addDays(termEndsOn, -1))}.`,
    );
  if (status === 'Expired' && day >= addDays(on, graceDays))
    return lost('expired', `${number} expired on ${dayInWords(on)} without being renewed.`);
  return { is: 'Open' };
}

/** Whether there is something to renew: its customer has it, and it is not to end with its term. */
export function isRenewable({ subscription, status }: Pick<SubscriptionView, 'subscription' | 'status'>): boolean {
  const { termType, termEndsOn, cancelOn } = subscription;
  const ends = termEndsOn !== null && cancelOn !== null && cancelOn <= termEndsOn;
  return termType === 'Termed' && termEndsOn !== null && !ends && isLive(status);
}
