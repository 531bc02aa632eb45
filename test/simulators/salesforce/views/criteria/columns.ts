import type { UserAccess } from '../../org/access.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { Schema } from '../../org/schema/schema.ts';
import type { Field, FieldValue, SObject, SRecord } from '../../org/types.ts';
import { parentOf, type FieldPath } from '../../soql/names.ts';
import { displayValue } from '../../uiapi/display.ts';

/** Who looks at a list or report. */
export type Reader = { org: SimulatedOrg; access: UserAccess; timeZone: string };
/** What one column shows of one row; `value` of a record or reference is its id. */
export type Cell = { label: string; value: FieldValue };

export const EMPTY: Cell = { label: '-', value: null };

export function readerOf(org: SimulatedOrg, userId: string): Reader {
  const zone = org.get('User', userId)?.['TimeZoneSidKey'];
  return { org, access: org.accessOf(userId), timeZone: typeof zone === 'string' && zone !== '' ? zone : 'UTC' };
}

/** @param name `Amount__c`, `Account__c.Name`, `Owner.Alias`; null when a step leads nowhere */
export function pathOf(schema: Schema, object: SObject, name: string): FieldPath | null {
  const steps = name.split('.');
  const last = steps.pop()!;
  const parents: FieldPath['parents'] = [];
  let at = object;
  for (const step of steps) {
    const field = schema.relationship(at, step) ?? schema.field(at, step);
    const target = schema.object(field?.reference?.to[0] ?? '');
    if (!field || !target) return null;
    parents.push({ field, object: target });
    at = target;
  }
  const field = schema.field(at, last) ?? schema.field(at, `${last}Id`);
  return field ? { parents, object: at, field } : null;
}

/** Whether permissions let the user see every field on the way. */
export function reads(access: UserAccess, object: SObject, { parents, object: end, field }: FieldPath): boolean {
  let at = object;
  for (const step of parents) {
    if (!access.readsField(at.name, step.field.name) || !access.readsObject(step.object.name)) return false;
    at = step.object;
  }
  return access.readsField(end.name, field.name);
}

/** The record at the end of the path, and the value of the field there. */
function found(
  { org, access }: Reader,
  path: FieldPath,
  record: SRecord,
): { holder: SRecord; value: FieldValue } | null {
  const context = { org, access, text: '', all: false, unsupported: (what: string) => new Error(what) as never };
  const holder = parentOf(context, path.parents, record);
  return holder && { holder, value: org.value(path.object, holder, path.field, access.userId) };
}

export const valueOf = (reader: Reader, path: FieldPath, record: SRecord): FieldValue =>
  found(reader, path, record)?.value ?? null;

/** The name of the record that a reference points to, as far as the user sees it. */
export function nameOfReference({ org, access }: Reader, field: Field, id: FieldValue): string | null {
  for (const target of field.reference?.to ?? []) {
    const object = org.object(target);
    const record = object && id !== null ? org.get(object.name, String(id)) : null;
    if (!object || !record || !access.readsObject(object.name) || !access.seesRecord(object.name, record)) continue;
    const name = object.nameField === null ? null : object.fields.get(object.nameField);
    return name ? String(org.value(object, record, name, access.userId) ?? record.Id) : record.Id;
  }
  return null;
}

export function labelOf(reader: Reader, field: Field, value: FieldValue): string {
  if (value === null) return EMPTY.label;
  if (field.type === 'reference') return nameOfReference(reader, field, value) ?? EMPTY.label;
  return displayValue(field, value, reader.timeZone) ?? String(value);
}

export function cellOf(reader: Reader, path: FieldPath, record: SRecord): Cell {
  const at = found(reader, path, record);
  if (!at) return EMPTY;
  const label = labelOf(reader, path.field, at.value);
  if (path.field.type === 'reference' && label === EMPTY.label) return EMPTY;
  return { label, value: path.field.name === path.object.nameField ? at.holder.Id : at.value };
}
