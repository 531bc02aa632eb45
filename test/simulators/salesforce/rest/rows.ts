import type { Request, Response, Router } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import { RequestFault, RowFault } from '../org/errors.ts';
import { normalizeId } from '../org/ids.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { InputRow, RowResult, SObject, SRecord } from '../org/types.ts';
import { jsonObject } from './body.ts';
import { notFound, sendRowErrors } from './faults.ts';
import type { Handle, RestCall } from './call.ts';
import { chosenFields, readableObject, recordBody, recordUrl } from './records.ts';

/** A record that the user may see. @throws RequestFault 404, as an org does for what it hides */
function visible(org: SimulatedOrg, { access }: RestCall, object: SObject, id: string): SRecord {
  const record = org.store.find(object, id);
  if (!record || !access.seesRecord(object.name, record))
    throw notFound(`Provided external ID field does not exist or is not accessible: ${id}`);
  if (record['IsDeleted'] === true) throw new RequestFault(404, 'ENTITY_IS_DELETED', 'entity is deleted');
  return record;
}

function matches(org: SimulatedOrg, call: RestCall, object: SObject, fieldName: string, value: string): SRecord[] {
  const field = org.field(object, fieldName);
  if (!field?.externalId || !call.access.readsField(object.name, field.name))
    throw notFound(`Provided external ID field does not exist or is not accessible: ${fieldName}`);
  return org.store.holding(field, value).map((id) => org.store.find(object, id)!);
}

function sendChoices(res: Response, version: number, object: SObject, records: readonly SRecord[]): void {
  res.status(300).json(records.map((record) => recordUrl(version, object, record.Id)));
}

const failedRow = (res: Response, result: RowResult): boolean => {
  if (!result.success) sendRowErrors(res, result.errors);
  return !result.success;
};

const fieldsOf = (req: Request): string[] | null =>
  typeof req.query['fields'] === 'string' ? req.query['fields'].split(',') : null;

const names = (row: InputRow, name: string): boolean =>
  Object.keys(row).some((key) => key.toLowerCase() === name.toLowerCase());

function notInBody(row: InputRow, name: string): void {
  if (names(row, name))
    throw new RowFault('INVALID_FIELD', `The ${name} field should not be specified in the sobject data.`, [name]);
}

/** Create, read, update, delete of single records, by id and by external id (REST API Developer Guide, "sObject Rows"). */
export function mountRows(router: Router, { calls }: SimContext, org: SimulatedOrg, handle: Handle): void {
  const objectOf = (call: RestCall, req: Request): SObject =>
    readableObject(org, call.access, String(req.params['object']));

  router.post(
    '/sobjects/:object',
    handle((call, req, res) => {
      const object = objectOf(call, req);
      const [result] = org.insert(object.name, [jsonObject(req)], { userId: call.access.userId });
      if (!failedRow(res, result!)) res.status(201).json(result);
    }),
  );
  router.get(
    '/sobjects/:object/:id',
    handle((call, req, res) => {
      const object = objectOf(call, req);
      // `updated`, `deleted`, `listviews` … stand where an id would.
      if (normalizeId(String(req.params['id'])) === null) calls.refuse(`GET ${req.path}`);
      const record = visible(org, call, object, String(req.params['id']));
      res.json(recordBody(org, call.version, object, record, chosenFields(org, call.access, object, fieldsOf(req))));
    }),
  );
  router.patch(
    '/sobjects/:object/:id',
    handle((call, req, res) => {
      const object = objectOf(call, req);
      const row = jsonObject(req);
      notInBody(row, 'Id');
      const { Id } = visible(org, call, object, String(req.params['id']));
      const [result] = org.update(object.name, [{ ...row, Id }], { userId: call.access.userId });
      if (!failedRow(res, result!)) res.status(204).end();
    }),
  );
  router.delete(
    '/sobjects/:object/:id',
    handle((call, req, res) => {
      const object = objectOf(call, req);
      const { Id } = visible(org, call, object, String(req.params['id']));
      const [result] = org.remove(object.name, [Id], { userId: call.access.userId });
      if (!failedRow(res, result!)) res.status(204).end();
    }),
  );

  const path = '/sobjects/:object/:field/:value';
  const found = (call: RestCall, req: Request): { object: SObject; records: SRecord[] } => {
    const object = objectOf(call, req);
    return { object, records: matches(org, call, object, String(req.params['field']), String(req.params['value'])) };
  };
  router.get(
    path,
    handle((call, req, res) => {
      const { object, records } = found(call, req);
      const seen = records.filter((record) => call.access.seesRecord(object.name, record));
      if (seen.length === 0) throw notFound();
      if (seen.length > 1) return sendChoices(res, call.version, object, seen);
      res.json(recordBody(org, call.version, object, seen[0]!, chosenFields(org, call.access, object, fieldsOf(req))));
    }),
  );
  router.patch(
    path,
    handle((call, req, res) => {
      const { object, records } = found(call, req);
      const row = jsonObject(req);
      const field = org.field(object, String(req.params['field']))!;
      notInBody(row, 'Id');
      notInBody(row, field.name);
      if (records.length > 1) return sendChoices(res, call.version, object, records);
      if (records.length === 0 && req.query['updateOnly'] === 'true') throw notFound();
      const value = field.type === 'double' ? Number(req.params['value']) : String(req.params['value']);
      const [result] = org.upsert(object.name, field.name, [{ ...row, [field.name]: value }], {
        userId: call.access.userId,
      });
      if (failedRow(res, result!)) return;
      if (call.version < 46 && !result!.created) return void res.status(204).end();
      const { created, ...old } = result!;
      res.status(created ? 201 : 200).json(call.version < 46 ? old : { ...old, created });
    }),
  );
  router.delete(
    path,
    handle((call, req, res) => {
      const { object, records } = found(call, req);
      if (records.length === 0) throw notFound();
      if (records.length > 1) return sendChoices(res, call.version, object, records);
      const [result] = org.remove(object.name, [records[0]!.Id], { userId: call.access.userId });
      if (!failedRow(res, result!)) res.status(204).end();
    }),
  );
}
