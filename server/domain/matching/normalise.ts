import { ATTACHED_LEGAL_FORMS, LEGAL_FORMS } from './legalForms.ts';

/** Letters that Unicode does not take apart into a base and a mark. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Without case, accents and compatibility forms (full width, ligatures). */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[ßæœøłđðþı]/g, (letter) => FOLDED[letter]!);
}

/** `S.A.P.` and `SAP`: letters that stand alone beside each other are one word. */
function joinLetters(words: readonly string[]): string[] {
  const joined: string[] = [];
  let open = false;
  for (const word of words) {
    const alone = /^\p{L}$/u.test(word);
    if (alone && open) joined[joined.length - 1] += word;
    else joined.push(word);
    open = alone;
  }
  return joined;
}

function withoutLegalForms(words: readonly string[]): string[] {
  const left = [...words];
  while (left.length > 1 && left[0] === 'the') left.shift();
  // "GmbH & Co. KG": the joint goes with the forms that it joins.
  while (left.length > 0 && (LEGAL_FORMS.has(left.at(-1)!) || (left.length < words.length && left.at(-1) === 'and')))
    left.pop();
  return left.length > 0 ? left : [...words];
}

/**
 * What a company's name is compared by: without case, accents, punctuation, emoji and legal form.
 * @returns words with one blank between them; empty when nothing of the name can be compared
 */
export function normaliseName(name: string | null): string {
  let text = fold(name ?? '');
  for (const form of ATTACHED_LEGAL_FORMS) {
    const rest = text.replaceAll(fold(form), ' ');
    if (rest.trim() !== '') text = rest;
  }
  // What is written with "&" or "+" is also written with "and".
  const words = text
    .replace(/['’`´]/g, '')
    .replace(/[&+]/g, ' and ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return withoutLegalForms(joinLetters(words)).join(' ');
}

/** Whether two names can be those of one company; never when one of them says nothing. */
export function isSameName(one: string | null, other: string | null): boolean {
  const name = normaliseName(one);
  return name !== '' && name === normaliseName(other);
}

const EMAIL = /^[^\s@<>()[\],;:"\\\p{C}]+@([^\s@<>()[\],;:"\\\p{C}]+\.[^\s@<>()[\],;:"\\\p{C}]+)$/u;
/** Length of an email field in Salesforce. */
const LONGEST_EMAIL = 80;

/** @returns the address in small letters; null when the text is none, or longer than Salesforce can hold */
export function normaliseEmail(email: string | null): string | null {
  const text = (email ?? '').trim().toLowerCase();
  return text.length <= LONGEST_EMAIL && EMAIL.test(text) ? text : null;
}

/** @param host or address of a site. @returns the host without `www.`, in its ASCII form; null when there is none */
export function normaliseDomain(host: string | null): string | null {
  const text = (host ?? '').trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (text === '' || !URL.canParse(address)) return null;
  const domain = new URL(address).hostname.replace(/^www\./, '').replace(/\.$/, '');
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+$/.test(domain) ? domain : null;
}

/** @returns the domain of an address; null when there is none */
export function domainOfEmail(email: string | null): string | null {
  const address = normaliseEmail(email);
  return address === null ? null : normaliseDomain(address.slice(address.lastIndexOf('@') + 1));
}

/** `co.uk` and the like are nobody's domain. */
const SHARED_SUFFIX = /^(co|com|org|net|gov|ac|edu|or|ne|go)\.[a-z]{2}$/;

/** Whether one domain is the other or below it: `billing.acme.com` and `acme.com`. */
export function isSameDomain(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return short === long || (!SHARED_SUFFIX.test(short) && long.endsWith(`.${short}`));
}
