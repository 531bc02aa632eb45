import type { RequestFault } from '../org/errors.ts';
import type { UserAccess } from '../org/access.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { Field, FieldValue, SObject, SRecord } from '../org/types.ts';
import { noSuchColumn, queryFault } from './fault.ts';
import { NAME_OBJECT, nameValue } from './nameObject.ts';

/** What a query is worked out with. */
export type QueryContext = {
  org: SimulatedOrg;
  access: UserAccess;
  text: string;
  /** Deleted records too (`queryAll`). */
  all: boolean;
  /** Notes what a real org would answer and this one does not. */
  unsupported(what: string): RequestFault;
  /** Keeps what is left of a long list of children; @returns where to get the next page. Lists are whole without. */
  openCursor?(total: number, batchSize: number, page: (from: number, to: number) => unknown[]): string;
};

/** A field, reached over at most five references from the object of the query. */
export type FieldPath = { parents: { field: Field; object: SObject }[]; object: SObject; field: Field };

const MAX_DEPTH = 5;

/**
 * Finds `Name`, `Account__r.Owner.Name`, with the alias of the object before it or not.
 * @throws RequestFault INVALID_FIELD when something on the way is not there or not readable
 */
export function resolve(context: QueryContext, object: SObject, path: string, alias?: string): FieldPath {
  const { org, access, text } = context;
  const parts = path.split('.');
  if (parts.length > 1 && [alias, object.name].some((name) => name?.toLowerCase() === parts[0]!.toLowerCase()))
    parts.shift();
  const last = parts.pop()!;
  if (parts.length > MAX_DEPTH)
    throw queryFault(
      'INVALID_FIELD',
      text,
      path,
      `SOQL relationship fields cannot go more than ${MAX_DEPTH} levels up`,
    );
  const parents: FieldPath['parents'] = [];
  let current = object;
  for (const part of parts) {
    const field = org.schema.relationship(current, part);
    const target = field && access.readsField(current.name, field.name) ? field.reference!.to : [];
    if (target.length === 0 || !target.some((name) => access.readsObject(name)))
      throw queryFault(
        'INVALID_FIELD',
        text,
        path,
        `Didn't understand relationship '${part}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
      );
    current = target.length > 1 ? NAME_OBJECT : org.object(target[0]!)!;
    parents.push({ field: field!, object: current });
  }
  const field = org.field(current, last);
  if (!field || !(current === NAME_OBJECT || access.readsField(current.name, field.name)))
    throw noSuchColumn(text, path, last, current.name);
  return { parents, object: current, field };
}

/** The record at the end of the path; null when a reference is empty or its record hidden from the user. */
export function parentOf(
  { org, access }: QueryContext,
  parents: FieldPath['parents'],
  record: SRecord,
): SRecord | null {
  let current: SRecord = record;
  for (const { field, object } of parents) {
    const id = current[field.name] ?? null;
    const target = id === null || object !== NAME_OBJECT ? object : org.schema.objectOfId(String(id));
    const parent = id === null || !target ? null : org.get(target.name, String(id));
    if (!parent || !access.readsObject(target!.name) || !access.seesRecord(target!.name, parent)) return null;
    current = parent;
  }
  return current;
}

export function valueAt(context: QueryContext, path: FieldPath, record: SRecord): FieldValue {
  const holder = parentOf(context, path.parents, record);
  return holder === null ? null : fieldValue(context, path.object, holder, path.field);
}

/** Value of a field of a record, as this user reads it. */
export function fieldValue({ org, access }: QueryContext, object: SObject, record: SRecord, field: Field): FieldValue {
  if (object !== NAME_OBJECT) return org.value(object, record, field, access.userId);
  return nameValue(org.schema.objectOfId(record.Id)!, record, field.name);
}
