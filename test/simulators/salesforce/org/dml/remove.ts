import { RowFault } from '../errors.ts';
import { toDateTime } from '../values.ts';
import type { SObject, SRecord } from '../types.ts';
import type { DmlContext } from './context.ts';
import { lockedAccounts } from './references.ts';
import { noAccess } from './save.ts';

/** Deletes one record softly, with its details; lookups to it are emptied. @throws RowFault */
export function removeRow(context: DmlContext, object: SObject, record: SRecord): void {
  const { access, locks } = context;
  if (!access.deletesObject(object.name) || !access.changesRecord(object.name, record)) throw noAccess();
  for (const accountId of lockedAccounts(context, object, null, record)) locks.refuse(accountId);
  cascade(context, object, record);
}

function cascade(context: DmlContext, object: SObject, record: SRecord): void {
  const { schema, store, clock } = context;
  const at = toDateTime(new Date(Math.floor(clock.now().getTime() / 1000) * 1000));
  for (const { object: child, field } of schema.references(object)) {
    for (const id of store.holding(field, record.Id)) {
      const childRecord = store.find(child, id)!;
      const { onDelete } = field.reference!;
      if (onDelete === 'restrict')
        throw new RowFault(
          'DELETE_FAILED',
          `Your attempt to delete ${String(record['Name'] ?? record.Id)} could not be completed because it is associated with the following ${child.labelPlural.toLowerCase()}.: ${id}`,
        );
      if (onDelete === 'cascade') cascade(context, child, childRecord);
      else store.put(child, { ...childRecord, [field.name]: null });
    }
  }
  store.put(object, { ...record, IsDeleted: true, LastModifiedDate: at, SystemModstamp: at });
}
