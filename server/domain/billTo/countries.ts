import { keyOfName } from './names.ts';

/**
 * Names of ISO 3166-1 and older ones that are still written, where Unicode's (CLDR, in Node) are others. Names whose part
 * before a comma or a bracket is enough are not here.
 */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  BN: ['Brunei Darussalam'],
  BQ: ['Bonaire, Sint Eustatius and Saba'],
  CD: ['Congo, the Democratic Republic of the', 'Democratic Republic of the Congo', 'DR Congo'],
  CG: ['Congo', 'Republic of the Congo'],
  CI: ['Ivory Coast'],
  CV: ['Cabo Verde'],
  CZ: ['Czech Republic'],
  FM: ['Federated States of Micronesia'],
  GB: ['Great Britain', 'England', 'Scotland', 'Wales', 'Northern Ireland'],
  HM: ['Heard Island and McDonald Islands'],
  IE: ['Republic of Ireland'],
  KP: ["Korea, Democratic People's Republic of"],
  KR: ['Korea, Republic of', 'Republic of Korea', 'Korea'],
  LA: ["Lao People's Democratic Republic"],
  LY: ['Libyan Arab Jamahiriya'],
  MK: ['Macedonia'],
  MM: ['Burma'],
  MO: ['Macau'],
  NL: ['The Netherlands', 'Holland'],
  PN: ['Pitcairn'],
  PS: ['Palestinian Territory'],
  RU: ['Russian Federation'],
  SH: ['Saint Helena, Ascension and Tristan da Cunha'],
  SY: ['Syrian Arab Republic'],
  SZ: ['Swaziland'],
  TL: ['East Timor'],
  TR: ['Turkey'],
  UM: ['United States Minor Outlying Islands'],
  US: ['USA', 'U.S.A.', 'United States of America'],
  VA: ['Holy See'],
  VG: ['Virgin Islands, British'],
  VI: ['Virgin Islands, U.S.'],
};

/** Regions that Unicode names and that are no country of an address. */
const NO_COUNTRY = new Set(['AC', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'ZZ']);

const long = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const short = new Intl.DisplayNames('en', { type: 'region', fallback: 'none', style: 'short' });
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** @returns the code that took the place of one that is no longer in use, such as GB for UK */
const today = (code: string): string => new Intl.Locale(`und-${code}`).region ?? code;

/** ISO 3166-1 alpha-2 codes in use, and Kosovo's. */
export const COUNTRY_CODES: readonly string[] = LETTERS.flatMap((one) => LETTERS.map((two) => one + two)).filter(
  (code) => long.of(code) !== undefined && !NO_COUNTRY.has(code) && today(code) === code,
);

/** `Bolivia, Plurinational State of` and `Myanmar (Burma)` up to what is enough. */
const head = (name: string): string => name.replace(/[,([].*$/su, '');

const CODES = new Map<string, string>();
for (const code of COUNTRY_CODES) {
  const names = [long.of(code)!, short.of(code)!, ...(OTHER_NAMES[code] ?? [])];
  for (const name of names) CODES.set(keyOfName(name), code);
}
// "Myanmar (Burma)" is also written without what stands in brackets.
for (const code of COUNTRY_CODES) {
  const key = keyOfName(head(long.of(code)!));
  if (!CODES.has(key)) CODES.set(key, code);
}

/**
 * @param text name of a country in English, or its ISO 3166-1 alpha-2 code
 * @returns its code; null where the text names no country
 */
export function countryCodeOf(text: string): string | null {
  const trimmed = text.trim();
  if (/^[a-z]{2}$/i.test(trimmed)) {
    const code = today(trimmed.toUpperCase());
    return COUNTRY_CODES.includes(code) ? code : null;
  }
  return CODES.get(keyOfName(trimmed)) ?? CODES.get(keyOfName(head(trimmed))) ?? null;
}

/** @returns the English name of a country by its code; what is given where it is none */
export function countryNameOf(code: string): string {
  return COUNTRY_CODES.includes(code) ? long.of(code)! : code;
}
