import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import type { AccountToBill } from '../../../domain/provisioning/account.ts';
import type { ProvisioningRules } from '../../../domain/provisioning/rules.ts';
import { billToInSalesforce } from '../../../domain/billTo/fromSalesforce.ts';
import { gather } from '../../../platform/gather.ts';
import type { AccountsToBill } from '../../../workflows/ports/provisioning.ts';
import { billToColumns, namedIn, toAccount, toContact, type BillToColumns } from '../billTo/columns.ts';
import { inList, queryAll, queryCurrent, restOfList, textList, type Found } from '../changes/query.ts';
import type { SalesforceClient } from '../client.ts';
import { describeObjects } from '../mapping/describe.ts';

const MOST_IDS = 100;

export type AccountsOptions = Pick<ProvisioningRules, 'recordTypes' | 'fields' | 'stages'> & {
  /** Currency of an org that has one alone. */
  currency: string;
};

/** Open Opportunities at one of the stages. */
const atStage = (stages: readonly string[]): string => `IsClosed = false AND StageName IN ${textList(stages)}`;

/** A value of a field as SOQL writes it. */
const literal = (value: string | number | boolean): string =>
  typeof value === 'string' ? textList([value]).slice(1, -1) : String(value);

const plain = (value: unknown): string | number | boolean | null =>
  ['string', 'number', 'boolean'].includes(typeof value) ? (value as string | number | boolean) : null;

/** Two are enough to know that it is not the only one. */
const withEmail = ({ contact }: BillToColumns): string =>
  `(SELECT ${contact.join(', ')} FROM Contacts WHERE IsDeleted = false AND Email != null ORDER BY Id LIMIT 2)`;

/** Whom invoices of an Account go to: the Contact that people chose, or the person that it is, else the only one with an email. */
function billToOf(
  record: Found,
  contacts: readonly Found[],
): Pick<AccountToBill, 'contactId' | 'contactsWithEmail' | 'billTo'> {
  const contact = namedIn(record) ?? (contacts.length === 1 ? contacts[0]! : null);
  return {
    contactId: contact === null ? null : id18(String(contact['Id'])),
    contactsWithEmail: contacts.length,
    billTo: billToInSalesforce(toAccount(record), contact && toContact(contact)),
  };
}

/** Reads Accounts with what decides over their billing accounts; those that are asked for at about the same time share a call. */
export function createAccountsToBill(client: SalesforceClient, options: AccountsOptions): AccountsToBill {
  const { recordTypes, fields, stages, currency } = options;
  const describe = describeObjects(client);
  const names = Object.keys(fields);

  const read = gather<string, AccountToBill>(MOST_IDS, async (ids) => {
    const columns = await billToColumns(describe);
    const hasCurrencies = (await describe('Account'))?.has('currencyisocode') ?? false;
    const wanted = [
      'Id',
      'Billing_Account_Separate__c',
      ...columns.account,
      ...columns.named,
      ...(hasCurrencies ? ['CurrencyIsoCode'] : []),
      ...(recordTypes === null ? [] : ['RecordType.DeveloperName']),
      ...names,
      withEmail(columns),
      ...(stages.length === 0
        ? []
        : [`(SELECT Id FROM Opportunities WHERE IsDeleted = false AND ${atStage(stages)} LIMIT 1)`]),
    ];
    const soql = `SELECT ${[...new Set(wanted)].join(', ')} FROM Account WHERE Id IN ${inList(ids)}`;
    const found = new Map<string, AccountToBill>();
    for (const record of await queryCurrent(client, soql)) {
      const contacts = await restOfList(client, record['Contacts']);
      const deals = await restOfList(client, record['Opportunities']);
      const recordType = (record['RecordType'] as Found | null | undefined)?.['DeveloperName'];
      const id = id18(String(record['Id']));
      found.set(id, {
        id,
        name: String(record['Name']),
        recordType: typeof recordType === 'string' ? recordType : null,
        fields: Object.fromEntries(names.map((name) => [name, plain(record[name])])),
        currency: hasCurrencies ? String(record['CurrencyIsoCode']) : currency,
        ...billToOf(record, contacts),
        isSeparate: record['Billing_Account_Separate__c'] === true,
        isAtStage: deals.length > 0,
        hasWonDeal: false,
      });
    }
    return found;
  });

  return { account: async (id) => (await read(id)) ?? null };
}

/**
 * @returns ids of the Accounts that have the mark, or an open Opportunity at one of the stages, now; whoever switches
 * provisioning on begins with them
 */
export async function accountsThatMeet(
  client: SalesforceClient,
  { fields, stages }: Pick<AccountsOptions, 'fields' | 'stages'>,
): Promise<string[]> {
  const marks = Object.entries(fields).map(([name, value]) => `${name} = ${literal(value)}`);
  const marked =
    marks.length === 0 ? [] : await queryCurrent(client, `SELECT Id FROM Account WHERE ${marks.join(' AND ')}`);
  const reached =
    stages.length === 0
      ? []
      : await queryCurrent(client, `SELECT AccountId FROM Opportunity WHERE AccountId != null AND ${atStage(stages)}`);
  const ids = [...marked.map((one) => one['Id']), ...reached.map((one) => one['AccountId'])];
  return [...new Set(ids.map((id) => id18(String(id))))];
}

/** @returns ids of the Accounts that a Contact belongs to, or did when it was deleted, or is chosen to be billed for */
export function createConcernedAccounts(client: SalesforceClient): (contactId: string) => Promise<string[]> {
  const read = gather<string, string[]>(MOST_IDS, async (ids) => {
    const [contacts, accounts] = await Promise.all([
      queryAll(client, `SELECT Id, AccountId FROM Contact WHERE AccountId != null AND Id IN ${inList(ids)}`),
      queryCurrent(client, `SELECT Id, Billing_Contact__c FROM Account WHERE Billing_Contact__c IN ${inList(ids)}`),
    ]);
    const pairs = [
      ...contacts.map((one) => [one['Id'], one['AccountId']] as const),
      ...accounts.map((one) => [one['Billing_Contact__c'], one['Id']] as const),
    ].map(([contact, account]) => [id18(String(contact)), id18(String(account))] as const);
    return new Map(
      ids.map((id) => [id, [...new Set(pairs.filter(([own]) => own === id).map(([, account]) => account))]]),
    );
  });
  return async (contactId) => (await read(contactId)) ?? [];
}
