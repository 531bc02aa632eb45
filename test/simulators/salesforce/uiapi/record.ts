import { createHash } from 'node:crypto';
import type { FieldValue, SObject, SRecord } from '../org/types.ts';
import { displayValue, shownValue } from './display.ts';
import { noAccess, notFound } from './errors.ts';
import type { Selection } from './fields.ts';
import type { Session } from './session.ts';

type FieldRepresentation = { displayValue: string | null; value: FieldValue | RecordRepresentation };
/** UI API docs, "Record". */
export type RecordRepresentation = {
  apiName: string;
  childRelationships: Record<string, never>;
  eTag: string;
  fields: Record<string, FieldRepresentation>;
  id: string;
  lastModifiedById: FieldValue;
  lastModifiedDate: FieldValue;
  recordTypeId: null;
  recordTypeInfo: null;
  systemModstamp: FieldValue;
  weakEtag: number;
};

/** Hash that changes with the content, as clients compare it. */
export const eTagOf = (content: unknown): string => createHash('md5').update(JSON.stringify(content)).digest('hex');

/** Milliseconds of the last change. */
export function weakEtag(record: SRecord): number {
  const stamp = record['SystemModstamp'];
  return typeof stamp === 'string' ? Date.parse(stamp) : 0;
}

/** The record of an id, whatever its object; 404 when there is none, 403 when permissions or sharing hide it. */
export function readableRecord(id: string, session: Session): { object: SObject; record: SRecord } {
  const { org, access } = session;
  const object = org.objects().find(({ keyPrefix }) => keyPrefix !== '' && id.startsWith(keyPrefix));
  const record = object && org.get(object.name, id);
  if (!object || !record) throw notFound();
  if (!access.readsObject(object.name) || !access.seesRecord(object.name, record)) throw noAccess();
  return { object, record };
}

export function representationOf(
  object: SObject,
  record: SRecord,
  selection: Selection,
  session: Session,
): RecordRepresentation {
  const { org, access, timeZone } = session;
  const fields: Record<string, FieldRepresentation> = {};
  for (const field of selection.own) {
    const value = org.value(object, record, field, access.userId);
    fields[field.name] = { displayValue: displayValue(field, value, timeZone), value: shownValue(field, value) };
  }
  for (const [relationship, { field, parent, selection: inner }] of selection.parents) {
    const id = org.value(object, record, field);
    const found = typeof id === 'string' ? org.get(parent.name, id) : null;
    const visible = found && access.seesRecord(parent.name, found) ? found : null;
    const name = visible && parent.fields.get('Name');
    fields[relationship] = {
      displayValue: visible && name ? String(org.value(parent, visible, name)) : null,
      value: visible && representationOf(parent, visible, inner, session),
    };
  }
  const instant = (name: string) => {
    const field = object.fields.get(name);
    return field ? shownValue(field, record[name] ?? null) : null;
  };
  return {
    apiName: object.name,
    childRelationships: {},
    eTag: eTagOf(fields),
    fields,
    id: record.Id,
    lastModifiedById: record['LastModifiedById'] ?? null,
    lastModifiedDate: instant('LastModifiedDate'),
    recordTypeId: null,
    recordTypeInfo: null,
    systemModstamp: instant('SystemModstamp'),
    weakEtag: weakEtag(record),
  };
}
