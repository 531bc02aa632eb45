import type { AccountInSalesforce, ContactInSalesforce } from '../../../domain/billTo/fromSalesforce.ts';
import type { RawAddress } from '../../../domain/billTo/normalise.ts';
import type { Found } from '../changes/query.ts';
import type { DescribeObject } from '../mapping/describe.ts';

export const ADDRESS_PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'];
/** Where an org has picklists of states and countries; their texts may be in any language, their codes are not. */
const CODES = ['StateCode', 'CountryCode'];

/** What to read of an Account for whom it bills, and of a Contact. */
export type BillToColumns = { account: readonly string[]; contact: readonly string[] };

/** @returns what to read, by what the org has */
export async function billToColumns(describe: DescribeObject): Promise<BillToColumns> {
  const addressOf = async (object: string, prefix: string): Promise<string[]> => {
    const fields = await describe(object);
    const codes = CODES.filter((part) => fields?.has(`${prefix}${part}`.toLowerCase()));
    return [...ADDRESS_PARTS, ...codes].map((part) => `${prefix}${part}`);
  };
  return {
    account: ['Name', 'Billing_Contact__c', ...(await addressOf('Account', 'Billing'))],
    contact: ['Id', 'FirstName', 'LastName', 'Email', 'Phone', ...(await addressOf('Contact', 'Mailing'))],
  };
}

/** @returns the columns of the Contact that people chose, as they are read with the Account */
export const ofChosen = ({ contact }: BillToColumns): string[] => contact.map((name) => `Billing_Contact__r.${name}`);

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

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

/** @param record read with `billToColumns` */
export function toAccount(record: Found): AccountInSalesforce {
  return { name: textOf(record['Name']), address: addressIn(record, 'Billing') };
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
