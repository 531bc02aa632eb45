import { RowFault } from '../errors.ts';
import type { SObject, SRecord } from '../types.ts';
import { behaviourOf } from './behaviours/index.ts';
import { nowOf, type DmlContext } from './context.ts';
import type { ReadRow } from './input.ts';
import { lockedRecords } from './references.ts';
import { noAccess } from './faults.ts';
import { updateRow } from './save.ts';
import { summarize } from './summaries.ts';

const MERGED = ['Account', 'Contact', 'Lead'];
const MAX_LOSERS = 2;

/**
 * Merges records into another one of the same object (Salesforce help, "Merge Duplicate Accounts"): what belonged to the
 * losers belongs to the master, and they are deleted with `MasterRecordId`.
 * @param values to take over into the master
 * @throws RowFault
 */
export function mergeRows(
  context: DmlContext,
  object: SObject,
  master: SRecord,
  losers: readonly SRecord[],
  values: ReadRow,
): void {
  const { access, store, schema, locks } = context;
  if (!MERGED.includes(object.name)) throw new RowFault('INVALID_TYPE', `${object.name} records cannot be merged`);
  if (losers.length === 0 || losers.length > MAX_LOSERS || losers.some((loser) => loser.Id === master.Id))
    throw new RowFault('INVALID_ID_FIELD', `one or two other records must be merged into ${master.Id}`);
  if (new Set(losers.map(({ Id }) => Id)).size !== losers.length)
    throw new RowFault('DUPLICATE_VALUE', 'a record is named twice');
  for (const loser of losers)
    if (!access.deletesObject(object.name) || !access.removesRecord(object.name, loser)) throw noAccess();
  for (const loser of losers) for (const id of lockedRecords(context, object, loser, loser)) locks.take(id);
  const at = nowOf(context);
  const stamp = { LastModifiedDate: at, LastModifiedById: access.userId, SystemModstamp: at };
  for (const loser of losers) {
    for (const { object: child, field } of schema.references(object)) {
      if (field.name === 'MasterRecordId') continue;
      for (const id of store.holding(field, loser.Id)) {
        const before = store.find(child, id)!;
        if (child.shareOf !== undefined) {
          store.erase(child, id);
          continue;
        }
        const own = child === object && id === master.Id;
        const after = { ...before, [field.name]: own ? null : master.Id, ...stamp } as SRecord;
        store.put(child, after);
        behaviourOf(child).removed?.(context, after);
        summarize(context, child, before, after);
      }
    }
    store.put(object, {
      ...store.find(object, loser.Id)!,
      ...stamp,
      IsDeleted: true,
      MasterRecordId: master.Id,
      _deletedWith: loser.Id,
    } as SRecord);
  }
  updateRow(context, object, store.find(object, master.Id)!, values);
}
