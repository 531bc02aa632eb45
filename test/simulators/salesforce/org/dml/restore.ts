import type { SimClock } from '../../../kit/clock.ts';
import { RowFault } from '../errors.ts';
import type { Field, SObject, SRecord } from '../types.ts';
import { behaviourOf } from './behaviours/index.ts';
import { checkUnique } from './checks.ts';
import { nowOf, target, type DmlContext } from './context.ts';
import { lockedRecords } from './references.ts';
import { emptiedBy } from './remove.ts';
import { noAccess } from './faults.ts';
import { summarize } from './summaries.ts';

const RETENTION_MS = 15 * 86_400_000;

function isKept(clock: SimClock, record: SRecord): boolean {
  const since = Date.parse(String(record['LastModifiedDate']).replace('+0000', 'Z'));
  return clock.now().getTime() - since <= RETENTION_MS;
}

/** Removes for good what has been in the recycle bin for more than 15 days. */
export function purge({ schema, store, clock }: Pick<DmlContext, 'schema' | 'store' | 'clock'>): void {
  for (const object of schema.all())
    for (const record of store.deleted(object)) if (!isKept(clock, record)) store.erase(object, record.Id);
}

/** @throws RowFault when the record is not in the recycle bin; deleted records stay there for 15 days */
function inRecycleBin(context: DmlContext, record: SRecord): void {
  const there = record['IsDeleted'] === true && isKept(context.clock, record);
  if (!there || record['_deletedWith'] === undefined)
    throw new RowFault('UNDELETE_FAILED', 'entity is not in the recycle bin');
}

/** Details that went with a deleted record, at all levels. */
function wentWith({ schema, store }: DmlContext, root: string): { object: SObject; record: SRecord }[] {
  return schema.all().flatMap((object) =>
    store
      .deleted(object)
      .filter((record) => record['_deletedWith'] === root)
      .map((record) => ({ object, record })),
  );
}

/** References to records that were deleted by themselves since. */
function leadNowhere({ schema, store }: DmlContext, object: SObject, record: SRecord): Field[] {
  return [...object.fields.values()].filter((field) => {
    const id = record[field.name];
    const to = field.reference && typeof id === 'string' ? schema.objectOfId(id) : undefined;
    if (!to) return false;
    const there = store.find(to, String(id));
    return !there || (there['IsDeleted'] === true && there['_deletedWith'] !== record['_deletedWith']);
  });
}

/** What a merge lost comes back as a record like any other. */
function bringBack(context: DmlContext, object: SObject, record: SRecord): void {
  const { store } = context;
  const { _deletedWith, _emptied, ...values } = record;
  const at = nowOf(context);
  const stamp = { LastModifiedDate: at, LastModifiedById: context.access.userId, SystemModstamp: at };
  const restored = { ...values, IsDeleted: false, ...stamp } as SRecord;
  for (const { name } of leadNowhere(context, object, record)) restored[name] = null;
  if (object.fields.has('MasterRecordId')) restored['MasterRecordId'] = null;
  checkUnique({ context, object, before: null, after: restored, written: new Set() });
  store.put(object, restored);
  for (const { object: name, id, field } of emptiedBy(record)) {
    const holder = target(context, name, id);
    if (holder && (holder[field] ?? null) === null)
      store.put(context.schema.object(name)!, { ...holder, [field]: record.Id, SystemModstamp: at });
  }
}

const parentDeleted = (): RowFault =>
  new RowFault('UNDELETE_FAILED', 'the parent record is deleted: undelete it instead');

/** Brings a deleted record back, with its details and the lookups that it emptied. @throws RowFault */
export function undeleteRow(context: DmlContext, object: SObject, record: SRecord): void {
  const { access, locks, triggers } = context;
  if (!access.deletesObject(object.name) || !access.removesRecord(object.name, record)) throw noAccess();
  inRecycleBin(context, record);
  if (
    record['_deletedWith'] !== record.Id &&
    target(context, rootObject(context, record), record['_deletedWith']) === null
  )
    throw parentDeleted();
  if (leadNowhere(context, object, record).some(({ reference }) => reference!.masterDetail)) throw parentDeleted();
  triggers.run(object.name, 'undelete');
  for (const id of lockedRecords(context, object, record, record)) locks.take(id);
  const back = wentWith(context, record.Id);
  if (!back.some((one) => one.record.Id === record.Id)) back.unshift({ object, record });
  for (const one of back) bringBack(context, one.object, one.record);
  for (const one of back) {
    behaviourOf(one.object).removed?.(context, one.record);
    summarize(context, one.object, null, one.record);
  }
}

const rootObject = ({ schema }: DmlContext, record: SRecord): string =>
  schema.objectOfId(String(record['_deletedWith']))?.name ?? 'Account';

/** Removes a deleted record for good, with the details that went with it. @throws RowFault */
export function eraseRow(context: DmlContext, object: SObject, record: SRecord): void {
  const { access, store } = context;
  if (!access.deletesObject(object.name) || !access.removesRecord(object.name, record)) throw noAccess();
  inRecycleBin(context, record);
  for (const one of wentWith(context, record.Id)) store.erase(one.object, one.record.Id);
  store.erase(object, record.Id);
}
