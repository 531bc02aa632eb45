import type { AccountInSalesforce, ContactInSalesforce } from '../../../domain/billTo/fromSalesforce.ts';
import type { RawAddress } from '../../../domain/billTo/normalise.ts';
import { exact, toDecimal } from '../../../domain/money/decimal.ts';
import type { Found } from '../changes/query.ts';
import type { DescribeObject } from '../mapping/describe.ts';

export const ADDRESS_PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'];
/** Where an org has picklists of states and countries; their texts may be in any language, their codes are not. */
const CODES = ['StateCode', 'CountryCode'];

/** Digits of a number in Salesforce, before and after the point. */
const MOST_DECIMALS = 18;

/** Further fields of an Account, by the name that billing has for each. */
export type AccountFields = Readonly<Record<string, string>>;

/** What to read of an Account for whom it bills, of a Contact, and of those whom the Account names itself. */
export type BillToColumns = { account: readonly string[]; contact: readonly string[]; named: readonly string[] };

/** Who a Person Account is (Object Reference, "Account"); there only where the org has such Accounts. */
const PERSON = 'PersonContact';
const CHOSEN = 'Billing_Contact__r';

/**
 * @param more fields of the Account that settings name
 * @returns what to read, by what the org has and the integration user sees
 */
export async function billToColumns(describe: DescribeObject, more: readonly string[] = []): Promise<BillToColumns> {
  const seen = await describe('Account');
  const hasPersons = seen?.has('personcontactid') === true;
  const readable = [...more, ...(hasPersons ? ['Phone'] : [])].filter((name) => seen?.has(name.toLowerCase()));
  const addressOf = async (object: string, prefix: string): Promise<string[]> => {
    const fields = await describe(object);
    const codes = CODES.filter((part) => fields?.has(`${prefix}${part}`.toLowerCase()));
    return [...ADDRESS_PARTS, ...codes].map((part) => `${prefix}${part}`);
  };
  const contact = ['Id', 'FirstName', 'LastName', 'Email', 'Phone', ...(await addressOf('Contact', 'Mailing'))];
  return {
    account: [...new Set(['Name', 'Billing_Contact__c', ...(await addressOf('Account', 'Billing')), ...readable])],
    contact,
    // By the Contact, whose fields need no grant beyond those that all Contacts need.
    named: [CHOSEN, ...(hasPersons ? [PERSON] : [])].flatMap((of) => contact.map((name) => `${of}.${name}`)),
  };
}

/**
 * @param record read with `billToColumns`
 * @returns the Contact that people chose, else the person that a Person Account is; null where the Account names nobody
 */
export function namedIn(record: Found): Found | null {
  const [chosen, person] = [CHOSEN, PERSON].map((of) => (record[of] ?? null) as Found | null);
  if (chosen != null && chosen['IsDeleted'] !== true) return chosen;
  // People see one number: that of the Account.
  return person == null ? null : { ...person, Phone: person['Phone'] ?? record['Phone'] };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/**
 * Numbers as people write them, without an exponent, and ticks as in JSON. Salesforce itself keeps numbers as doubles and tells
 * them so (Salesforce knowledge article 000221617), so that none has more digits than are here.
 */
function wordOf(value: unknown): string | null {
  if (typeof value === 'number') return toDecimal(exact(value), MOST_DECIMALS);
  return typeof value === 'boolean' ? String(value) : textOf(value);
}

function addressIn(record: Found, prefix: string): RawAddress {
  const part = (name: string) => textOf(record[`${prefix}${name}`]);
  return {
    street: part('Street'),
    city: part('City'),
    state: part('StateCode') ?? part('State'),
    postalCode: part('PostalCode'),
    country: part('CountryCode') ?? part('Country'),
  };
}

/**
 * @param record read with `billToColumns`
 * @param fields that billing takes over besides
 */
export function toAccount(record: Found, fields: AccountFields = {}): AccountInSalesforce {
  const readable = Object.entries(fields).filter(([, of]) => record[of] !== undefined);
  return {
    name: textOf(record['Name']),
    address: addressIn(record, 'Billing'),
    more: Object.fromEntries(readable.map(([name, of]) => [name, wordOf(record[of])])),
  };
}

/** @param record read with `billToColumns` */
export function toContact(record: Found): ContactInSalesforce {
  return {
    firstName: textOf(record['FirstName']),
    lastName: textOf(record['LastName']),
    email: textOf(record['Email']),
    phone: textOf(record['Phone']),
    address: addressIn(record, 'Mailing'),
  };
}
