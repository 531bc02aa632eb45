import type { SimulatedOrg } from '../../org/org.ts';
import type { Field, SObject, SRecord } from '../../org/types.ts';
import { noContent, param, type Call, type Reply } from '../wire/call.ts';
import { saveOptions } from '../wire/callOptions.ts';
import { notFound, rowReply } from '../wire/faults.ts';
import { recordUrl } from './records.ts';
import { deleteRow, notInBody, readRow, rowOf, visible } from './rows.ts';

const NUMBERS: readonly string[] = ['double', 'int', 'currency', 'percent'];

/** The field that addresses records. @throws RequestFault 404 when it is no external id or not readable */
function keyField(org: SimulatedOrg, call: Call, object: SObject, name: string): Field {
  const field = org.field(object, name);
  if (!field || !(field.externalId || field.type === 'id') || !call.access.readsField(object.name, field.name))
    throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
  return field;
}

function found(org: SimulatedOrg, call: Call, object: SObject, field: Field): SRecord[] {
  const value = param(call, 'value');
  if (field.type === 'id') return [visible(org, call, object, value)];
  const stored = NUMBERS.includes(field.type) ? Number(value) : value;
  return org.store.holding(field, stored).map((id) => org.store.find(object, id)!);
}

const choices = (call: Call, object: SObject, records: readonly SRecord[]): Reply => ({
  status: 300,
  json: records.map((record) => recordUrl(call.version, object, record.Id)),
});

function upsert(org: SimulatedOrg, call: Call, object: SObject, field: Field): Reply {
  const row = rowOf(call);
  notInBody(row, 'Id');
  notInBody(row, field.name);
  const records = found(org, call, object, field);
  if (records.length > 1) return choices(call, object, records);
  if (records.length === 0 && call.query.get('updateOnly') === 'true') throw notFound();
  const value = NUMBERS.includes(field.type) ? Number(param(call, 'value')) : param(call, 'value');
  const options = saveOptions(call);
  const [result] =
    field.type === 'id'
      ? org.update(object.name, [{ ...row, Id: value }], options).map((one) => ({ ...one, created: false }))
      : org.upsert(object.name, field.name, [{ ...row, [field.name]: value }], options);
  return rowReply(result!, ({ created, ...old }) => {
    if (call.version < 46 && !created) return noContent;
    const json = call.version < 46 ? old : { ...old, created };
    if (!created) return { status: 200, json };
    return { status: 201, headers: { Location: recordUrl(call.version, object, old.id!) }, json };
  });
}

/** One record by `field/value` of an external id (REST API Developer Guide, "sObject Rows by External ID"). */
export function rowByKey(org: SimulatedOrg, call: Call, object: SObject, fieldName: string): Reply {
  const field = keyField(org, call, object, fieldName);
  if (call.method === 'PATCH') return upsert(org, call, object, field);
  const records = found(org, call, object, field);
  const seen = records.filter((record) => call.access.seesRecord(object.name, record));
  const there = call.method === 'DELETE' ? records : seen;
  if (there.length === 0) throw notFound();
  if (there.length > 1) return choices(call, object, there);
  return call.method === 'DELETE' ? deleteRow(org, call, object, there[0]!) : readRow(org, call, object, there[0]!);
}
