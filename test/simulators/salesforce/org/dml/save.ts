import { refuseAll, RowFault } from '../errors.ts';
import { defaultOf } from '../schema/fields.ts';
import type { Field, SObject, SRecord } from '../types.ts';
import { behaviourOf } from './behaviours/index.ts';
import { checkPicklists, checkRequired, checkRules, checkUnique } from './checks.ts';
import { nowOf, type DmlContext, type Save } from './context.ts';
import { noAccess, noCrossAccess, notWritable } from './faults.ts';
import type { ReadRow } from './input.ts';
import { checkReferences, lockedRecords } from './references.ts';
import { summarize } from './summaries.ts';

/** What no API may do with records of the object, whoever asks. */
export function refuseOperation(object: SObject, operation: 'create' | 'update' | 'delete'): void {
  if (object.operations?.[operation] === false)
    throw new RowFault(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      `entity type cannot be ${{ create: 'inserted', update: 'updated', delete: 'deleted' }[operation]}: ${object.label}`,
    );
}

const blanks = new WeakMap<SObject, SRecord>();

/** A new record before anything is written. */
function blankOf(object: SObject): SRecord {
  let blank = blanks.get(object);
  if (!blank) {
    const fields = [...object.fields.values()].filter(({ formula, type }) => formula === undefined && type !== 'id');
    blank = { ...Object.fromEntries(fields.map((field) => [field.name, defaultOf(field)])), Id: '' };
    blanks.set(object, blank);
  }
  return blank;
}

/** @returns the id of the new record; @throws RowFault */
export function insertRow(context: DmlContext, object: SObject, row: ReadRow): string {
  const { access, store, schema } = context;
  refuseOperation(object, 'create');
  if (!access.createsObject(object.name)) throw noAccess();
  checkWritable(context, object, row, 'createable');
  const after: SRecord = { ...blankOf(object) };
  for (const [field, value] of row.values) after[field.name] = value ?? defaultOf(field);
  for (const field of object.fields.values()) {
    const formula = schema.defaults.get(field);
    if (formula && !row.values.has(field))
      after[field.name] = context.evaluator.evaluate(formula, object, after, null, access);
  }
  if (object.fields.has('OwnerId')) after['OwnerId'] ??= access.userId;
  const save: Save = { context, object, before: null, after, written: written(row) };
  behaviourOf(object).defaults?.(save);
  const wrong = [...row.faults.keys()].map(({ name }) => name);
  checkRequired(save, [...wrong, ...(behaviourOf(object).notRequired?.(save) ?? [])]);
  refuseAll([...row.faults.values()]);
  after.Id = store.nextId(object);
  for (const field of object.fields.values()) if (field.autoNumber) after[field.name] = store.nextNumber(object, field);
  after['IsDeleted'] = false;
  after['CreatedDate'] = nowOf(context);
  after['CreatedById'] = access.userId;
  commit(save, [...row.values.keys()]);
  return after.Id;
}

/** @throws RowFault */
export function updateRow(context: DmlContext, object: SObject, before: SRecord, row: ReadRow): void {
  const { access } = context;
  refuseOperation(object, 'update');
  if (!access.editsObject(object.name)) throw noAccess();
  if (!access.changesRecord(object.name, before))
    throw access.seesRecord(object.name, before) ? noAccess() : noCrossAccess(before.Id);
  checkWritable(context, object, row, 'updateable');
  const after: SRecord = { ...before };
  for (const [field, value] of row.values) after[field.name] = value;
  const save: Save = { context, object, before, after, written: written(row) };
  refuseAll([...row.faults.values()]);
  checkRequired(save, behaviourOf(object).notRequired?.(save));
  commit(save, [...row.values.keys()]);
}

const written = (row: ReadRow): ReadonlySet<string> => new Set([...row.values.keys()].map(({ name }) => name));

function checkWritable(context: DmlContext, object: SObject, row: ReadRow, how: 'createable' | 'updateable'): void {
  if (row.unknown) throw row.unknown;
  const allowed = behaviourOf(object).writes;
  const refused = [...row.values.keys()].filter(
    (field) => !(allowed?.(field.name, how) ?? field[how]) || !context.access.editsField(object.name, field.name),
  );
  if (refused.length > 0) throw notWritable(refused.map((field) => field.name));
}

function commit(save: Save, writtenFields: readonly Field[]): void {
  const { context, object, before, after } = save;
  const { store, locks, triggers } = context;
  after['LastModifiedDate'] = nowOf(context);
  after['LastModifiedById'] = context.access.userId;
  if (object.fields.has('SystemModstamp')) after['SystemModstamp'] = after['LastModifiedDate'];
  if (object.custom && object.fields.get('Name')?.autoNumber === undefined) after['Name'] ??= after.Id;
  const behaviour = behaviourOf(object);
  checkApproval(save);
  behaviour.prepare?.(save);
  checkReferences(context, object, before, after, writtenFields);
  checkPicklists(save);
  triggers.run(object.name, before ? 'update' : 'insert');
  checkUnique(save);
  checkRules(save);
  context.duplicates.check(save);
  for (const id of lockedRecords(context, object, before, after)) locks.take(id);
  store.put(object, after);
  behaviour.saved?.(save);
  summarize(context, object, before, after);
}

/** A record in approval is locked for all but those who may modify all of them. */
export function checkApproval({ context, object, before }: Save): void {
  if (before && context.approvals.has(before.Id) && !context.access.modifiesAllRecords(object.name))
    throw new RowFault('ENTITY_IS_LOCKED', 'the entity is locked for editing');
}
