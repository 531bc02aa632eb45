import type { Access, Field, Org, SObject } from '../org/types.ts';

/** A field as the page's own components want it; `client/pageConfig.ts` holds the same shape. */
export type PageField = {
  name: string;
  label: string;
  type: string;
  namePath: string | null;
  editable: boolean;
  required: boolean;
  values: { label: string; value: string }[] | null;
};

/** Fields beside the name in the header of a record (the standard compact layouts of Salesforce). */
const COMPACT: Record<string, readonly string[]> = {
  Account: ['Type', 'Phone', 'Website', 'OwnerId', 'Industry'],
  Opportunity: ['AccountId', 'CloseDate', 'Amount', 'StageName', 'OwnerId'],
  Case: ['Status', 'Priority', 'Subject', 'OwnerId'],
  Contact: ['AccountId', 'Title', 'Phone', 'Email'],
};
/** Never on a page layout. */
const HIDDEN = new Set(['Id', 'IsDeleted', 'SystemModstamp', 'CreatedById', 'LastModifiedById', 'MasterRecordId']);
/** Bookkeeping, second addresses and codes of registers, which the layouts of this org leave out too. */
const LEFT_OUT =
  /Row_Version__c$|^Shipping|(?:Latitude|Longitude|GeocodeAccuracy)$|^Last(?:Viewed|Referenced|Activity)Date$|^(?:Sic|SicDesc|TickerSymbol|Site|Jigsaw|CleanStatus|PhotoUrl)/;
/** At the end of every page layout. */
const LAST = new Set(['CreatedDate', 'LastModifiedDate']);

function pageField(org: Org, access: Access, object: SObject, field: Field): PageField {
  const [target] = field.reference?.to ?? [];
  // A reference to several kinds is named by the first: of owners that is the user, and a queue shows its id.
  const named = target !== undefined && org.object(target)?.fields.has('Name');
  const namePath = named ? `${field.reference?.relationshipName}.Name` : null;
  // Lightning shows the record that a reference points to, not its id.
  const label = field.reference ? field.label.replace(/ ID$/, '') : field.label;
  const changes = access.editsObject(object.name) && access.editsField(object.name, field.name);
  const editable = changes && field.updateable && !field.reference && field.type !== 'multipicklist';
  const values = field.picklist?.values.map((value) => ({ label: field.picklist?.labels?.[value] ?? value, value }));
  const { name, type, required } = field;
  return { name, label, type, namePath, editable, required, values: values ?? null };
}

/** Fields of the object that the user may read, in the order of the details. */
export function pageFields(org: Org, access: Access, object: SObject): PageField[] {
  return [...object.fields.values()]
    .filter(
      (field) => !HIDDEN.has(field.name) && !LEFT_OUT.test(field.name) && access.readsField(object.name, field.name),
    )
    .sort((a, b) => Number(LAST.has(a.name)) - Number(LAST.has(b.name)))
    .map((field) => pageField(org, access, object, field));
}

/** Names of the fields in the header of the record. */
export function highlightsOf(object: SObject, fields: readonly PageField[]): string[] {
  const compact = COMPACT[object.name];
  if (compact) return compact.filter((name) => fields.some((field) => field.name === name));
  return fields
    .filter(({ name }) => name !== 'Name')
    .slice(0, 4)
    .map(({ name }) => name);
}
