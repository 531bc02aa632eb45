import { Fault } from '../../../domain/fault.ts';
import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import type { PriceBookReader } from '../../../workflows/ports/catalog.ts';
import type { OrgValue } from '../../../workflows/ports/orgRows.ts';
import type { RenewalSettings, RenewalVerdict } from '../../../workflows/ports/renewals.ts';
import { queryAll, textList } from '../changes/query.ts';
import type { SalesforceClient } from '../client.ts';
import { describeObjects, type DescribedField, type DescribeObject } from '../mapping/describe.ts';

/** What the settings say of renewal deals. */
export type WantedRenewals = {
  stages: RenewalSettings['stages'];
  recordType: string | null;
  /** Name of the user who gets the deals of an Account whose owner is not active. */
  owner: string | null;
  lossReason: RenewalSettings['lossReason'];
  defaults: Readonly<Record<string, string | number | boolean>>;
  currency: string;
  /** Reads the price book whose products are put on deals; null for none. */
  priceBook: PriceBookReader | null;
};

/** Fields of products of Opportunities that are written. */
const OF_LINES = [
  ...['Quantity', 'UnitPrice', 'Billing_Key__c', 'Billing_Row_Version__c', 'Billing_Quantity__c'],
  ...['Billing_Sales_Price__c', 'Billing_Price_Months__c', 'Billing_Charge_Number__c', 'Billing_Start_Date__c'],
];
/** Those that the platform asks for besides: what a line belongs to, and which price it has. */
const LINES_GIVEN = new Set([...OF_LINES.map((name) => name.toLowerCase()), 'opportunityid', 'pricebookentryid']);

type Fields = ReadonlyMap<string, DescribedField>;

/** Fields that a deal is always made with. */
const GIVEN = new Set(['name', 'stagename', 'closedate', 'accountid', 'ownerid', 'type', 'currencyisocode']);

async function stageFaults(client: SalesforceClient, { stages }: WantedRenewals): Promise<string[]> {
  const names = [...new Set(Object.values(stages))];
  const found = await queryAll(
    client,
    `SELECT ApiName, IsActive, IsClosed, IsWon FROM OpportunityStage WHERE ApiName IN ${textList(names)}`,
  );
  const wants = [
    ['open', false, false, 'one that is not closed'],
    ['won', true, true, 'one of type Closed/Won'],
    ['lost', true, false, 'one of type Closed/Lost'],
  ] as const;
  return wants.flatMap(([part, isClosed, isWon, what]) => {
    const stage = found.find((one) => one['ApiName'] === stages[part] && one['IsActive'] === true);
    if (stage === undefined)
      return [`The org has no active stage "${stages[part]}": correct stages.${part}, or add the stage in Setup.`];
    return stage['IsClosed'] === isClosed && stage['IsWon'] === isWon
      ? []
      : [`The stage "${stages[part]}" cannot be stages.${part}: choose ${what}.`];
  });
}

async function recordTypeOf(client: SalesforceClient, name: string): Promise<string | null> {
  const soql = `SELECT Id FROM RecordType WHERE SobjectType = 'Opportunity' AND IsActive = true AND DeveloperName IN ${textList([name])}`;
  const [found] = await queryAll(client, soql);
  return found === undefined ? null : id18(String(found['Id']));
}

/** @returns id of the active user of that name; null where there is none */
async function userNamed(client: SalesforceClient, username: string): Promise<string | null> {
  const soql = `SELECT Id FROM User WHERE IsActive = true AND Username IN ${textList([username])}`;
  const [found] = await queryAll(client, soql);
  return found === undefined ? null : id18(String(found['Id']));
}

const takes = ({ restrictedPicklist, picklistValues }: DescribedField, value: unknown): boolean =>
  !restrictedPicklist || (picklistValues ?? []).some((one) => one.active && one.value === value);

function defaultFaults({ defaults }: WantedRenewals, fields: Fields): string[] {
  return Object.entries(defaults).flatMap(([name, value]) => {
    const field = fields.get(name.toLowerCase());
    if (field === undefined || !field.createable)
      return [
        `Opportunity has no field ${name} that the integration user may fill in: correct defaults.${name}, or give the user the right to edit it.`,
      ];
    return takes(field, value)
      ? []
      : [`${name} does not take "${value}": choose one of its values in defaults.${name}.`];
  });
}

/** Fields without which the org makes no Opportunity, and for which nobody said a value. */
function requiredFaults({ defaults }: WantedRenewals, fields: Fields): string[] {
  const given = new Set([...GIVEN, ...Object.keys(defaults).map((name) => name.toLowerCase())]);
  return [...fields.values()]
    .filter((field) => field.createable && field['nillable'] === false && field['defaultedOnCreate'] === false)
    .filter(({ name, type }) => type !== 'boolean' && !given.has(name.toLowerCase()))
    .map(
      ({ name, label }) =>
        `Opportunity cannot be made without ${label} (${name}): give it a value in defaults.${name}.`,
    );
}

/** What keeps products from being put on deals. */
function lineFaults(fields: Fields | null): string[] {
  if (fields === null)
    return [
      'The integration user sees no products of opportunities: give it the permission set Integration_Write, or set products to false.',
    ];
  const missing = OF_LINES.filter((name) => fields.get(name.toLowerCase())?.createable !== true);
  const required = [...fields.values()].filter(
    (field) =>
      field.createable &&
      field['nillable'] === false &&
      field['defaultedOnCreate'] === false &&
      field.type !== 'boolean' &&
      !LINES_GIVEN.has(field.name.toLowerCase()),
  );
  return [
    ...(missing.length === 0
      ? []
      : [
          `The integration user may not fill in ${missing.join(', ')} of products of opportunities: deploy the package again and give it the permission set Integration_Write, or set products to false.`,
        ]),
    ...required.map(
      ({ name, label }) =>
        `A product of an opportunity cannot be made without ${label} (${name}): give it a default in Setup, or set products to false.`,
    ),
  ];
}

/** @returns id of the price book of the deals, or why there is none */
async function priceBookOf({ priceBook }: WantedRenewals): Promise<{ id: string | null; faults: string[] }> {
  if (priceBook === null) return { id: null, faults: [] };
  try {
    return { id: (await priceBook.priceBooks()).sold, faults: [] };
  } catch (error) {
    if (error instanceof Fault && error.code === 'price_book_missing') return { id: null, faults: [error.publicText] };
    throw error;
  }
}

function lossReasonFaults({ lossReason }: WantedRenewals, fields: Fields): string[] {
  if (lossReason === null) return [];
  const field = fields.get(lossReason.field.toLowerCase());
  if (field === undefined || !field.updateable)
    return [
      `Opportunity has no field ${lossReason.field} that the integration user may edit: correct lossReason.field, or give the user the right.`,
    ];
  return Object.values(lossReason.values)
    .filter((value) => !takes(field, value))
    .map((value) => `${lossReason.field} does not take "${value}": choose one of its values in lossReason.values.`);
}

/** In an org with several currencies each record names its own. */
function currencyOf(
  { currency }: WantedRenewals,
  fields: Fields,
): { initial: Record<string, OrgValue>; faults: string[] } {
  const field: DescribedField | undefined = fields.get('currencyisocode');
  if (field === undefined) return { initial: {}, faults: [] };
  const isActive = (field.picklistValues ?? []).some((one) => one.active && one.value === currency);
  return {
    initial: { CurrencyIsoCode: currency },
    faults: isActive
      ? []
      : [`The currency ${currency} is not active in the org: correct SALESFORCE_CURRENCY, or activate it.`],
  };
}

/**
 * Asks the org whether renewal deals can be made as the settings say.
 * Source: Object Reference, "OpportunityStage" and "RecordType"; REST API Developer Guide, "sObject Describe".
 */
export async function checkRenewals(
  client: SalesforceClient,
  wanted: WantedRenewals,
  describe: DescribeObject = describeObjects(client),
): Promise<RenewalVerdict> {
  const fields = await describe('Opportunity');
  if (fields === null)
    return {
      faults: ['The integration user sees no opportunities: give it the permission set Integration_Write.'],
    };
  const { recordType, owner } = wanted;
  const recordTypeId = recordType === null ? null : await recordTypeOf(client, recordType);
  const ownerId = owner === null ? null : await userNamed(client, owner);
  const currency = currencyOf(wanted, fields);
  const priceBook = await priceBookOf(wanted);
  const faults = [
    ...(await stageFaults(client, wanted)),
    ...(recordType !== null && recordTypeId === null
      ? [`Opportunity has no active record type "${recordType}": correct recordType, or add it in Setup.`]
      : []),
    ...(owner !== null && ownerId === null
      ? [`There is no active user "${owner}": correct owner, which is a username.`]
      : []),
    ...defaultFaults(wanted, fields),
    ...requiredFaults(wanted, fields),
    ...lossReasonFaults(wanted, fields),
    ...currency.faults,
    ...priceBook.faults,
    ...(wanted.priceBook === null ? [] : lineFaults(await describe('OpportunityLineItem'))),
  ];
  if (faults.length > 0) return { faults };
  return {
    settings: {
      stages: wanted.stages,
      initial: {
        ...wanted.defaults,
        ...currency.initial,
        ...(recordTypeId === null ? {} : { RecordTypeId: recordTypeId }),
        ...(priceBook.id === null ? {} : { Pricebook2Id: priceBook.id }),
      },
      currency: wanted.currency,
      lossReason: wanted.lossReason,
      ownerId,
      priceBook: priceBook.id,
    },
  };
}
