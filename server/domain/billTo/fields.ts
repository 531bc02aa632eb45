import { NO_ADDRESS, type BillTo } from './billTo.ts';

/** What goes from Salesforce to billing, each as a whole; the words of settings. */
export const BILL_TO_FIELDS = ['company', 'name', 'email', 'phone', 'address'] as const;
export type BillToField = (typeof BILL_TO_FIELDS)[number];

/** Of nobody, nowhere. */
const NOBODY: BillTo = {
  firstName: null,
  lastName: null,
  company: null,
  email: null,
  phone: null,
  address: NO_ADDRESS,
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
  }
}

const present = (texts: readonly (string | null)[]): string[] => texts.filter((one) => one !== null);

/** @returns a field in words, on one line; null where nothing is known of it */
export function partInWords(field: BillToField, { address, ...billTo }: BillTo): string | null {
  if (field === 'name') return present([billTo.firstName, billTo.lastName]).join(' ') || null;
  if (field !== 'address') return billTo[field];
  const { street, street2, city, state, postalCode, country } = address;
  return present([street, street2, city, state, postalCode, country]).join(', ') || null;
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
