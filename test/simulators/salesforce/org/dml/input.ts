import { RowFault } from '../errors.ts';
import { coerce } from '../values.ts';
import type { Field, FieldValue, InputRow, SObject } from '../types.ts';
import type { DmlContext } from './context.ts';
import { unknownField } from './faults.ts';

/** A row whose JSON was read; `unknown` is a field that is not there, `faults` what is wrong with values. */
export type ReadRow = { values: Map<Field, FieldValue>; unknown: RowFault | null; faults: Map<Field, RowFault> };

/**
 * Reads the JSON of one row.
 * @param skip fields that name the row and are not written, such as `Id` of an update
 * @throws RequestFault when a value has the wrong JSON type: then no row of the request is tried
 */
export function readRow(context: DmlContext, object: SObject, row: InputRow, skip: readonly string[]): ReadRow {
  const values = new Map<Field, FieldValue>();
  let unknown: RowFault | null = null;
  const faults = new Map<Field, RowFault>();
  for (const [name, value] of Object.entries(row)) {
    if (name === 'attributes' || skip.some((other) => other.toLowerCase() === name.toLowerCase())) continue;
    const field = context.schema.field(object, name);
    const relationship = field ? undefined : context.schema.relationship(object, name);
    const target = field ?? relationship;
    if (!target) {
      unknown ??= unknownField(name, object);
      continue;
    }
    if (values.has(target)) {
      unknown ??= new RowFault('INVALID_FIELD', `Field ${target.name} is specified more than once`, [target.name]);
      continue;
    }
    try {
      values.set(target, field ? coerce(field, value) : byExternalId(context, relationship!, value));
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      faults.set(target, error);
      values.set(target, null);
    }
  }
  return { values, unknown, faults };
}

/** `{Key__c: 'stripe:account:cus_1'}` → the id of that record. */
function byExternalId(context: DmlContext, field: Field, value: unknown): FieldValue {
  if (value === null) return null;
  const { to, relationshipName } = field.reference!;
  const fault = (message: string): RowFault => new RowFault('INVALID_FIELD', message, [relationshipName]);
  if (typeof value !== 'object' || Array.isArray(value)) throw fault(`${relationshipName} must be an object`);
  const attributes = (value as { attributes?: { type?: unknown } }).attributes;
  const target = context.schema.object(to.length > 1 ? String(attributes?.type ?? '') : to[0]!);
  const entries = Object.entries(value).filter(([name]) => name !== 'attributes');
  const [name, key] = entries[0] ?? [];
  const external = target && name !== undefined ? context.schema.field(target, name) : undefined;
  if (!target || entries.length !== 1 || !external?.externalId)
    throw fault(`${name ?? relationshipName} is not an External ID or indexed field for ${target?.name ?? to[0]}`);
  const wanted = coerce(external, key);
  const ids = context.store.holding(external, wanted);
  if (ids.length === 0 || !context.access.readsObject(target.name))
    throw fault(
      `Foreign key external ID: ${String(wanted).toLowerCase()} not found for field ${external.name} in entity ${target.name}`,
    );
  if (ids.length > 1)
    throw new RowFault('INVALID_FIELD', `More than one record found for external id field: [${ids.join(', ')}]`);
  return ids[0]!;
}
