import { keepOrRollBack } from '../../org/dml/batch.ts';
import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { InputRow, RowError, RowResult, SaveOptions } from '../../org/types.ts';
import { chosenFields, readableObject, recordBody } from '../rows/records.ts';
import { flag, isObject, jsonObject, onlyNames } from '../wire/body.ts';
import { ok, param, type Call, type Reply } from '../wire/call.ts';
import { saveOptions } from '../wire/callOptions.ts';
import { invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { since } from './versions.ts';

const MAX_ROWS = 200;
const MAX_CHUNKS = 10;

function tooMany(count: number, most: number): void {
  if (count > most)
    throw new RequestFault(
      400,
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${most} records into this call`,
    );
}

/** @throws RequestFault for anything but `{allOrNone?, records: [{attributes: {type}, …}]}` with 200 records at most */
function requestOf(call: Call): { allOrNone: boolean; records: InputRow[] } {
  const body = jsonObject(call);
  onlyNames(body, ['records', 'allOrNone']);
  const { records } = body;
  if (!Array.isArray(records) || records.length === 0)
    throw invalidInput('records must be a list with at least one record');
  const allOrNone = flag(body, 'allOrNone', false);
  tooMany(records.length, MAX_ROWS);
  if (!records.every(isObject)) throw invalidInput('a record must be an object');
  return { allOrNone, records };
}

function typeOf(row: InputRow): string {
  const type = (row['attributes'] as { type?: unknown } | undefined)?.type;
  if (typeof type !== 'string' || type === '')
    throw new RequestFault(400, 'INVALID_TYPE', 'attributes.type is missing in a record');
  return type;
}

/** Adjacent rows of one type are saved together, ten such groups at most (docs: "Create Multiple Records"). */
function chunksOf(records: readonly InputRow[]): { type: string; rows: InputRow[] }[] {
  const chunks: { type: string; rows: InputRow[] }[] = [];
  for (const row of records) {
    const type = typeOf(row);
    const last = chunks.at(-1);
    if (last && last.type.toLowerCase() === type.toLowerCase()) last.rows.push(row);
    else chunks.push({ type, rows: [row] });
  }
  if (chunks.length > MAX_CHUNKS) throw invalidInput(`records of different types form more than ${MAX_CHUNKS} chunks`);
  return chunks;
}

type Shown = { id?: string; success: boolean; errors: RowError[]; created?: boolean };

/** Failed rows have no id; failed rows of an upsert say `created: true` all the same. */
function shown(results: readonly RowResult[], upsert: boolean): Shown[] {
  return results.map(({ id, success, errors, created }) => ({
    ...(id === null ? {} : { id }),
    success,
    errors,
    ...(upsert ? { created: success ? created === true : true } : {}),
  }));
}

/** sObject Collections: results in the order of the request, each row failing by itself unless `allOrNone`. */
export function addCollections(routes: Routes, org: SimulatedOrg): void {
  const path = '/composite/sobjects';
  const inOne = (options: SaveOptions, allOrNone: boolean, save: () => RowResult[]): RowResult[] =>
    org.transaction(options, () => keepOrRollBack(org.store, allOrNone, save));
  const saveAll = (call: Call, how: 'insert' | 'update'): Reply => {
    since(call, 42);
    const { allOrNone, records } = requestOf(call);
    const chunks = chunksOf(records);
    for (const { type } of chunks)
      if (!org.object(type)) throw new RequestFault(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`);
    const options = saveOptions(call);
    const results = inOne(options, allOrNone, () => chunks.flatMap(({ type, rows }) => org[how](type, rows, options)));
    return ok(shown(results, false), records.length);
  };
  routes.on('POST', path, (call) => saveAll(call, 'insert'));
  routes.on('PATCH', path, (call) => saveAll(call, 'update'));
  routes.on('DELETE', path, (call) => {
    since(call, 42);
    const ids = (call.query.get('ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0) throw invalidInput('ids are missing');
    tooMany(ids.length, MAX_ROWS);
    const options = saveOptions(call);
    const remove = (id: string): RowResult => {
      const object = org.schema.objectOfId(id);
      if (object) return org.remove(object.name, [id], options)[0]!;
      const error = { statusCode: 'MALFORMED_ID', message: `bad id ${id}`, fields: [] };
      return { id: null, success: false, errors: [error] };
    };
    const results = inOne(options, call.query.get('allOrNone') === 'true', () => ids.map(remove));
    return ok(shown(results, false), ids.length);
  });
  routes.on('PATCH', `${path}/:object/:field`, (call) => {
    since(call, 46);
    const object = readableObject(org, call.access, param(call, 'object'));
    const { allOrNone, records } = requestOf(call);
    for (const row of records)
      if (typeOf(row).toLowerCase() !== object.name.toLowerCase())
        throw invalidInput(`all records must be of type ${object.name}`);
    const options = { ...saveOptions(call), allOrNone };
    return ok(shown(org.upsert(object.name, param(call, 'field'), records, options), true), records.length);
  });

  const retrieve = (call: Call, ids: readonly string[], names: readonly string[]): Reply => {
    const object = readableObject(org, call.access, param(call, 'object'));
    const fields = chosenFields(org, call.access, object, names);
    const records = ids.map((id) => {
      const record = org.get(object.name, id);
      const seen = record !== null && call.access.seesRecord(object.name, record);
      return seen ? recordBody(org, call.version, object, record, fields, call.access.userId) : null;
    });
    return ok(records, ids.length);
  };
  routes.on('GET', `${path}/:object`, (call) => {
    since(call, 42);
    const [ids, fields] = [call.query.get('ids'), call.query.get('fields')];
    if (ids === null || fields === null) throw invalidInput('ids and fields are needed');
    tooMany(ids.split(',').length, 800);
    return retrieve(call, ids.split(','), fields.split(','));
  });
  routes.on('POST', `${path}/:object`, (call) => {
    since(call, 42);
    const { ids, fields } = jsonObject(call);
    if (!Array.isArray(ids) || !Array.isArray(fields)) throw invalidInput('ids and fields must be lists');
    tooMany(ids.length, 2000);
    return retrieve(call, ids.map(String), fields.map(String));
  });
}
