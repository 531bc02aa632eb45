import { LEGAL_FORMS } from '../../../domain/matching/legalForms.ts';

/** Letters of a pattern; more make no name rarer, and many of them have to fit into an address. */
const MOST_LETTERS = 40;

/**
 * A pattern of SOQL's LIKE that finds the names that a name may be written as: legal forms left out, whatever stands
 * between words, and one letter of any kind where the name has an accent. It begins with the name's first letter, so that
 * the index of names can be used, and holds nothing that would have to be escaped.
 * @returns null when there is no letter or digit to look for
 */
export function namePattern(name: string | null): string | null {
  const words = (name ?? '')
    .normalize('NFC')
    .replace(/['’`´]/g, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const named = [...words];
  while (named.length > 1 && /^the$/i.test(named[0]!)) named.shift();
  while (named.length > 1 && LEGAL_FORMS.has(named.at(-1)!.toLowerCase())) named.pop();
  const letters = (word: string): string =>
    [...word].map((letter) => (letter.normalize('NFD') === letter ? letter : '_')).join('');
  const pattern = [...named.map(letters).join('%')].slice(0, MOST_LETTERS).join('');
  // What begins with any letter would read all names.
  return /[^%_]/.test(pattern.charAt(0)) ? `${pattern}%` : null;
}
