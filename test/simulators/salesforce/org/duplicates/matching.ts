import type { FieldValue } from '../types.ts';

export const MATCHING_METHODS = [
  ...(['Exact', 'FirstName', 'LastName', 'CompanyName', 'Phone', 'City', 'Street', 'Zip', 'Title'] as const),
];
export type MatchingMethod = (typeof MATCHING_METHODS)[number];

const COMPANY_WORDS = /\b(?:the|incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|plc|gmbh|ag|sa|bv)\b/g;

/**
 * The form in which values are compared: fuzzy methods look past case, accents, signs and what companies are called
 * after. A real org's engine also bridges typing errors, which this does not.
 */
export function normalized(method: MatchingMethod, value: FieldValue): string {
  const text = String(value ?? '')
    .trim()
    .toLowerCase();
  if (method === 'Exact') return text;
  const plain = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}\s]/gu, ' ');
  if (method === 'Phone') return text.replace(/\D/g, '').slice(-10);
  const words = method === 'CompanyName' ? plain.replace(COMPANY_WORDS, ' ') : plain;
  return words.replace(/\s+/g, ' ').trim();
}
