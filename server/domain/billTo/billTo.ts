import type { Address } from '../billingAccount/billTo.ts';

/** Where invoices go to: of a street of several lines the first one, and the others beside each other. */
export type BillToAddress = Address & { street2: string | null };

/**
 * Whom invoices name and where they go, in one form, whichever system says it: normalised, so that two that mean the same
 * are equal. Null for what is not known.
 */
export type BillTo = {
  firstName: string | null;
  lastName: string | null;
  /** Name of the company. */
  company: string | null;
  email: string | null;
  phone: string | null;
  /** `country` is an ISO 3166 alpha-2 code, `state` of the United States and Canada a postal code; a text that names none stands as it is. */
  address: BillToAddress;
  /** What else of the Account billing is told, by the name that billing has for it; a name that is absent cannot be read. */
  more: Readonly<Record<string, string | null>>;
};

export const NO_ADDRESS: BillToAddress = {
  street: null,
  street2: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
};
