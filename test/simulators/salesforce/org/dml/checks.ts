import { refuseAll, RowFault } from '../errors.ts';
import type { Field, SObject, SRecord } from '../types.ts';
import { target, type DmlContext, type Save } from './context.ts';
import { missing } from './faults.ts';

const requiredFields = (object: SObject): Field[] => [...object.fields.values()].filter((field) => field.required);

/** @param exempt fields that this record does without; @throws RowFault REQUIRED_FIELD_MISSING with all that is missing */
export function checkRequired({ object, before, after, written }: Save, exempt: readonly string[] = []): void {
  const absent = requiredFields(object)
    .filter((field) => (after[field.name] ?? null) === null && (before === null || written.has(field.name)))
    .map((field) => field.name)
    .filter((name) => !exempt.includes(name));
  if (absent.length > 0) throw missing(absent);
}

/** @throws RowFault DUPLICATE_VALUE */
export function checkUnique({ context, object, before, after }: Save): void {
  for (const field of object.fields.values()) {
    if (!field.unique || (before && before[field.name] === after[field.name])) continue;
    const other = context.store.holding(field, after[field.name] ?? null).find((id) => id !== after.Id);
    if (other !== undefined) throw duplicate(field, other);
  }
}

/** @throws RowFault with every rule that is broken */
export function checkRules({ context, object, before, after }: Save): void {
  const { schema, evaluator, access } = context;
  refuseAll(
    object.validationRules
      .filter((rule) => evaluator.evaluate(schema.rules.get(rule)!, object, after, before, access) === true)
      .map(
        ({ message, displayField }) =>
          new RowFault('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, displayField ? [displayField] : []),
      ),
  );
}

function duplicate(field: Field, other: string): RowFault {
  if (field.name === 'Username')
    return new RowFault(
      'DUPLICATE_USERNAME',
      'Duplicate Username.<br>Another user has already selected this Username.<br>Please select another.',
      ['Username'],
    );
  return new RowFault(
    'DUPLICATE_VALUE',
    `duplicate value found: ${field.name} duplicates value on record with id: ${other}`,
  );
}

/** Values must be among those of the record type; the record type must be one that the user may choose. */
export function checkPicklists({ context, object, before, after, written }: Save): void {
  const id = after['RecordTypeId'] ?? null;
  if (!object.fields.has('RecordTypeId') || id === null) return;
  const record = target(context, 'RecordType', id);
  const type = context.schema.recordTypes.find(
    (one) => one.object === object.name && one.developerName === record?.['DeveloperName'],
  );
  const chosen = before?.['RecordTypeId'] !== id;
  if (chosen && !(type?.active && context.access.choosesRecordType(`${object.name}.${type.developerName}`)))
    throw new RowFault(
      'INVALID_CROSS_REFERENCE_KEY',
      `Record Type ID: this ID value isn't valid for the user: ${String(id)}`,
      ['RecordTypeId'],
    );
  for (const [name, values] of type?.picklists ?? []) {
    const value = after[name] ?? null;
    const field = object.fields.get(name)!;
    if (value === null || !written.has(name) || !field.picklist?.restricted) continue;
    if (
      !String(value)
        .split(';')
        .every((one) => values.includes(one))
    )
      throw new RowFault(
        'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        `${field.label}: bad value for restricted picklist field: ${String(value)}`,
        [name],
      );
  }
}

/** @throws RowFault when the new owner cannot own the record */
export function checkOwner(context: DmlContext, object: SObject, before: SRecord | null, after: SRecord): void {
  const id = after['OwnerId'] ?? null;
  if (id === null || before?.['OwnerId'] === id) return;
  const queue = target(context, 'Group', id);
  if (queue) {
    const { schema, store } = context;
    const supports = schema.object('QueueSobject')!;
    const known = store
      .holding(supports.fields.get('QueueId')!, queue.Id)
      .some((one) => store.find(supports, one)!['SobjectType'] === object.name);
    if (queue['Type'] !== 'Queue' || !known)
      throw new RowFault('INVALID_CROSS_REFERENCE_KEY', 'Queue not associated with this SObject type', ['OwnerId']);
    return;
  }
  if (target(context, 'User', id)?.['IsActive'] === false)
    throw new RowFault(
      'INACTIVE_OWNER_OR_USER',
      'operation performed with inactive user [' + String(id) + '] as owner of object',
      ['OwnerId'],
    );
  if (!context.accessOf(String(id)).readsObject(object.name))
    throw new RowFault('TRANSFER_REQUIRES_READ', 'The new owner must have read permission', ['OwnerId']);
}
