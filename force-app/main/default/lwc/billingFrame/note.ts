import timeZone from '@salesforce/i18n/timeZone';
import type { Row } from 'c/billingRows';
import { textOf } from 'c/billingRows';
import { ago, fill, formatInstant } from 'c/textUtils';
import * as labels from './labels';

export type Note = {
  /** A sentence about each connection that is meant. */
  readonly lines: readonly string[];
  readonly advice: string;
  readonly className: string;
};

/** What it means for the figures, by state of the connection. */
const TROUBLES = new Map([
  ['Delayed', labels.delayed],
  ['Paused', labels.paused],
  ['Broken', labels.broken],
]);
/** Nothing is read through a connection of these states, whoever asks. */
const SHUT: ReadonlySet<string> = new Set(['Paused', 'Broken']);

/** Says since when and why figures may be out of date, and what to do; null while none is. */
export function noteOf(connections: readonly Row[], now: Date): Note | null {
  const told = connections.filter((row) => TROUBLES.has(stateOf(row)) || isStale(row, now));
  if (told.length === 0) {
    return null;
  }
  const helps = told.some((row) => isBilling(row) && !SHUT.has(stateOf(row)));
  return {
    lines: told.map((row) => lineOf(row, now)),
    advice: helps ? labels.refresh : labels.askAdmin,
    className: told.some((row) => stateOf(row) === 'Broken') ? 'note note_bad' : 'note note_warn',
  };
}

function stateOf(row: Row): string {
  return textOf(row, 'State__c') ?? '';
}

function isBilling(row: Row): boolean {
  return textOf(row, 'Source__c') !== 'Salesforce';
}

/** The server says from when on its figures are stale: it knows how often it looks. */
function isStale(row: Row, now: Date): boolean {
  return isBilling(row) && Date.parse(textOf(row, 'Stale_After__c') ?? '') < now.getTime();
}

function lineOf(row: Row, now: Date): string {
  const source = textOf(row, 'Source__c') ?? '';
  const checked = textOf(row, 'Checked_Through__c');
  const since =
    checked && isStale(row, now) && fill(labels.since, source, ago(checked, now), formatInstant(checked, timeZone));
  const why = TROUBLES.get(stateOf(row)) ?? labels.silent;
  return [since, fill(why, source), textOf(row, 'Message__c')].filter(Boolean).join(' ');
}
