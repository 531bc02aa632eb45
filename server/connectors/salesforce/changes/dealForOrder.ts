import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import type { Decimal } from '../../../domain/money/decimal.ts';
import { LINE_ACTIONS, ORDER_KINDS, type Deal, type DealLine } from '../../../domain/order/deal.ts';
import { kindOf } from '../../../domain/order/kind.ts';
import { renewalOfKey, type RenewalKey } from '../../../domain/renewal/key.ts';
import { calendarDate, type CalendarDate } from '../../../domain/time/calendarDate.ts';
import { KEPT_COLUMNS } from './keptLines.ts';
import type { Found } from './query.ts';

/** What settings name of an Opportunity, and how its org writes currencies and record types. */
export type DealFields = {
  /** API names of further fields of Opportunity, and of OpportunityLineItem. */
  names: readonly string[];
  lineNames: readonly string[];
  /** Developer names of record types are read; orgs without any refuse to be asked. */
  recordTypes: boolean;
  /** Currency of an org that has one alone; null where each record names its own. */
  currency: string | null;
};

const LINE_COLUMNS = [
  'Id',
  'Product2.Name',
  'Product2.Billing_Key__c',
  'Quantity',
  'UnitPrice',
  'Discount',
  'Billing_Start_Date__c',
  'Billing_End_Date__c',
  'Billing_Action__c',
  'Billing_Charge_Number__c',
  'Billing_Price_Months__c',
  ...KEPT_COLUMNS,
];

/** @returns the columns that `toDeal` reads of an Opportunity, lines in the order in which they were added */
export function dealColumns({ names, lineNames, recordTypes, currency }: DealFields): string[] {
  return [
    'Name',
    'OwnerId',
    'Amount',
    'StageName',
    'IsWon',
    'IsClosed',
    'CloseDate',
    'CreatedDate',
    'LastStageChangeDate',
    'Billing_Reported__c',
    'Billing_Order_Kind__c',
    'Billing_Order_Number__c',
    'Billing_Account_Key__c',
    'Billing_Start_Date__c',
    'Billing_Term_Months__c',
    'Billing_Evergreen__c',
    'Billing_Auto_Renew__c',
    'Billing_Renewal_Term_Months__c',
    'Contract.StartDate',
    'Contract.ContractTerm',
    ...(recordTypes ? ['RecordType.DeveloperName'] : []),
    ...(currency === null ? ['CurrencyIsoCode'] : []),
    ...names,
    `(SELECT ${[...new Set([...LINE_COLUMNS, ...lineNames])].join(', ')} FROM OpportunityLineItems WHERE IsDeleted = false ORDER BY CreatedDate, Id)`,
  ];
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
const dateOf = (value: unknown): CalendarDate | null => (typeof value === 'string' ? calendarDate(value) : null);
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
/** A number of JSON by its shortest text, which is what people entered, up to 15 digits. */
const decimalOf = (value: unknown): Decimal => String(typeof value === 'number' ? value : 0);

function wordOf<T extends string>(words: readonly T[], value: unknown): T | null {
  return words.find((word) => word === value) ?? null;
}

function fieldsOf(record: Found, names: readonly string[]): Deal['fields'] {
  return Object.fromEntries(
    names.map((name) => {
      const value = record[name] ?? null;
      return [
        name,
        ['string', 'number', 'boolean'].includes(typeof value) ? (value as string | number | boolean) : null,
      ];
    }),
  );
}

function toLine(record: Found, names: readonly string[]): DealLine {
  const product = (record['Product2'] ?? {}) as Found;
  const discount = numberOf(record['Discount']);
  const months = numberOf(record['Billing_Price_Months__c']);
  return {
    id: id18(String(record['Id'])),
    product: textOf(product['Name']) ?? 'A product',
    sellableKey: textOf(product['Billing_Key__c']),
    quantity: decimalOf(record['Quantity']),
    unitPrice: decimalOf(record['UnitPrice']),
    discountPercent: discount === null || discount === 0 ? null : String(discount),
    startsOn: dateOf(record['Billing_Start_Date__c']),
    endsOn: dateOf(record['Billing_End_Date__c']),
    action: wordOf(LINE_ACTIONS, record['Billing_Action__c']),
    chargeNumber: textOf(record['Billing_Charge_Number__c']),
    ...(months !== null &&
      months > 0 && { ofTerm: { months, billingPrice: decimalOf(record['Billing_Sales_Price__c']) } }),
    ...(names.length > 0 && { fields: fieldsOf(record, names) }),
  };
}

/** The subscription that the deal's own order made is written there by us, with the same number as the order: it is none. */
function subscriptionOf(record: Found, renewal: RenewalKey | null): string | null {
  // A group has none of its own: what stands there is one of several.
  if (renewal?.group) return null;
  const number = textOf(record['Billing_Subscription_Number__c']);
  return number === textOf(record['Billing_Order_Number__c']) ? null : number;
}

/**
 * @param record read with `Id`, `AccountId`, `Billing_Subscription_Number__c`, `Billing_Key__c` and `dealColumns`
 * @param lines all of its lines
 */
export function toDeal(record: Found, lines: readonly Found[], { names, lineNames, currency }: DealFields): Deal {
  const renew = record['Billing_Auto_Renew__c'];
  const evergreen = record['Billing_Evergreen__c'] === true;
  const recordType = (record['RecordType'] ?? {}) as Found;
  const accountId = textOf(record['AccountId']);
  const key = String(record['Billing_Key__c'] ?? '');
  const renewal = renewalOfKey(key);
  const named = {
    id: id18(String(record['Id'])),
    kind: wordOf(ORDER_KINDS, record['Billing_Order_Kind__c']),
    subscriptionNumber: subscriptionOf(record, renewal),
  };
  // The contract of a change is that of what is changed: its dates are those of before.
  const contract = (kindOf(named) === 'New' ? (record['Contract'] ?? {}) : {}) as Found;
  return {
    ...named,
    name: String(record['Name']),
    accountId: accountId === null ? null : id18(accountId),
    ownerId: id18(String(record['OwnerId'])),
    stage: String(record['StageName']),
    isWon: record['IsWon'] === true,
    isClosed: record['IsClosed'] === true,
    closesOn: calendarDate(String(record['CloseDate'])),
    // A deal that was made in its stage has changed to none.
    stageSince: new Date(String(record['LastStageChangeDate'] ?? record['CreatedDate'])).toISOString(),
    currency: currency ?? String(record['CurrencyIsoCode']),
    amount: numberOf(record['Amount']) === null ? null : decimalOf(record['Amount']),
    recordType: textOf(recordType['DeveloperName']),
    isReported: record['Billing_Reported__c'] === true,
    ...(renewal && { key, renewsOn: renewal.on }),
    ...(renewal?.group && { group: renewal.group }),
    billingAccountKey: textOf(record['Billing_Account_Key__c']),
    terms: {
      startsOn: dateOf(record['Billing_Start_Date__c']) ?? dateOf(contract['StartDate']),
      months: numberOf(record['Billing_Term_Months__c']) ?? (evergreen ? null : numberOf(contract['ContractTerm'])),
      evergreen,
      autoRenew: renew === 'Yes' ? true : renew === 'No' ? false : null,
      renewalMonths: numberOf(record['Billing_Renewal_Term_Months__c']),
    },
    lines: lines.map((line) => toLine(line, lineNames)),
    fields: fieldsOf(record, names),
  };
}
