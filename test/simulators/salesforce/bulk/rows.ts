import type { SimulatedOrg } from '../org/org.ts';
import type { UserAccess } from '../org/access.ts';
import { RowFault } from '../org/errors.ts';
import type { Field, SObject } from '../org/types.ts';
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

/** Text of a cell as the JSON value that a REST call would carry. @throws RowFault */
function valueOf(field: Field, text: string): string | number | boolean | null {
  if (text === NULL) return null;
  const wrong = (): RowFault =>
    new RowFault('INVALID_TYPE_ON_FIELD_IN_RECORD', `${field.label}: value not of required type: ${text}`, [
      field.name,
    ]);
  if (field.type === 'boolean') {
    if (/^(?:true|1)$/i.test(text)) return true;
    if (/^(?:false|0)$/i.test(text)) return false;
    throw wrong();
  }
  if (!NUMBERS.includes(field.type)) return text;
  if (!/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text)) throw wrong();
  return Number(text);
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
