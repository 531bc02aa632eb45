import timeZone from '@salesforce/i18n/timeZone';
import { formatTime } from 'c/dateUtils';
import { fill } from 'c/textUtils';
import * as labels from './labels';

export type Refreshable = Element & { refresh(): Promise<void> };

/** Resolves once all have ended, with whether all went well. */
export async function allDone(asked: readonly (Promise<unknown> | undefined)[]): Promise<boolean> {
  const ended = await Promise.allSettled(asked);
  return ended.every(({ status }) => status === 'fulfilled');
}

export function outcomeOf(isDone: boolean, now: Date): string {
  return isDone ? fill(labels.refreshed, formatTime(now, timeZone)) : labels.refreshFailed;
}
