import { NO_ADDRESS, type BillTo } from './billTo.ts';

/** What goes from Salesforce to billing, each as a whole; the words of settings. */
export const BILL_TO_FIELDS = ['company', 'name', 'email', 'phone', 'address'] as const;
type NamedField = (typeof BILL_TO_FIELDS)[number];

/** One of them, or one that settings name besides: `more.` and the name that billing has for it. */
export type BillToField = NamedField | `more.${string}`;

/** @returns a field as people know it: by its word, or by the name that billing has for it */
export function fieldInWords(field: BillToField): string {
  return field.replace(/^more\./, '');
}

/** Of nobody, nowhere. */
const NOBODY: BillTo = {
  firstName: null,
  lastName: null,
  company: null,
  email: null,
  phone: null,
  address: NO_ADDRESS,
  more: {},
};

/** @returns the part of a bill-to that a field is */
export function partOf(field: BillToField, billTo: BillTo): Partial<BillTo> {
  switch (field) {
    case 'company':
      return { company: billTo.company };
    case 'name':
      return { firstName: billTo.firstName, lastName: billTo.lastName };
    case 'email':
      return { email: billTo.email };
    case 'phone':
      return { phone: billTo.phone };
    case 'address':
      return { address: billTo.address };
    default: {
      const name = fieldInWords(field);
      return { more: { [name]: billTo.more[name] ?? null } };
    }
  }
}

const present = (texts: readonly (string | null)[]): string[] => texts.filter((one) => one !== null);

/** @returns a field in words, on one line; null where nothing is known of it */
export function partInWords(field: BillToField, billTo: BillTo): string | null {
  switch (field) {
    case 'name':
      return present([billTo.firstName, billTo.lastName]).join(' ') || null;
    case 'address': {
      const { street, street2, city, state, postalCode, country } = billTo.address;
      return present([street, street2, city, state, postalCode, country]).join(', ') || null;
    }
    case 'company':
    case 'email':
    case 'phone':
      return billTo[field];
    default:
      return billTo.more[fieldInWords(field)] ?? null;
  }
}

/** Whether it is a field that settings name and nobody here can read. */
export function isNotReadable(field: BillToField, { more }: BillTo): boolean {
  return field.startsWith('more.') && more[fieldInWords(field)] === undefined;
}

export function isEmpty(field: BillToField, billTo: BillTo): boolean {
  return partInWords(field, billTo) === null;
}

/** What a field is compared by: neither case nor blanks of an email or a number make it another one. */
function comparedBy(field: BillToField, billTo: BillTo): string {
  const text = partInWords(field, billTo) ?? '';
  if (field === 'email') return text.toLowerCase();
  // A name is one text in Stripe, so that where it is taken apart says nothing; so is a street in parts.
  return field === 'phone' ? text.replace(/[^\p{L}\p{N}+]/gu, '') : text;
}

/** @param one with at least that field */
export function isSame(field: BillToField, one: Partial<BillTo>, other: BillTo): boolean {
  return comparedBy(field, { ...NOBODY, ...one }) === comparedBy(field, other);
}

/** Whether an address lacks the street or the city that the other one has. */
export function lacksParts({ address: one }: BillTo, { address: other }: BillTo): boolean {
  return (['street', 'city'] as const).some((part) => one[part] === null && other[part] !== null);
}
