import type { Source } from '../billingAccount/billingAccount.ts';
import type { BillTo } from './billTo.ts';
import { COUNTRY_CODES } from './countries.ts';
import { hasStates, stateCodeOf } from './states.ts';

export type BillToFault =
  | 'name_missing'
  | 'first_name_missing'
  | 'email_missing'
  | 'email_invalid'
  | 'phone_too_long'
  | 'country_missing'
  | 'country_unknown'
  | 'state_missing'
  | 'state_unknown';

/** No blank, one @, and a domain of at least two parts: what every billing system asks of an address. */
const EMAIL = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\.]+(\.[^\s@<>()[\],;:"\\.]+)+$/u;

function countryFault({ country, state }: BillTo['address']): BillToFault | null {
  if (country === null) return 'country_missing';
  if (!COUNTRY_CODES.includes(country)) return 'country_unknown';
  if (!hasStates(country)) return null;
  if (state === null) return 'state_missing';
  return stateCodeOf(country, state) === null ? 'state_unknown' : null;
}

/** Zuora asks for both names of a contact, Stripe for none. */
function nameFault({ firstName, lastName }: BillTo, system: Source): BillToFault | null {
  if (lastName === null) return 'name_missing';
  return firstName === null && system === 'Zuora' ? 'first_name_missing' : null;
}

function emailFault({ email }: BillTo): BillToFault | null {
  if (email === null) return 'email_missing';
  return EMAIL.test(email) ? null : 'email_invalid';
}

/** Longest phone number of a customer in Stripe, in characters; Zuora takes as many as Salesforce. */
const LONGEST_PHONE = 20;

function phoneFault({ phone }: BillTo, system: Source): BillToFault | null {
  return system === 'Stripe' && (phone ?? '').length > LONGEST_PHONE ? 'phone_too_long' : null;
}

/** @returns what keeps a bill-to from being one that the billing system takes and an invoice can be sent to */
export function faultsOf(billTo: BillTo, system: Source): BillToFault[] {
  const found = [
    nameFault(billTo, system),
    emailFault(billTo),
    phoneFault(billTo, system),
    countryFault(billTo.address),
  ];
  return found.filter((fault) => fault !== null);
}

/** @returns a fault in words, with what to do */
export function faultInWords(fault: BillToFault, { email, phone, address: { country, state } }: BillTo): string {
  switch (fault) {
    case 'name_missing':
      return 'Nobody is named for invoices. Choose the Billing Contact of the Account.';
    case 'first_name_missing':
      return 'The Billing Contact has no first name, without which Zuora takes nobody. Enter it.';
    case 'email_missing':
      return 'The Billing Contact has no email. Enter one.';
    case 'email_invalid':
      return `The email ${email} of the Billing Contact is no address. Correct it.`;
    case 'phone_too_long':
      return `The phone number ${phone} of the Billing Contact is longer than ${LONGEST_PHONE} characters, which is all that Stripe takes. Shorten it.`;
    case 'country_missing':
      return 'There is no country. Enter the mailing address of the Billing Contact, or the billing address of the Account.';
    case 'country_unknown':
      return `${country} is no country that billing knows. Enter its English name or its two-letter code.`;
    case 'state_missing':
      return 'The address has no state, which decides tax in this country. Enter it.';
    case 'state_unknown':
      return `${state} is no state of this country. Enter its name or its postal code.`;
  }
}
