import type { SimulatedOrg } from '../org/org.ts';
import type { UserAccess } from '../org/access.ts';
import { RequestFault, RowFault } from '../org/errors.ts';
import type { Field, SObject } from '../org/types.ts';
import { coerce } from '../org/values.ts';
import { CsvFault } from './csv.ts';

/** What a column of the file writes to: a field, or a parent by its external id. */
export type Column = { field: Field; relationship: string | null };

const NULL = '#N/A';
const NUMBERS: readonly Field['type'][] = ['double', 'int', 'currency', 'percent'];

/** @throws CsvFault for a name that is no field of the object, or that the user may not read */
export function columnsOf(org: SimulatedOrg, access: UserAccess, object: SObject, header: readonly string[]): Column[] {
  const seen = new Set<string>();
  return header.map((name): Column => {
    const [first = '', second, ...rest] = name.split('.');
    const reference = second === undefined ? undefined : org.schema.relationship(object, first);
    const parent = reference?.reference?.to.length === 1 ? org.object(reference.reference.to[0]!) : undefined;
    const field = second === undefined ? org.field(object, name) : parent && org.field(parent, second);
    const holder = second === undefined ? object : parent;
    const readable =
      field &&
      holder &&
      access.readsField(holder.name, field.name) &&
      (!reference || access.readsField(object.name, reference.name));
    if (!readable || rest.length > 0 || (second !== undefined && !field.externalId))
      throw new CsvFault(`InvalidBatch : Field name not found : ${name}`);
    if (seen.has(name.toLowerCase())) throw new CsvFault(`InvalidBatch : Duplicate field name : ${name}`);
    seen.add(name.toLowerCase());
    return { field, relationship: second === undefined ? null : first };
  });
}

/** Text of a cell as the JSON value that a REST call would carry; as it is when it is none of the field's type. */
function jsonOf(field: Field, text: string): string | number | boolean {
  if (field.type === 'boolean' && /^(?:true|1|false|0)$/i.test(text)) return /^(?:true|1)$/i.test(text);
  const isNumber = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text);
  return NUMBERS.includes(field.type) && isNumber ? Number(text) : text;
}

/** @throws RowFault for a cell that does not fit its type, where a REST call would be refused whole */
function valueOf(field: Field, text: string): string | number | boolean | null {
  if (text === NULL) return null;
  const value = jsonOf(field, text);
  try {
    coerce(field, value);
  } catch (error) {
    if (error instanceof RequestFault)
      throw new RowFault('INVALID_TYPE_ON_FIELD_IN_RECORD', `${field.label}: value not of required type: ${text}`, [
        field.name,
      ]);
    if (!(error instanceof RowFault)) throw error;
    // Told by the save, with what else is wrong.
  }
  return value;
}

/** A line of the file as a row to save; empty cells say nothing, `#N/A` empties. @throws RowFault */
export function inputRow(columns: readonly Column[], cells: readonly string[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [at, { field, relationship }] of columns.entries()) {
    const text = cells[at] ?? '';
    if (text === '') continue;
    const value = valueOf(field, text);
    if (relationship === null) row[field.name] = value;
    else row[relationship] = value === null ? null : { [field.name]: value };
  }
  return row;
}
