/** Where invoices are addressed to, as the billing system has it; null for what it does not have. */
export type Address = {
  street: string | null;
  city: string | null;
  state: string | null;
  postalCode: string | null;
  /** ISO 3166 code in Stripe, name in Zuora. */
  country: string | null;
};

/** Who is named on invoices, and where, as billing shows it. */
export type ShownBillTo = {
  name: string | null;
  address: Address | null;
  /** Absent where there is none. */
  phone?: string;
  street2?: string;
};

/** @returns what a bill-to has besides, without what it lacks */
export function furtherParts(parts: { phone: string | null; street2: string | null }): Partial<ShownBillTo> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null));
}

/**
 * Whether tax is charged; the words of the field in Salesforce. A word of a billing system that is not among these stands
 * as it came.
 */
export const TAX_STATUSES = ['Taxable', 'Exempt', 'Reverse Charge', 'Exemption Pending'] as const;
export type TaxStatus = (typeof TAX_STATUSES)[number] | (string & {});

/** Countries whose addresses carry the state: tax there is decided by it. */
const WITH_STATE = new Set(['us', 'usa', 'united states', 'ca', 'canada']);

/** Countries and territories in which post goes without a postal code (Universal Postal Union). */
const WITHOUT_POSTAL_CODE = new Set(
  [
    ...[
      'ae',
      'ag',
      'ao',
      'aw',
      'bf',
      'bi',
      'bj',
      'bo',
      'bs',
      'bw',
      'bz',
      'cd',
      'cf',
      'cg',
      'ci',
      'cm',
      'dj',
      'dm',
      'er',
    ],
    ...[
      'fj',
      'ga',
      'gd',
      'gh',
      'gm',
      'gq',
      'gy',
      'hk',
      'jm',
      'ki',
      'km',
      'kn',
      'ly',
      'ml',
      'mo',
      'mr',
      'mw',
      'na',
      'nr',
    ],
    ...['qa', 'rw', 'sb', 'sc', 'sl', 'sr', 'st', 'sy', 'td', 'tg', 'tl', 'to', 'tv', 'ug', 'vu', 'ye', 'zw'],
  ].flatMap((code) => [
    code,
    (new Intl.DisplayNames('en', { type: 'region' }).of(code.toUpperCase()) ?? code).toLowerCase(),
  ]),
);

/** @returns an address of which nothing is known as null */
export function addressOf(address: Address): Address | null {
  return Object.values(address).some((part) => part !== null) ? address : null;
}

/** One line, such as `1 Main St, Berlin, 10115, Germany`; null without an address. */
export function addressInWords(address: Address | null): string | null {
  if (address === null) return null;
  const { street, city, state, postalCode, country } = address;
  return [street, city, state, postalCode, country].filter((part) => part !== null).join(', ');
}

/** @returns what an invoice's address needs and this one lacks, in words, such as `street, postal code`; `Nothing` when it is complete */
export function missingOf(address: Address | null): string {
  const country = address?.country?.toLowerCase() ?? '';
  const missing = [
    address?.street == null && 'street',
    address?.city == null && 'city',
    address?.state == null && WITH_STATE.has(country) && 'state',
    address?.postalCode == null && !WITHOUT_POSTAL_CODE.has(country) && 'postal code',
    address?.country == null && 'country',
  ].filter((part) => part !== false);
  return missing.length === 0 ? 'Nothing' : missing.join(', ');
}
