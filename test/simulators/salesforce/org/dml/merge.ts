import { toDateTime } from '../values.ts';
import type { SObject, SRecord } from '../types.ts';
import type { DmlContext } from './context.ts';

/**
 * Merges one record into another of the same object, as a person does on the Accounts page: what belonged to the loser
 * belongs to the master, and the loser is deleted with `MasterRecordId` (Salesforce help, "Merge Duplicate Accounts").
 */
export function mergeRecords(
  { schema, store, clock }: DmlContext,
  object: SObject,
  master: SRecord,
  loser: SRecord,
): void {
  const at = toDateTime(new Date(Math.floor(clock.now().getTime() / 1000) * 1000));
  store.transaction(() => {
    for (const { object: child, field } of schema.references(object)) {
      if (field.name === 'MasterRecordId') continue;
      for (const id of store.holding(field, loser.Id))
        store.put(child, { ...store.find(child, id)!, [field.name]: master.Id, SystemModstamp: at });
    }
    const deleted = { IsDeleted: true, MasterRecordId: master.Id, LastModifiedDate: at, SystemModstamp: at };
    store.put(object, { ...store.find(object, loser.Id)!, ...deleted });
  });
}
