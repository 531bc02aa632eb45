import type { Access, Field, Org, SObject } from '../org/types.ts';
import type { LayoutItem, PageLayout } from './layout.ts';

/** A field as the page's own components want it; `client/pageConfig.ts` holds the same shapes. */
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
/** Never among the details where no layout says what is. */
const HIDDEN = new Set(['Id', 'IsDeleted', 'SystemModstamp', 'CreatedById', 'LastModifiedById', 'MasterRecordId']);
/** Bookkeeping, second addresses and codes of registers, which the layouts of this org leave out too. */
const LEFT_OUT =
  /Row_Version__c$|^Shipping|(?:Latitude|Longitude|GeocodeAccuracy)$|^Last(?:Viewed|Referenced|Activity)Date$|^(?:Sic|SicDesc|TickerSymbol|Site|Jigsaw|CleanStatus|PhotoUrl)/;
/** At the end of every page layout. */
const LAST = new Set(['CreatedDate', 'LastModifiedDate']);

/** @param item where a layout holds the field, which can narrow what may be done with it; null where none does */
function pageField(org: Org, access: Access, object: SObject, field: Field, item?: LayoutItem | null): PageField {
  const [target] = field.reference?.to ?? [];
  // A reference to several kinds is named by the first: of owners that is the user, and a queue shows its id.
  const named = target !== undefined && org.object(target)?.fields.has('Name');
  const namePath = named ? `${field.reference?.relationshipName}.Name` : null;
  // Lightning shows the record that a reference points to, not its id.
  const label = field.reference ? field.label.replace(/ ID$/, '') : field.label;
  const changes = access.editsObject(object.name) && access.editsField(object.name, field.name);
  const editable =
    changes &&
    item !== null &&
    !item?.readonly &&
    field.updateable &&
    !field.reference &&
    field.type !== 'multipicklist';
  const values = field.picklist?.values.map((value) => ({ label: field.picklist?.labels?.[value] ?? value, value }));
  const { name, type } = field;
  const required = field.required || item?.required === true;
  return { name, label, type, namePath, editable, required, values: values ?? null };
}

/** What a page shows of a record, as far as its reader may see it. */
export type PageContent = {
  fields: PageField[];
  /** Names of the fields beside the name of the record. */
  highlights: string[];
  /** Names of the fields that Edit offers, as far as they may be changed. */
  form: string[];
  /** Names of the fields of the details. */
  sections: { heading: string | null; columns: string[][] }[];
  relatedLists: { id: string; label: string; object: string; columns: PageField[] }[];
};

/** Fields that the user may read, in the order of the details. */
function readableFields(access: Access, object: SObject): Field[] {
  return [...object.fields.values()]
    .filter(
      (field) => !HIDDEN.has(field.name) && !LEFT_OUT.test(field.name) && access.readsField(object.name, field.name),
    )
    .sort((a, b) => Number(LAST.has(a.name)) - Number(LAST.has(b.name)));
}

function withoutLayout(org: Org, access: Access, object: SObject): PageContent {
  const fields = readableFields(access, object).map((field) => pageField(org, access, object, field));
  const names = fields.map(({ name }) => name);
  const highlights = COMPACT[object.name]?.filter((name) => names.includes(name));
  const beside = highlights ?? names.filter((name) => name !== 'Name').slice(0, 4);
  const columns = [0, 1].map((side) => names.filter((_name, at) => at % 2 === side));
  return {
    fields,
    highlights: beside,
    form: ['Name', ...beside],
    sections: [{ heading: null, columns }],
    relatedLists: [],
  };
}

/** @param layout null for an object that has none, whose details are all fields that may be read */
export function contentOf(org: Org, access: Access, object: SObject, layout: PageLayout | null): PageContent {
  if (!layout) return withoutLayout(org, access, object);
  const reads = (of: SObject, field: Field) => access.readsField(of.name, field.name);
  const sections = layout.sections
    .map(({ heading, columns }) => ({
      heading,
      columns: columns.map((items) => items.filter(({ field }) => reads(object, field))),
    }))
    .filter(({ columns }) => columns.some((items) => items.length > 0));
  const items = new Map(sections.flatMap(({ columns }) => columns.flat()).map((item) => [item.field, item]));
  // A custom object that names no compact layout has one of the name alone.
  const highlights = (COMPACT[object.name] ?? []).flatMap((name) => org.field(object, name) ?? []);
  const name = object.nameField === null ? [] : [object.fields.get(object.nameField)!];
  const shown = new Set([...name, ...highlights.filter((field) => reads(object, field)), ...items.keys()]);
  return {
    fields: [...shown].map((field) => pageField(org, access, object, field, items.get(field) ?? null)),
    highlights: highlights.filter((field) => shown.has(field)).map((field) => field.name),
    form: [...items.keys()].map((field) => field.name),
    sections: sections.map(({ heading, columns }) => ({
      heading,
      columns: columns.map((column) => column.map(({ field }) => field.name)),
    })),
    relatedLists: layout.relatedLists
      .filter(({ object: child, field }) => access.readsObject(child.name) && reads(child, field))
      .map(({ object: child, relationshipName, columns }) => ({
        id: relationshipName,
        label: child.labelPlural,
        object: child.name,
        columns: columns
          .filter((column) => reads(child, column))
          .map((column) => pageField(org, access, child, column, null)),
      })),
  };
}
