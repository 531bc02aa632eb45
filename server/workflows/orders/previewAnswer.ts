import { metricsInWords } from '../../domain/order/metricsInWords.ts';
import type { DealOrder } from '../ports/orders.ts';

/** What somebody who asked for a preview is told. */
export type PreviewAnswer = {
  /** Running, or as the order of a deal stands. */
  state: string;
  message: string;
  /** What would be ordered and what it comes to, or what to do first: a sentence a line. */
  details: string;
  /** ISO 8601; empty while it runs. */
  asOf: string;
  done: boolean;
};

export const RUNNING: PreviewAnswer = {
  state: 'Running',
  message:
    'This takes longer than usual. It goes on by itself, and will be on the page of the opportunity in a moment.',
  details: '',
  asOf: '',
  done: false,
};

/** Lines may come to stand behind each other in a dialog. */
const sentence = (line: string): string => `${line.replace(/^- /, '')}.`;

/** @param preview that was worked out to its end */
export function answerOf(preview: DealOrder): PreviewAnswer {
  const { state, faults, actions, metrics, asOf } = preview;
  const isReady = state === 'Ready';
  const figures = metrics === null ? [] : metricsInWords(metrics);
  const details = isReady ? [...actions, ...figures].map(sentence) : faults.map(({ text }) => text);
  return {
    state,
    message: isReady
      ? 'This is what would be ordered if the opportunity were won as it is now. Nothing is ordered yet.'
      : 'The opportunity cannot be ordered as it is now. What to do first:',
    details: details.join('\n'),
    asOf,
    done: true,
  };
}
