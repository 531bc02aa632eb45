import { billToInSalesforce } from '../../../domain/billTo/fromSalesforce.ts';
import type { BillTo } from '../../../domain/billTo/billTo.ts';
import type { RawAddress } from '../../../domain/billTo/normalise.ts';
import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import type { DescribeObject } from '../mapping/describe.ts';
import type { Found } from '../changes/query.ts';

const PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'];
/** Where an org has picklists of states and countries; their texts may be in any language, their codes are not. */
const CODES = ['StateCode', 'CountryCode'];

/** Columns of an Account that say who is billed, with the Contact that people chose and those with an email. */
export type BillToColumns = { account: readonly string[]; contact: readonly string[]; ofContacts: string };

/** @returns what to read, by what the org has */
export async function billToColumns(describe: DescribeObject): Promise<BillToColumns> {
  const addressOf = async (object: string, prefix: string): Promise<string[]> => {
    const fields = await describe(object);
    const codes = CODES.filter((part) => fields?.has(`${prefix}${part}`.toLowerCase()));
    return [...PARTS, ...codes].map((part) => `${prefix}${part}`);
  };
  const contact = ['Id', 'FirstName', 'LastName', 'Email', 'Phone', ...(await addressOf('Contact', 'Mailing'))];
  return {
    account: ['Name', 'Billing_Contact__c', ...(await addressOf('Account', 'Billing'))],
    contact: contact.map((column) => `Billing_Contact__r.${column}`),
    // Two are enough to know that it is not the only one.
    ofContacts: `(SELECT ${contact.join(', ')} FROM Contacts WHERE IsDeleted = false AND Email != null ORDER BY Id LIMIT 2)`,
  };
}

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

/**
 * Whom invoices of an Account go to: the Contact that people chose, else the only one with an email.
 * @param record read with `billToColumns`
 * @param contacts those with an email
 */
export function billToOf(
  record: Found,
  contacts: readonly Found[],
): { contactId: string | null; contactsWithEmail: number; billTo: BillTo } {
  const chosen = record['Billing_Contact__r'] as Found | null | undefined;
  const contact = chosen ?? (contacts.length === 1 ? contacts[0]! : null);
  const account = { name: textOf(record['Name']), address: addressIn(record, 'Billing') };
  return {
    contactId: contact === null ? null : id18(String(contact['Id'])),
    contactsWithEmail: contacts.length,
    billTo: billToInSalesforce(
      account,
      contact && {
        firstName: textOf(contact['FirstName']),
        lastName: textOf(contact['LastName']),
        email: textOf(contact['Email']),
        phone: textOf(contact['Phone']),
        address: addressIn(contact, 'Mailing'),
      },
    ),
  };
}
