import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { isNotSimulated } from '../../org/schema/notSimulated.ts';
import type { Access, Field, FieldValue, SObject, SRecord } from '../../org/types.ts';
import { notFound, notSimulated } from '../wire/faults.ts';

type RecordBody = { attributes: { type: string; url: string } } & Record<string, unknown>;

export const recordUrl = (version: number, object: SObject, id: string): string =>
  `/services/data/v${version}.0/sobjects/${object.name}/${id}`;

/** @throws RequestFault 404 for objects that are not there or that the user may not read */
export function readableObject(org: SimulatedOrg, access: Access, name: string): SObject {
  const object = org.object(name);
  if (!object && isNotSimulated(name)) throw notSimulated(`The object ${name}`);
  if (!object || !access.readsObject(object.name)) throw notFound();
  return object;
}

/** @throws RequestFault INVALID_FIELD when one is not there or not readable */
export function chosenFields(
  org: SimulatedOrg,
  access: Access,
  object: SObject,
  names: readonly string[] | null,
): Field[] {
  if (names === null) return [...object.fields.values()].filter((field) => access.readsField(object.name, field.name));
  return names.map((name) => {
    const field = org.field(object, name.trim());
    if (!field || !access.readsField(object.name, field.name))
      throw new RequestFault(400, 'INVALID_FIELD', `No such column '${name}' on entity '${object.name}'`);
    return field;
  });
}

export function recordBody(
  org: SimulatedOrg,
  version: number,
  object: SObject,
  record: SRecord,
  fields: readonly Field[],
  userId: string,
): RecordBody {
  const values = fields.map((field): [string, FieldValue] => [field.name, org.value(object, record, field, userId)]);
  return {
    attributes: { type: object.name, url: recordUrl(version, object, record.Id) },
    ...Object.fromEntries(values),
    Id: record.Id,
  };
}
