import { SYSTEM_FIELD_NAMES } from './schema/fields.ts';
import type { Field, SObject } from './types.ts';

/** Standard objects of which every field has field-level security that the platform does not work out or require. */
const SECURED: ReadonlySet<string> = new Set(['Account', 'Contact', 'Lead', 'Case', 'Campaign', 'CampaignMember']);
/** Objects with few such fields: those that a profile of an org lists when it is retrieved. Prices have none. */
const LISTED: Readonly<Record<string, string>> = {
  Opportunity:
    'AccountId Amount CampaignId ContractId Description ExpectedRevenue IsPrivate LeadSource NextStep Probability ' +
    'TotalOpportunityQuantity Type',
  OpportunityLineItem: 'Description Discount ListPrice ProductCode ServiceDate Subtotal TotalPrice',
  Contract:
    'ActivatedById ActivatedDate CompanySignedDate CompanySignedId ContractTerm CustomerSignedDate CustomerSignedId ' +
    'Description EndDate OwnerExpirationNotice Pricebook2Id SpecialTerms StartDate ' +
    'BillingStreet BillingCity BillingState BillingPostalCode BillingCountry',
  Product2: 'Description Family ProductCode QuantityUnitOfMeasure StockKeepingUnit DisplayUrl ExternalId',
  Task: 'ActivityDate Description Type WhatId WhoId',
  Event: 'Description IsAllDayEvent Location Type WhatId WhoId',
};
const listed = new Map(Object.entries(LISTED).map(([object, names]) => [object, new Set(names.split(' '))]));

const FREE_FIELDS: ReadonlySet<string> = new Set([
  ...SYSTEM_FIELD_NAMES,
  ...['Name', 'OwnerId', 'MasterRecordId', 'RecordTypeId'],
  // Parts of a person's name go with the name.
  ...['Salutation', 'FirstName', 'LastName'],
]);

/** Required and master-detail fields, names, system fields and what the platform works out have no field-level security. */
export function hasFieldSecurity(object: SObject, field: Field): boolean {
  if (FREE_FIELDS.has(field.name) || field.name === object.nameField) return false;
  if (field.required || field.reference?.masterDetail) return false;
  if (field.custom) return true;
  const names = listed.get(object.name);
  return names ? names.has(field.name) : SECURED.has(object.name) && (field.createable || field.updateable);
}

const ADDRESS_PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country', 'Latitude', 'Longitude', 'GeocodeAccuracy'];

/** An address is granted as a whole (`Account.BillingAddress`), and not by its parts (Metadata API, "Profile"). */
export function addressOfPart(object: SObject, name: string): string | null {
  const part = ADDRESS_PARTS.find((one) => name.endsWith(one));
  const prefix = part === undefined ? '' : name.slice(0, -part.length);
  return prefix !== '' && object.fields.has(`${prefix}Street`) && object.fields.has(`${prefix}PostalCode`)
    ? `${prefix}Address`
    : null;
}

/** @returns names of the fields that a grant of `name` is about: those of an address, or itself */
export function grantedBy(object: SObject, name: string): string[] {
  const parts = [...object.fields.keys()].filter((one) => addressOfPart(object, one) === name);
  return parts.length > 0 ? parts : [name];
}
