import { CUSTOM, isBillingField, METADATA } from '../../../workflows/ports/billingFields.ts';
import type { MappedField, MappingEntry, MappingVerdict } from '../../../workflows/ports/orgMapping.ts';
import type { RowShape } from '../changes/reader.ts';
import { ownFields, rowShapes } from '../shapes.ts';
import { ACCOUNT_SOURCES } from './accountSources.ts';
import { FIELDS_OF } from './billingFields.ts';
import type { DescribedField, DescribeObject } from './describe.ts';
import { AMOUNT_SCALE, misfit, type Given } from './fits.ts';
import { readingFor } from './readText.ts';

/** What belongs to Salesforce whatever a mapping says: names, addresses, owners (docs/decisions/0016). */
const NEVER =
  /^(Id|Name|FirstName|LastName|OwnerId|ParentId|RecordTypeId|(Billing|Shipping)(Street|City|State|PostalCode|Country|StateCode|CountryCode|Address|Latitude|Longitude|GeocodeAccuracy)|Phone|Fax|Website)$/i;
/** Fields that are filled for the writer's own use. */
const OF_THE_WRITER = /^(Key__c|Account__c|Row_Version__c|Billing_Row_Version__c|Synced_At__c)$/i;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const shapeOf = (object: string) => rowShapes.find((shape) => shape.object === object);

/** @returns names that a mapping may give as a source, by object, each with what it is */
export function mappingSources(): { object: string; name: string; what: string; field: string | null }[] {
  return rowShapes.flatMap(({ object, fields }) => [
    ...(object === 'Account'
      ? Object.entries(ACCOUNT_SOURCES).map(([name, { what, field }]) => ({ object, name, what, field: field ?? null }))
      : fields.map((name) => ({ object, name, what: '', field: name }))),
    ...billingSourcesOf(object),
  ]);
}

/** What the billing systems call what the rows of an object show. */
const NAMES = {
  account: { stripe: 'customer', zuora: 'account' },
  subscription: { stripe: 'subscription', zuora: 'subscription' },
  charge: { stripe: 'item of the subscription', zuora: 'charge' },
  invoice: { stripe: 'invoice', zuora: 'invoice' },
} as const;

function billingSourcesOf(object: string): ReturnType<typeof mappingSources> {
  const kind = FIELDS_OF[object];
  if (kind === undefined) return [];
  const { stripe, zuora } = NAMES[kind];
  return [
    { object, name: `${METADATA}<key>`, what: `metadata of the ${stripe} in Stripe`, field: null },
    { object, name: `${CUSTOM}<Name>__c`, what: `custom field of the ${zuora} in Zuora`, field: null },
  ];
}

function givenByAccount(source: string): Given {
  const { type, values = null } = ACCOUNT_SOURCES[source]!;
  return { type, scale: type === 'amount' ? AMOUNT_SCALE : 0, values };
}

/**
 * @param shapes of the rows as they are written, without what a mapping leaves out
 * @returns one line for each field of the package that the integration user cannot write
 */
export async function missingFields(describe: DescribeObject, shapes: readonly RowShape[]): Promise<string[]> {
  const lines: string[] = [];
  for (const { object, fields } of shapes) {
    const described = await describe(object);
    const missing = fields.filter((name) => described?.get(name.toLowerCase())?.updateable !== true);
    if (missing.length > 0)
      lines.push(
        `${object} is not written: ${described === null ? 'there is no such object' : `${missing.join(', ')} cannot be edited`}; deploy the package again, and give the integration user Integration_Write.`,
      );
  }
  return lines;
}

/** What one of our own fields gives, by what the org says of it. */
function givenBy(field: DescribedField | undefined): Given | null {
  if (field === undefined) return null;
  const values = field.restrictedPicklist ? (field.picklistValues ?? []).map(({ value }) => value) : null;
  switch (field.type) {
    case 'date':
    case 'boolean':
    case 'email':
      return { type: field.type, scale: 0, values: null };
    case 'datetime':
      return { type: 'instant', scale: 0, values: null };
    case 'double':
    case 'percent':
    case 'currency':
    case 'int':
      return { type: 'number', scale: field.scale, values: null };
    case 'string':
    case 'textarea':
    case 'picklist':
    case 'url':
    case 'phone':
      return { type: 'text', scale: 0, values };
    default:
      return null;
  }
}

/** Only what every org gets on the Account, which is the customer's own record, can be left out. */
function refusalToLeaveOut({ object, target, overwrite, currency }: MappingEntry, shape: RowShape): string | null {
  if (object !== 'Account')
    return 'it cannot be left out: only fields of Account can, since the panel and reports read whole rows of the package';
  if (!shape.fields.some((field) => same(field, target)))
    return OF_THE_WRITER.test(target)
      ? 'it cannot be left out: rows are told apart by it'
      : 'it cannot be left out: every org gets only what npm run ops -- mapping --sources lists with a field';
  if (overwrite || currency !== null)
    return '"overwrite" and "currency" say nothing of a field that is left out: take them away';
  return null;
}

function refusalOf(entry: MappingEntry): string | null {
  const { object, source, target, overwrite } = entry;
  const shape = shapeOf(object);
  const list = 'npm run ops -- mapping --sources lists them';
  if (shape === undefined)
    return `${object} is no object that is written; there are ${rowShapes.map((one) => one.object).join(', ')}`;
  if (source === null) return refusalToLeaveOut(entry, shape);
  if (isBillingField(source)) {
    if (FIELDS_OF[object] === undefined)
      return `metadata and custom fields are sources of ${Object.keys(FIELDS_OF).join(', ')} alone`;
  } else {
    const known = object === 'Account' ? Object.hasOwn(ACCOUNT_SOURCES, source) : shape.fields.includes(source);
    if (!known) return `there is no source ${source}; ${list}`;
  }
  if (OF_THE_WRITER.test(target) || [...ownFields[object]!].some((own) => same(own, target)))
    return `it is written already, and two sources cannot go to one field`;
  if (NEVER.test(target)) return 'names, addresses and owners belong to Salesforce and are never written';
  if (object === 'Account' && !overwrite)
    return 'people may have entered something there: say "overwrite": true when billing is to own it from now on, and look with npm run ops -- mapping dry-run first';
  return null;
}

/** Nothing has both: what Stripe and Zuora call by different names may go to one field. */
function areOfTwoSystems(entries: readonly MappingEntry[]): boolean {
  const has = (prefix: string) => entries.some(({ source }) => source?.startsWith(prefix));
  return entries.length === 2 && has(METADATA) && has(CUSTOM);
}

/**
 * Checks what an admin's mapping adds against what the org has and lets the integration user write. What is refused is left
 * out; the rest, and what every org gets, is written.
 * @throws Fault when the org does not answer
 */
export async function checkMapping(
  entries: readonly MappingEntry[],
  describe: DescribeObject,
): Promise<MappingVerdict> {
  const verdict: MappingVerdict = { fields: [], refused: [] };
  for (const entry of entries) {
    const { object, source, target, currency } = entry;
    const refuse = (why: string) => void verdict.refused.push(`${object}.${target} is not written: ${why}.`);
    const rivals = entries.filter((other) => other.object === object && same(other.target, target));
    const early =
      rivals.length > 1 && !areOfTwoSystems(rivals)
        ? `it has ${rivals.length} sources, ${rivals.map((one) => one.source ?? 'none').join(', ')}: keep one`
        : refusalOf(entry);
    if (early !== null) {
      refuse(early);
      continue;
    }
    if (source === null) {
      const name = shapeOf(object)!.fields.find((one) => same(one, target))!;
      verdict.fields.push({ ...entry, target: name, length: null, reading: null });
      continue;
    }
    const described = await describe(object);
    const field = described?.get(target.toLowerCase());
    if (field === undefined) {
      refuse(`${object} has no such field that the integration user sees: make it, or grant it to that user`);
      continue;
    }
    const taken = (reading: MappedField['reading']) =>
      void verdict.fields.push({
        ...entry,
        target: field.name,
        length: field.length === 0 ? null : field.length,
        reading,
      });
    if (isBillingField(source)) {
      const found = currency === null ? readingFor(field) : { why: '"currency" is for amounts of Account alone' };
      if ('why' in found) refuse(found.why);
      else taken(found.reading);
      continue;
    }
    const given = object === 'Account' ? givenByAccount(source) : givenBy(described?.get(source.toLowerCase()));
    const why =
      given === null
        ? `its source ${source} is nothing that the integration user can read and copy`
        : currency !== null && given.type !== 'amount'
          ? '"currency" is for amounts of Account alone'
          : misfit(given, field, currency);
    if (why !== null) refuse(why);
    else taken(null);
  }
  return verdict;
}
