import timeZone from '@salesforce/i18n/timeZone';
import type { Asked } from 'c/billingRows';
import { fill, formatTime } from 'c/textUtils';
import * as labels from './labels';

export type Refreshable = Element & { refresh(): Promise<void> };

/**
 * Asks again for all at once, and says how that went.
 *
 * @param asked what the panel was answered last
 */
export async function refreshed(asked: () => Asked, lists: readonly Refreshable[]): Promise<string> {
  const ended = await Promise.allSettled([asked().refresh?.(), ...lists.map((list) => list.refresh())]);
  const isDone = ended.every(({ status }) => status === 'fulfilled') && asked().errors.length === 0;
  return isDone ? fill(labels.refreshed, formatTime(new Date(), timeZone)) : labels.refreshFailed;
}
