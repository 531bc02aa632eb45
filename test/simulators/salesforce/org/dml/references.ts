import { RowFault } from '../errors.ts';
import type { Field, SObject, SRecord } from '../types.ts';
import { checkOwner } from './checks.ts';
import { target, type DmlContext } from './context.ts';
import { noCrossAccess, notWritable } from './faults.ts';

/** Every reference that is written must lead to a record that is there and that the user may see. */
export function checkReferences(
  context: DmlContext,
  object: SObject,
  before: SRecord | null,
  after: SRecord,
  written: readonly Field[],
): void {
  const { access } = context;
  for (const field of written) {
    const id = after[field.name] ?? null;
    if (!field.reference || id === null || (before && before[field.name] === id)) continue;
    if (before && !field.reference.reparentable) throw notWritable([field.name]);
    checkTarget(context, field, String(id));
    if (field.name === 'OwnerId') checkOwner(context, object, before, after);
    if (object.shareOf !== undefined) continue;
    const moved = field.reference.masterDetail || object.sharing === 'ControlledByParent';
    if (moved && !access.changesRecord(object.name, after)) throw noCrossAccess(String(id));
  }
}

function checkTarget({ schema, store, access }: DmlContext, field: Field, id: string): void {
  const object = schema.objectOfId(id);
  if (!object || !field.reference!.to.includes(object.name))
    throw new RowFault('FIELD_INTEGRITY_EXCEPTION', `${field.label}: id value of incorrect type: ${id}`, [field.name]);
  const record = store.find(object, id);
  if (!record) throw new RowFault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  if (record['IsDeleted'] === true) throw new RowFault('ENTITY_IS_DELETED', 'entity is deleted', []);
  if (!access.readsObject(object.name) || !access.seesRecord(object.name, record)) throw noCrossAccess(id);
}

/** A reference whose target is locked with the record: a master, an Account, or one that deletes or keeps the record. */
const locksTarget = ({ reference, custom }: Field): boolean =>
  reference !== undefined &&
  (reference.masterDetail || (custom ? reference.onDelete !== 'setNull' : reference.to.includes('Account')));

/**
 * Records whose row is locked by this save: the record itself, and what locks with it, before and after; over masters up
 * to the Account (developer docs, "Record-Level Locking").
 */
export function lockedRecords(
  context: DmlContext,
  object: SObject,
  before: SRecord | null,
  after: SRecord,
): ReadonlySet<string> {
  const ids = new Set<string>();
  if (before) ids.add(after.Id);
  for (const field of object.fields.values()) {
    if (!locksTarget(field)) continue;
    for (const id of [before?.[field.name], after[field.name]]) {
      if (typeof id !== 'string' || ids.has(id)) continue;
      ids.add(id);
      const master = field.reference!.to[0]!;
      const record = field.reference!.masterDetail ? target(context, master, id) : null;
      if (record)
        for (const other of lockedRecords(context, context.schema.object(master)!, record, record)) ids.add(other);
    }
  }
  return ids;
}
