import type { Inherited } from '../metrics/monthly.ts';
import { mrrChangesAfter, mrrOf } from '../metrics/mrr.ts';
import { inWords } from '../money/money.ts';
import { isLive, statusOn, type Subscription } from '../subscription/subscription.ts';
import { dayInWords, type CalendarDate } from '../time/calendarDate.ts';

/** The next day on which ramps, schedules or discounts that end change the MRR, in words. */
function nextMrr(subscription: Subscription, day: CalendarDate, inheritedOn: (day: CalendarDate) => Inherited) {
  const { startsOn, cancelOn, termEndsOn } = subscription;
  // What the term alone brings is its renewal, and what comes after a cancellation never comes.
  const isBooked = (on: CalendarDate): boolean =>
    on !== startsOn && on !== termEndsOn && (cancelOn === null || on < cancelOn);
  const days = [...new Set(mrrChangesAfter(subscription, day, inheritedOn(day)).filter(isBooked))].toSorted();
  if (days.length === 0) return null;
  const now = mrrOf(subscription, day, inheritedOn(day)).amount;
  for (const on of days) {
    const then = mrrOf(subscription, on, inheritedOn(on)).amount;
    if (then.minor !== now.minor) return `MRR becomes ${inWords(then)} on ${dayInWords(on)}`;
  }
  return null;
}

/**
 * What is booked already and has not happened yet: a cancellation, the end of a pause, a suspension or its end, a ramp.
 * @returns in words, soonest kinds first; null when nothing is
 */
export function pendingChangeOf(
  subscription: Subscription,
  day: CalendarDate,
  inheritedOn: (day: CalendarDate) => Inherited,
): string | null {
  const status = statusOn(subscription, day);
  if (!isLive(status)) return null;
  const { cancelOn, collectionPaused, collectionResumesOn = null, statusHistory } = subscription;
  const words: (string | null)[] = [];
  if (cancelOn !== null && cancelOn > day) words.push(`Canceled from ${dayInWords(cancelOn)}`);
  if (collectionPaused)
    words.push(
      collectionResumesOn === null
        ? 'Collection is paused'
        : `Collection resumes on ${dayInWords(collectionResumesOn)}`,
    );
  for (const { status: next, from } of statusHistory) {
    if (from === null || from <= day) continue;
    if (next === 'Suspended') words.push(`Suspended from ${dayInWords(from)}`);
    if (next === 'Active' && status === 'Suspended') words.push(`Resumes on ${dayInWords(from)}`);
  }
  words.push(nextMrr(subscription, day, inheritedOn));
  for (const { what, word } of subscription.unknownWords ?? []) words.push(`Its ${what} ${word} is not known here`);
  const booked = words.filter((word) => word !== null);
  return booked.length === 0 ? null : booked.join('; ');
}
