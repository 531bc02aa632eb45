import type { Link, Row } from 'c/billingRows';
import { amountOf, linkOf, numberOf, sourceOf, textOf } from 'c/billingRows';
import { fill, formatDayOf, formatInstant } from 'c/textUtils';
import * as labels from './labels';

type Step = {
  readonly key: string;
  readonly text: string;
  readonly when: string;
  readonly className: string;
  /** `step` for where the case stands now, as `aria-current` has it. */
  readonly current: 'step' | null;
};
export type DunningCase = {
  readonly key: string;
  readonly heading: string;
  readonly link: Link;
  readonly amount: string;
  readonly source: string;
  readonly steps: readonly Step[];
  /** What the decline means, and what helps. */
  readonly reason: string | null;
  readonly next: string | null;
};

/** Cases that are seen without a click. */
export const SHOWN = 3;

/** What stands where a case is now, by its stage. */
const STAGES: ReadonlyMap<string, string> = new Map([
  ['Retrying', labels.nextAttempt],
  ['Customer Action', labels.customerActs],
  ['Attempts Ended', labels.agree],
]);

/** Cases to show, the one that has waited longest first. */
export function dunningCases(rows: readonly Row[], timeZone: string): DunningCase[] {
  const since = (row: Row) => textOf(row, 'First_Failure__c') ?? '';
  return [...rows]
    .sort((a, b) => since(a).localeCompare(since(b)))
    .map((row) => {
      const number = textOf(row, 'Invoice_Number__c');
      const left = amountOf(row, 'Balance__c');
      return {
        key: row.Id,
        heading: labels.heading,
        link: linkOf(row, number ?? labels.invoice),
        amount: left && fill(labels.left, left),
        source: sourceOf(row),
        steps: stepsOf(row, timeZone),
        reason: textOf(row, 'Decline_Reason__c'),
        next: textOf(row, 'Next_Step__c'),
      };
    });
}

function stepsOf(row: Row, timeZone: string): Step[] {
  const day = (field: string) => formatDayOf(textOf(row, field), timeZone);
  const [first, last] = [day('First_Failure__c'), day('Last_Failure__c')];
  const attempts = numberOf(row, 'Attempts__c') ?? 0;
  const stage = textOf(row, 'Stage__c');
  const now = stage === null ? '' : (STAGES.get(stage) ?? stage);
  const failedAgain =
    attempts > 1 ? fill(labels.failedTimes, attempts) : last !== first && last ? labels.failedAgain : '';
  return [
    step(first && labels.firstFailed, first, 'bad'),
    step(failedAgain, last, 'bad'),
    step(now, formatInstant(textOf(row, 'Next_Step_At__c'), timeZone), 'info'),
    step(labels.paid, '', 'quiet'),
  ].filter(({ text }) => text);
}

function step(text: string, when: string, tone: 'bad' | 'info' | 'quiet'): Step {
  return { key: text, text, when, className: `note note_${tone}`, current: tone === 'info' ? 'step' : null };
}
