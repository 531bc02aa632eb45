import { RowFault } from '../errors.ts';
import { defaultOf } from '../schema/fields.ts';
import { toDateTime } from '../values.ts';
import type { Field, FieldValue, SObject, SRecord } from '../types.ts';
import type { DmlContext } from './context.ts';
import { missing, notWritable, type ReadRow } from './input.ts';
import { checkReferences, lockedAccounts } from './references.ts';

export const noAccess = (): RowFault =>
  new RowFault('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');

/** @returns the id of the new record; @throws RowFault */
export function insertRow(context: DmlContext, object: SObject, row: ReadRow): string {
  const { access, store } = context;
  if (!access.createsObject(object.name)) throw noAccess();
  checkWritable(context, object, row, 'createable');
  const record: SRecord = { Id: '' };
  for (const field of object.fields.values())
    if (field.formula === undefined && field.type !== 'id') record[field.name] = defaultOf(field);
  for (const [field, value] of row.values) record[field.name] = value ?? defaultOf(field);
  if (object.fields.has('OwnerId')) record['OwnerId'] ??= access.userId;
  const absent = requiredFields(object).filter((field) => record[field.name] === null);
  if (absent.length > 0) throw missing(absent.map((field) => field.name));
  if (row.fault) throw row.fault;
  record.Id = store.nextId(object);
  record['IsDeleted'] = false;
  stamp(context, record, 'Created');
  commit(context, object, null, record, [...row.values.keys()]);
  return record.Id;
}

/** @throws RowFault */
export function updateRow(context: DmlContext, object: SObject, before: SRecord, row: ReadRow): void {
  const { access } = context;
  if (!access.editsObject(object.name)) throw noAccess();
  if (!access.changesRecord(object.name, before))
    throw access.seesRecord(object.name, before)
      ? noAccess()
      : new RowFault(
          'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
          `insufficient access rights on cross-reference id: ${before.Id}`,
        );
  checkWritable(context, object, row, 'updateable');
  if (row.fault) throw row.fault;
  const emptied = requiredFields(object).filter((field) => row.values.get(field) === null);
  if (emptied.length > 0) throw missing(emptied.map((field) => field.name));
  const after: SRecord = { ...before };
  for (const [field, value] of row.values) after[field.name] = value;
  commit(context, object, before, after, [...row.values.keys()]);
}

const requiredFields = (object: SObject): Field[] => [...object.fields.values()].filter((field) => field.required);

function checkWritable(context: DmlContext, object: SObject, row: ReadRow, how: 'createable' | 'updateable'): void {
  const refused = [...row.values.keys()].filter(
    (field) => !field[how] || !context.access.editsField(object.name, field.name),
  );
  const unknown = row.fault?.statusCode === 'INVALID_FIELD' && row.fault.fields.length === 0;
  if (unknown) throw row.fault!;
  if (refused.length > 0) throw notWritable(refused.map((field) => field.name));
}

function stamp(context: DmlContext, record: SRecord, what: 'Created' | 'LastModified'): void {
  const at = new Date(Math.floor(context.clock.now().getTime() / 1000) * 1000);
  record[`${what}Date`] = toDateTime(at);
  record[`${what}ById`] = context.access.userId;
}

function commit(
  context: DmlContext,
  object: SObject,
  before: SRecord | null,
  after: SRecord,
  written: readonly Field[],
): void {
  const { store, locks } = context;
  stamp(context, after, 'LastModified');
  after['SystemModstamp'] = after['LastModifiedDate']!;
  deriveNames(context, object, after);
  checkReferences(context, object, before, after, written);
  checkUnique(context, object, before, after);
  checkRules(context, object, before, after);
  for (const accountId of lockedAccounts(context, object, before, after)) locks.refuse(accountId);
  store.put(object, after);
}

/** Names that Salesforce makes itself; a custom record without a name is called by its id. */
function deriveNames(context: DmlContext, object: SObject, record: SRecord): void {
  if (object.fields.has('LastName'))
    record['Name'] = [record['FirstName'], record['LastName']].filter(Boolean).join(' ');
  if (object.custom) record['Name'] ??= record.Id;
  if (object.name === 'Task') {
    const what = record['WhatId'] ?? null;
    const target = what === null ? undefined : context.schema.objectOfId(String(what));
    const related = target && context.store.find(target, String(what));
    record['AccountId'] = target?.name === 'Account' ? what : (related?.['AccountId'] ?? null);
  }
}

function checkUnique(context: DmlContext, object: SObject, before: SRecord | null, after: SRecord): void {
  for (const field of object.fields.values()) {
    if (!field.unique || (before && before[field.name] === after[field.name])) continue;
    const other = context.store.holding(field, after[field.name] ?? null).find((id) => id !== after.Id);
    if (other !== undefined)
      throw new RowFault(
        'DUPLICATE_VALUE',
        `duplicate value found: ${field.name} duplicates value on record with id: ${other}`,
      );
  }
}

function checkRules(context: DmlContext, object: SObject, before: SRecord | null, after: SRecord): void {
  const valueIn =
    (record: SRecord) =>
    (field: Field): FieldValue =>
      record[field.name] ?? null;
  const today = context.clock.now().toISOString().slice(0, 10);
  for (const rule of object.validationRules) {
    const prior = before ? valueIn(before) : null;
    const broken = context.schema.rules.get(rule)!.evaluate({ value: valueIn(after), prior, today });
    if (broken === true)
      throw new RowFault(
        'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        rule.message,
        rule.displayField ? [rule.displayField] : [],
      );
  }
}
