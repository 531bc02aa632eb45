import type { Row } from 'c/billingRows';
import { textOf } from 'c/billingRows';

/** A number that a text names, with the words around the place where it is named first. */
export type Mention = {
  readonly number: string;
  readonly before: string;
  /** As it is written there. */
  readonly written: string;
  readonly after: string;
  readonly times: number;
};

/** Stands for no word at all: no invoice is called so. */
export const NO_WORDS: readonly string[] = ['–'];

const LONGEST_NUMBER = 80;
const MOST_WORDS = 100;
/** Shorter numbers would be found in dates and amounts. */
const SHORTEST_NUMBER = 4;
const AROUND = 44;
const ELLIPSIS = '…';

/** Subject and description of a Case: what people wrote, in the order in which it is read. */
export function writtenIn(page: Row | undefined): string[] {
  return [textOf(page, 'Subject'), textOf(page, 'Description')].filter((text) => text !== null);
}

/**
 * Words that may be the number of an invoice: they hold a digit. Both what stands between spaces and what stands between
 * signs counts, because numbers may hold a slash and people write several with one between them.
 */
export function wordsOf(texts: readonly string[]): string[] {
  const bare = (word: string) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  const found = texts.flatMap((text) => [...text.split(/\s+/), ...(text.match(/[\p{L}\p{N}_-]+/gu) ?? [])].map(bare));
  const likely = found.filter(
    (word) => /\d/.test(word) && word.length >= SHORTEST_NUMBER && word.length <= LONGEST_NUMBER,
  );
  return [...new Set(likely)].slice(0, MOST_WORDS);
}

/** Which of `numbers` the texts name, in the order in which they are named; a part of a longer word is no mention. */
export function mentionsOf(texts: readonly string[], numbers: readonly string[]): Mention[] {
  const distinct = [...new Set(numbers)].filter((number) => number.length >= SHORTEST_NUMBER);
  const found = distinct.flatMap((number) => {
    const places = texts.flatMap((text, order) => placesOf(text, number).map((at) => ({ text, order, at })));
    const [first] = places;
    return first ? [{ first, mention: quote(first.text, first.at, number, places.length) }] : [];
  });
  return found.sort((a, b) => a.first.order - b.first.order || a.first.at - b.first.at).map(({ mention }) => mention);
}

function placesOf(text: string, number: string): number[] {
  // Most numbers are not there at all, and this is told much faster than by a pattern.
  if (!text.toLowerCase().includes(number.toLowerCase())) {
    return [];
  }
  const escaped = number.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const whole = new RegExp(`(?<![\\p{L}\\p{N}_]|[\\p{L}\\p{N}]-)${escaped}(?![\\p{L}\\p{N}_]|-[\\p{L}\\p{N}])`, 'giu');
  return [...text.matchAll(whole)].map((match) => match.index);
}

function quote(text: string, at: number, number: string, times: number): Mention {
  const end = at + number.length;
  const before = text.slice(0, at).replace(/\s+/g, ' ');
  const after = text.slice(end).replace(/\s+/g, ' ');
  const cutBefore = before.length > AROUND ? ELLIPSIS + before.slice(-AROUND).replace(/^\S*\s/, '') : before;
  const cutAfter = after.length > AROUND ? after.slice(0, AROUND).replace(/\s\S*$/, '') + ELLIPSIS : after;
  return { number, before: cutBefore.trimStart(), written: text.slice(at, end), after: cutAfter.trimEnd(), times };
}
