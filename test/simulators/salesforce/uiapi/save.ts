import type { RowResult, SObject } from '../org/types.ts';
import { fault, UiApiError, type DmlOutput } from './errors.ts';
import { allFields } from './fields.ts';
import { readableObject } from './objectInfo.ts';
import { readableRecord, representationOf, type RecordRepresentation } from './record.ts';
import type { Session } from './session.ts';

/** The refusal of a save: faults of fields apart from faults of the record (UI API docs, "Record Exception"). */
function refusal(object: SObject, { errors }: RowResult, verb: string): UiApiError {
  const output: DmlOutput = { errors: [], fieldErrors: {} };
  for (const { statusCode, message, fields } of errors) {
    const field = fields[0] === undefined ? undefined : object.fields.get(fields[0]);
    const one = fault(statusCode, message, field?.name ?? null, field?.label ?? null);
    if (field) (output.fieldErrors[field.name] ??= []).push(one);
    else output.errors.push(one);
  }
  const message = `An error occurred while trying to ${verb} the record. Please try again.`;
  return new UiApiError(400, errors[0]?.statusCode ?? 'UNKNOWN_EXCEPTION', message, output);
}

function fieldsOf(body: Record<string, unknown>): Record<string, unknown> {
  const { fields } = body;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new UiApiError(400, 'MISSING_ARGUMENT', 'fields must be an object');
  return fields as Record<string, unknown>;
}

/** POST `{apiName, fields}` → the new record with every field that the user may read. */
export function createRecord(body: Record<string, unknown>, session: Session): RecordRepresentation {
  const object = readableObject(String(body['apiName']), session);
  const [result] = session.org.insert(object.name, [fieldsOf(body)], { userId: session.access.userId });
  if (!result?.id) throw refusal(object, result!, 'create');
  const { record } = readableRecord(result.id, session);
  return representationOf(object, record, allFields(object, session), session);
}

/** PATCH `{fields}` → the record after the change. */
export function updateRecord(id: string, body: Record<string, unknown>, session: Session): RecordRepresentation {
  const { object, record } = readableRecord(id, session);
  const row = { ...fieldsOf(body), Id: record.Id };
  const [result] = session.org.update(object.name, [row], { userId: session.access.userId });
  if (!result?.success) throw refusal(object, result!, 'update');
  return representationOf(object, readableRecord(id, session).record, allFields(object, session), session);
}

export function deleteRecord(id: string, session: Session): void {
  const { object, record } = readableRecord(id, session);
  const [result] = session.org.remove(object.name, [record.Id], { userId: session.access.userId });
  if (!result?.success) throw refusal(object, result!, 'delete');
}
