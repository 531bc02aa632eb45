import { RowFault } from '../errors.ts';
import type { SObject, SRecord } from '../types.ts';
import { behaviourOf } from './behaviours/index.ts';
import { nowOf, type DmlContext } from './context.ts';
import { lockedRecords } from './references.ts';
import { noAccess, noCrossAccess } from './faults.ts';
import { checkApproval, refuseOperation } from './save.ts';
import { summarize } from './summaries.ts';

/** What the recycle bin knows of a record beside its values: with which one it went, and what referred to it. */
type Emptied = { object: string; id: string; field: string };
export const emptiedBy = (record: SRecord): Emptied[] => JSON.parse(String(record['_emptied'] ?? '[]')) as Emptied[];

/** Deletes one record softly, with its details; lookups to it are emptied. @throws RowFault */
export function removeRow(context: DmlContext, object: SObject, record: SRecord): void {
  const { access, locks } = context;
  refuseOperation(object, 'delete');
  if (!access.deletesObject(object.name)) throw noAccess();
  if (!access.removesRecord(object.name, record))
    throw access.seesRecord(object.name, record) ? noAccess() : noCrossAccess(record.Id);
  checkApproval({ context, object, before: record, after: record, written: new Set() });
  context.triggers.run(object.name, 'delete');
  for (const id of lockedRecords(context, object, record, record)) locks.take(id);
  cascade(context, object, record, record.Id);
}

function cascade(context: DmlContext, object: SObject, record: SRecord, root: string): void {
  const { schema, store } = context;
  const behaviour = behaviourOf(object);
  const at = nowOf(context);
  const emptied: Emptied[] = [];
  const gone = { IsDeleted: true, LastModifiedDate: at, LastModifiedById: context.access.userId, SystemModstamp: at };
  if (record.Id === root) behaviour.removing?.(context, record);
  store.put(object, { ...record, ...gone, _deletedWith: root } as SRecord);
  for (const { object: child, field } of schema.references(object)) {
    for (const id of store.holding(field, record.Id)) {
      const childRecord = store.find(child, id)!;
      const { onDelete } = field.reference!;
      if (onDelete === 'restrict')
        throw new RowFault(
          'DELETE_FAILED',
          `Your attempt to delete ${String(record[object.nameField ?? 'Name'] ?? record.Id)} could not be completed because it is associated with the following ${child.labelPlural.toLowerCase()}.: ${String(childRecord[child.nameField ?? 'Id'] ?? id)}`,
        );
      if (child.shareOf !== undefined) store.erase(child, id);
      else if (onDelete === 'cascade') cascade(context, child, childRecord, root);
      else {
        emptied.push({ object: child.name, id, field: field.name });
        store.put(child, { ...childRecord, [field.name]: null, SystemModstamp: at });
      }
    }
  }
  if (emptied.length > 0)
    store.put(object, { ...store.find(object, record.Id)!, _emptied: JSON.stringify(emptied) } as SRecord);
  behaviour.removed?.(context, record);
  summarize(context, object, record, record);
}
