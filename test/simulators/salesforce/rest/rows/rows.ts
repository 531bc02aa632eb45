import type { SimulatedOrg } from '../../org/org.ts';
import { RequestFault, RowFault } from '../../org/errors.ts';
import { normalizeId } from '../../org/ids.ts';
import type { InputRow, SObject, SRecord } from '../../org/types.ts';
import { jsonObject } from '../wire/body.ts';
import { noContent, ok, param, type Call, type Reply } from '../wire/call.ts';
import { saveOptions } from '../wire/callOptions.ts';
import { notFound, notSimulated, rowReply } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { conditionFails, etagOf, validators } from './conditional.ts';
import { chosenFields, readableObject, recordBody, recordUrl } from './records.ts';

/** A record that the user may see. @throws RequestFault 404, as an org does for what it hides */
export function visible(org: SimulatedOrg, { access }: Call, object: SObject, id: string): SRecord {
  const record = org.store.find(object, id);
  if (!record || !access.seesRecord(object.name, record))
    throw normalizeId(id)
      ? notFound()
      : notFound(`Provided external ID field does not exist or is not accessible: ${id}`);
  if (record['IsDeleted'] === true) throw new RequestFault(404, 'ENTITY_IS_DELETED', 'entity is deleted');
  return record;
}

/** @throws RowFault INVALID_FIELD for what the address says already */
export function notInBody(row: InputRow, name: string): void {
  if (Object.keys(row).some((key) => key.toLowerCase() === name.toLowerCase()))
    throw new RowFault('INVALID_FIELD', `The ${name} field should not be specified in the sobject data.`, [name]);
}

/** The record in the body. @throws RequestFault; files come in multipart bodies, which are not simulated */
export function rowOf(call: Call): InputRow {
  if ('type' in call.body && /^multipart\//i.test(call.body.type)) throw notSimulated('A file in a record');
  return jsonObject(call);
}

const namesOf = (call: Call): string[] | null => call.query.get('fields')?.split(',') ?? null;

export function readRow(org: SimulatedOrg, call: Call, object: SObject, record: SRecord): Reply {
  const fields = chosenFields(org, call.access, object, namesOf(call));
  const [etag, modified] = [etagOf(object, record), new Date(String(record['LastModifiedDate']))];
  const unchanged = conditionFails(call, etag, modified);
  if (unchanged) return unchanged;
  return {
    ...ok(recordBody(org, call.version, object, record, fields, call.access.userId)),
    headers: validators(etag, modified),
  };
}

export function updateRow(org: SimulatedOrg, call: Call, object: SObject, record: SRecord): Reply {
  const row = rowOf(call);
  notInBody(row, 'Id');
  conditionFails(call, etagOf(object, record), new Date(String(record['LastModifiedDate'])));
  const [result] = org.update(object.name, [{ ...row, Id: record.Id }], saveOptions(call));
  return rowReply(result!, () => noContent);
}

export function deleteRow(org: SimulatedOrg, call: Call, object: SObject, record: SRecord): Reply {
  const [result] = org.remove(object.name, [record.Id], saveOptions(call));
  return rowReply(result!, () => noContent);
}

/** Create, read, update and delete of single records by id (REST API Developer Guide, "sObject Rows"). */
export function addRows(routes: Routes, org: SimulatedOrg): void {
  const objectOf = (call: Call): SObject => readableObject(org, call.access, param(call, 'object'));
  const create = (call: Call, upsert: boolean): Reply => {
    const object = objectOf(call);
    const [result] = org.insert(object.name, [rowOf(call)], saveOptions(call));
    return rowReply(result!, (row) => ({
      status: 201,
      headers: { Location: recordUrl(call.version, object, row.id!) },
      json: upsert ? { ...row, created: true } : row,
    }));
  };
  routes.on('POST', '/sobjects/:object', (call) => create(call, false));
  // An upsert whose key is an empty Id: a new record (docs: "Insert or Update (Upsert) a Record").
  routes.on('POST', '/sobjects/:object/Id', (call) => create(call, call.version >= 46));
  const path = '/sobjects/:object/:id';
  const onRow =
    (act: (org: SimulatedOrg, call: Call, object: SObject, record: SRecord) => Reply) =>
    (call: Call): Reply => {
      const object = objectOf(call);
      return act(org, call, object, visible(org, call, object, param(call, 'id')));
    };
  routes.on('GET', path, onRow(readRow));
  routes.on('PATCH', path, onRow(updateRow));
  routes.on('DELETE', path, onRow(deleteRow));
}
