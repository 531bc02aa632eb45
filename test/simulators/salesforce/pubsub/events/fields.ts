import type { Field, SObject, SRecord } from '../../org/types.ts';

/** Standard objects of the simulated org for which Salesforce publishes change events; custom objects all do. */
const STANDARD: ReadonlySet<string> = new Set(
  (
    'Account Campaign CampaignMember Case Contact Contract Event Lead Opportunity OpportunityLineItem Order OrderItem ' +
    'Pricebook2 Product2 Quote QuoteLineItem Task User'
  ).split(' '),
);

/** Whether the object can be selected for Change Data Capture. */
export const publishesChanges = (object: SObject): boolean =>
  object.custom ? object.name.endsWith('__c') : STANDARD.has(object.name);

/** Kept out of change events by the documents, or because the header says it. */
const NEVER: ReadonlySet<string> = new Set(
  (
    'Id IsDeleted SystemModstamp MasterRecordId LastActivityDate LastViewedDate LastReferencedDate IsPersonAccount ' +
    'PhotoUrl'
  ).split(' '),
);

const SYSTEM = ['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById'];

const ADDRESS_PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country', 'Latitude', 'Longitude', 'GeocodeAccuracy'];
const NAME_PARTS = ['Salutation', 'FirstName', 'LastName', 'MiddleName', 'InformalName', 'Suffix'];

/**
 * One field of an object's events: a field of the object, or a compound of several. Account's Name is both: text for a
 * company, the parts of the name for a person.
 */
export type EventField = {
  name: string;
  /** Absent for pure compounds. */
  field?: Field;
  compound?: { type: 'Address' | 'PersonName' | 'Switchable_PersonName'; parts: { name: string; field?: Field }[] };
};

function partsOf(fields: ReadonlyMap<string, Field>, prefix: string, names: readonly string[]) {
  return names.map((name) => {
    const field = fields.get(prefix + name);
    return field && !field.custom ? { name, field } : { name };
  });
}

/** Fields that carry data, in the order of the object; formulas are worked out, not stored, and so never captured. */
function dataFields(object: SObject): Field[] {
  return [...object.fields.values()].filter((field) => !NEVER.has(field.name) && field.formula === undefined);
}

function nameField(object: SObject, name: Field): EventField | null {
  if (object.name === 'Account')
    return {
      name: 'Name',
      field: name,
      compound: { type: 'Switchable_PersonName', parts: partsOf(object.fields, '', NAME_PARTS) },
    };
  if (!object.fields.has('LastName')) return null;
  return { name: 'Name', compound: { type: 'PersonName', parts: partsOf(object.fields, '', NAME_PARTS) } };
}

/**
 * Fields of an object's events in the order of their Avro schema, which the bitmaps count by: standard fields, the four
 * system fields, custom fields; compounds stand where their first part would.
 */
export function eventFields(object: SObject): readonly EventField[] {
  const known = cache.get(object);
  if (known?.size === object.fields.size) return known.fields;
  const fields = workOut(object);
  cache.set(object, { size: object.fields.size, fields });
  return fields;
}

const cache = new WeakMap<SObject, { size: number; fields: EventField[] }>();

function workOut(object: SObject): EventField[] {
  const result: EventField[] = [];
  const taken = new Set<Field>();
  const add = (one: EventField): void => {
    if (one.field) taken.add(one.field);
    for (const part of one.compound?.parts ?? []) if (part.field) taken.add(part.field);
    result.push(one);
  };
  const all = dataFields(object);
  const name = all.find((field) => field.name === 'Name');
  const ownerFirst = object.custom ? all.filter((field) => field.name === 'OwnerId') : [];
  for (const owner of ownerFirst) add({ name: owner.name, field: owner });
  if (name) {
    const compound = nameField(object, name);
    add(compound ?? { name: 'Name', field: name });
    taken.add(name);
  }
  for (const field of all) {
    if (taken.has(field) || field.custom || SYSTEM.includes(field.name)) continue;
    const prefix = /^(\w*)Street$/.exec(field.name)?.[1];
    if (prefix === undefined) add({ name: field.name, field });
    else {
      const parts = partsOf(object.fields, prefix, ADDRESS_PARTS);
      add({ name: `${prefix}Address`, compound: { type: 'Address', parts } });
    }
  }
  for (const systemName of SYSTEM) {
    const field = object.fields.get(systemName);
    if (field) add({ name: systemName, field });
  }
  for (const field of all) if (field.custom && !taken.has(field)) add({ name: field.name, field });
  return result;
}

/** Fields of a record that its events tell of: the parts of a person's name, or the one name of a company. */
export function capturedFields(object: SObject, record: SRecord): Field[] {
  return eventFields(object).flatMap(({ field, compound }) => {
    const parts = (compound?.parts ?? []).flatMap((part) => part.field ?? []);
    if (!field) return parts;
    return parts.some((part) => (record[part.name] ?? null) !== null) ? parts : [field];
  });
}
