import { formatDate, formatInstant, isoDateOf } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { numberOf, textOf } from 'c/graphqlRows';
import { formatMoney } from 'c/moneyUtils';
import type { Link } from 'c/sourceUtils';
import { linkOf, sourceOf } from 'c/sourceUtils';
import { fill } from 'c/textUtils';
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
      const left = formatMoney(numberOf(row, 'Balance__c'), textOf(row, 'Currency_Code__c'));
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
  const day = (field: string) => {
    const instant = new Date(textOf(row, field) ?? '');
    return Number.isNaN(instant.getTime()) ? '' : formatDate(isoDateOf(instant, timeZone));
  };
  const [first, last] = [day('First_Failure__c'), day('Last_Failure__c')];
  const attempts = numberOf(row, 'Attempts__c') ?? 0;
  const stage = textOf(row, 'Stage__c');
  const now = stage === null ? '' : (STAGES.get(stage) ?? stage);
  const failedAgain = attempts > 1 || (last !== '' && last !== first);
  return [
    ...(first ? [step('first', labels.firstFailed, first, 'done')] : []),
    ...(failedAgain
      ? [step('last', attempts > 1 ? fill(labels.failedTimes, attempts) : labels.failedAgain, last, 'done')]
      : []),
    ...(now ? [step('now', now, formatInstant(textOf(row, 'Next_Step_At__c'), timeZone), 'now')] : []),
    step('paid', labels.paid, '', 'ahead'),
  ];
}

function step(key: string, text: string, when: string, place: 'done' | 'now' | 'ahead'): Step {
  return { key, text, when, className: `step step_${place}`, current: place === 'now' ? 'step' : null };
}
