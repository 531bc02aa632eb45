import type { Request, Response, Router } from 'express';
import { keepOrRollBack } from '../org/dml/batch.ts';
import { RequestFault } from '../org/errors.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { InputRow, RowError, RowResult } from '../org/types.ts';
import { jsonObject } from './body.ts';
import type { Handle, RestCall } from './call.ts';
import { chosenFields, readableObject, recordBody } from './records.ts';

const MAX_ROWS = 200;
const MAX_CHUNKS = 10;

const invalid = (message: string): RequestFault => new RequestFault(400, 'INVALID_INPUT', message);

function tooMany(count: number, most: number): void {
  if (count > most)
    throw new RequestFault(
      400,
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${most} records into this call`,
    );
}

/** @throws RequestFault for anything but `{allOrNone?, records: [{attributes: {type}, …}]}` with 200 records at most */
function requestOf(req: Request): { allOrNone: boolean; records: InputRow[] } {
  const body = jsonObject(req);
  const other = Object.keys(body).find((name) => name !== 'records' && name !== 'allOrNone');
  if (other !== undefined) throw new RequestFault(400, 'JSON_PARSER_ERROR', `Unrecognized field "${other}"`);
  const { records, allOrNone = false } = body;
  if (!Array.isArray(records) || records.length === 0) throw invalid('records must be a list with at least one record');
  if (typeof allOrNone !== 'boolean') throw new RequestFault(400, 'JSON_PARSER_ERROR', 'allOrNone must be a boolean');
  tooMany(records.length, MAX_ROWS);
  for (const record of records)
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw invalid('a record must be an object');
  return { allOrNone, records: records as InputRow[] };
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
  if (chunks.length > MAX_CHUNKS) throw invalid(`records of different types form more than ${MAX_CHUNKS} chunks`);
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
export function mountCollections(router: Router, org: SimulatedOrg, handle: Handle): void {
  const path = '/composite/sobjects';
  const saveAll = (req: Request, save: (type: string, rows: InputRow[]) => RowResult[]): Shown[] => {
    const { allOrNone, records } = requestOf(req);
    const chunks = chunksOf(records);
    for (const { type } of chunks)
      if (!org.object(type)) throw new RequestFault(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`);
    return shown(
      keepOrRollBack(org.store, allOrNone, () => chunks.flatMap(({ type, rows }) => save(type, rows))),
      false,
    );
  };
  router.post(
    path,
    handle(({ access }, req, res) => {
      res.json(saveAll(req, (type, rows) => org.insert(type, rows, { userId: access.userId })));
    }),
  );
  router.patch(
    path,
    handle(({ access }, req, res) => {
      res.json(saveAll(req, (type, rows) => org.update(type, rows, { userId: access.userId })));
    }),
  );
  router.patch(
    `${path}/:object/:field`,
    handle((call, req, res) => {
      if (call.version < 46) throw new RequestFault(404, 'NOT_FOUND', 'The requested resource does not exist');
      const object = readableObject(org, call.access, String(req.params['object']));
      const { allOrNone, records } = requestOf(req);
      for (const row of records)
        if (typeOf(row).toLowerCase() !== object.name.toLowerCase())
          throw invalid(`all records must be of type ${object.name}`);
      const options = { userId: call.access.userId, allOrNone };
      res.json(shown(org.upsert(object.name, String(req.params['field']), records, options), true));
    }),
  );
  router.delete(
    path,
    handle(({ access }, req, res) => {
      const ids = String(req.query['ids'] ?? '')
        .split(',')
        .filter((id) => id !== '');
      if (ids.length === 0) throw invalid('ids are missing');
      tooMany(ids.length, MAX_ROWS);
      const userId = access.userId;
      const remove = (id: string): RowResult => {
        const object = org.schema.objectOfId(id);
        if (object) return org.remove(object.name, [id], { userId })[0]!;
        const error = { statusCode: 'MALFORMED_ID', message: `bad id ${id}`, fields: [] };
        return { id: null, success: false, errors: [error] };
      };
      const allOrNone = req.query['allOrNone'] === 'true';
      res.json(
        shown(
          keepOrRollBack(org.store, allOrNone, () => ids.map(remove)),
          false,
        ),
      );
    }),
  );

  const retrieve = (
    call: RestCall,
    req: Request,
    res: Response,
    ids: readonly string[],
    names: readonly string[],
  ): void => {
    const object = readableObject(org, call.access, String(req.params['object']));
    const fields = chosenFields(org, call.access, object, names);
    res.json(
      ids.map((id) => {
        const record = org.get(object.name, id);
        const seen = record !== null && call.access.seesRecord(object.name, record);
        return seen ? recordBody(org, call.version, object, record, fields) : null;
      }),
    );
  };
  router.get(
    `${path}/:object`,
    handle((call, req, res) => {
      const { ids, fields } = req.query;
      if (typeof ids !== 'string' || typeof fields !== 'string') throw invalid('ids and fields are needed');
      tooMany(ids.split(',').length, 800);
      retrieve(call, req, res, ids.split(','), fields.split(','));
    }),
  );
  router.post(
    `${path}/:object`,
    handle((call, req, res) => {
      const { ids, fields } = jsonObject(req);
      if (!Array.isArray(ids) || !Array.isArray(fields)) throw invalid('ids and fields must be lists');
      tooMany(ids.length, 2000);
      retrieve(call, req, res, ids.map(String), fields.map(String));
    }),
  );
}
