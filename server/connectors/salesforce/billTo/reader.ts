import { partsOf } from '../../../domain/billingAccount/key.ts';
import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { billToInSalesforce, nothingOf } from '../../../domain/billTo/fromSalesforce.ts';
import { gather } from '../../../platform/gather.ts';
import type { BillToReader } from '../../../workflows/ports/billTo.ts';
import { inList, queryAll, restOfList, type Found } from '../changes/query.ts';
import type { SalesforceClient } from '../client.ts';
import { describeObjects } from '../mapping/describe.ts';
import { ADDRESS_PARTS, billToColumns, namedIn, toAccount, toContact, type AccountFields } from './columns.ts';

/** Most Accounts of one call. */
const MOST_IDS = 50;

const addressOf = (prefix: string): string[] => [...ADDRESS_PARTS, 'Address'].map((part) => `${prefix}${part}`);

/** What else of an Account is taken over, by connection. */
export type FieldsOfConnections = ReadonlyMap<string, AccountFields>;

const namesIn = (more: FieldsOfConnections): string[] => [...more.values()].flatMap((fields) => Object.values(fields));

/** @returns whose changes may change a bill-to, by object: fields, or compounds that they are parts of */
export function billToFieldsInOrg(more: FieldsOfConnections): Readonly<Record<string, readonly string[]>> {
  return {
    Account: ['Name', 'Phone', 'Billing_Contact__c', ...addressOf('Billing'), ...namesIn(more)],
    Contact: ['FirstName', 'LastName', 'Name', 'Email', 'Phone', 'AccountId', ...addressOf('Mailing')],
  };
}

type AccountFound = { record: Found; named: Found | null; contacts: readonly Found[] };

/** The one whom people chose, or who it is, else the one made for this billing account, else the only one who can get mail. */
function contactFor({ named, contacts }: AccountFound, billingAccountKey: string, isOnly: boolean): Found | null {
  const made = contacts.find((one) => one['Billing_Key__c'] === billingAccountKey) ?? null;
  if (!isOnly) return made;
  const reachable = contacts.filter((one) => typeof one['Email'] === 'string');
  return named ?? made ?? (reachable.length === 1 ? reachable[0]! : null);
}

/** Reads whom Salesforce names for invoices; what is asked for at about the same time shares a call. */
export function createBillToReader(client: SalesforceClient, more: FieldsOfConnections): BillToReader {
  const describe = describeObjects(client);

  async function soqlFor(ids: readonly string[]): Promise<string> {
    const columns = await billToColumns(describe, namesIn(more));
    const contacts =
      `(SELECT ${columns.contact.join(', ')}, Billing_Key__c FROM Contacts ` +
      `WHERE IsDeleted = false AND (Email != null OR Billing_Key__c != null) ORDER BY Id)`;
    const wanted = ['Id', ...columns.account, ...columns.named, 'Billing_Contact__r.IsDeleted', contacts];
    return `SELECT ${wanted.join(', ')} FROM Account WHERE IsDeleted = false AND Id IN ${inList(ids)}`;
  }

  async function readMany(ids: string[]): Promise<Map<string, AccountFound>> {
    const found = await queryAll(client, await soqlFor(ids));
    const accounts = found.map(async (record): Promise<[string, AccountFound]> => {
      const contacts = await restOfList(client, record['Contacts']);
      return [id18(String(record['Id'])), { record, named: namedIn(record), contacts }];
    });
    return new Map(await Promise.all(accounts));
  }
  const read = gather(MOST_IDS, readMany);

  const accounts = gather(MOST_IDS, async (ids: string[]) => {
    const found = await queryAll(client, `SELECT Id, AccountId FROM Contact WHERE Id IN ${inList(ids)}`);
    return new Map(found.map((record) => [id18(String(record['Id'])), record['AccountId']]));
  });

  return {
    async accountOf(contactId) {
      const accountId = await accounts(contactId);
      return typeof accountId === 'string' ? id18(accountId) : null;
    },
    async of(accountId, billingAccountKey, isOnly) {
      const found = await read(accountId);
      if (found === undefined) return null;
      const contact = contactFor(found, billingAccountKey, isOnly);
      const account = toAccount(found.record, more.get(partsOf(billingAccountKey).connection));
      return {
        contactId: contact === null ? null : id18(String(contact['Id'])),
        billTo: billToInSalesforce(isOnly ? account : nothingOf(account), contact === null ? null : toContact(contact)),
      };
    },
  };
}
