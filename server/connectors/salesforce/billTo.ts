import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import {
  billToInSalesforce,
  NOTHING_OF_ACCOUNT,
  type ContactInSalesforce,
} from '../../domain/billTo/fromSalesforce.ts';
import type { RawAddress } from '../../domain/billTo/normalise.ts';
import { gather } from '../../platform/gather.ts';
import type { BillToReader } from '../../workflows/ports/billTo.ts';
import { inList, queryAll, restOfList, type Found } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';

/** Most Accounts of one call. */
const MOST_IDS = 50;

const PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'];
const addressColumns = (prefix: string): string[] => PARTS.map((part) => `${prefix}${part}`);
const CONTACT_COLUMNS = ['Id', 'FirstName', 'LastName', 'Email', 'Phone', ...addressColumns('Mailing')];

/** Whose changes may change a bill-to, by object: fields, or compounds that they are parts of. */
export const BILL_TO_FIELDS_IN_ORG: Readonly<Record<string, readonly string[]>> = {
  Account: ['Name', 'BillingAddress', ...addressColumns('Billing'), 'Billing_Contact__c'],
  Contact: [...CONTACT_COLUMNS, 'Name', 'MailingAddress', 'AccountId'],
};

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function addressOf(record: Found, prefix: string): RawAddress {
  const [street, city, state, postalCode, country] = addressColumns(prefix).map((name) => textOf(record[name]));
  return { street, city, state, postalCode, country };
}

function toContact(record: Found): ContactInSalesforce {
  return {
    firstName: textOf(record['FirstName']),
    lastName: textOf(record['LastName']),
    email: textOf(record['Email']),
    phone: textOf(record['Phone']),
    address: addressOf(record, 'Mailing'),
  };
}

type AccountFound = { record: Found; named: Found | null; contacts: readonly Found[] };

/** The one whom people chose, else the one made for this billing account, else the only one who can get mail. */
function contactFor({ named, contacts }: AccountFound, billingAccountKey: string, isOnly: boolean): Found | null {
  const made = contacts.find((one) => one['Billing_Key__c'] === billingAccountKey) ?? null;
  if (!isOnly) return made;
  const reachable = contacts.filter((one) => textOf(one['Email']) !== null);
  return named ?? made ?? (reachable.length === 1 ? reachable[0]! : null);
}

/** Reads whom Salesforce names for invoices; what is asked for at about the same time shares a call. */
export function createBillToReader(client: SalesforceClient): BillToReader {
  const soql = (ids: readonly string[]): string =>
    `SELECT ${['Id', ...BILL_TO_FIELDS_IN_ORG['Account']!.filter((name) => name !== 'BillingAddress')].join(', ')}, ` +
    `${CONTACT_COLUMNS.map((name) => `Billing_Contact__r.${name}`).join(', ')}, Billing_Contact__r.IsDeleted, ` +
    `(SELECT ${CONTACT_COLUMNS.join(', ')}, Billing_Key__c FROM Contacts WHERE IsDeleted = false ` +
    `AND (Email != null OR Billing_Key__c != null) ORDER BY Id) FROM Account WHERE IsDeleted = false AND Id IN ${inList(ids)}`;

  async function readMany(ids: string[]): Promise<Map<string, AccountFound>> {
    const found = await queryAll(client, soql(ids));
    const accounts = found.map(async (record): Promise<[string, AccountFound]> => {
      const named = (record['Billing_Contact__r'] ?? null) as Found | null;
      const contacts = await restOfList(client, record['Contacts']);
      return [
        id18(String(record['Id'])),
        { record, named: named === null || named['IsDeleted'] === true ? null : named, contacts },
      ];
    });
    return new Map(await Promise.all(accounts));
  }
  const read = gather(MOST_IDS, readMany);

  const accounts = gather(MOST_IDS, async (ids: string[]) => {
    const found = await queryAll(client, `SELECT Id, AccountId FROM Contact WHERE Id IN ${inList(ids)}`);
    return new Map(found.map((record) => [id18(String(record['Id'])), textOf(record['AccountId'])]));
  });

  return {
    async accountOf(contactId) {
      const accountId = (await accounts(contactId)) ?? null;
      return accountId === null ? null : id18(accountId);
    },
    async of(accountId, billingAccountKey, isOnly) {
      const found = await read(accountId);
      if (found === undefined) return null;
      const contact = contactFor(found, billingAccountKey, isOnly);
      const account = { name: textOf(found.record['Name']), address: addressOf(found.record, 'Billing') };
      return {
        contactId: contact === null ? null : id18(String(contact['Id'])),
        billTo: billToInSalesforce(isOnly ? account : NOTHING_OF_ACCOUNT, contact === null ? null : toContact(contact)),
      };
    },
  };
}
