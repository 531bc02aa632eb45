import express, { type Request, type Response } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import { RequestFault } from '../org/errors.ts';
import type { Org } from '../org/types.ts';
import { UiApiError, unsupported } from './errors.ts';
import { allFields, namesOf, selectFields } from './fields.ts';
import { objectInfo, picklistValues, readableObject } from './objectInfo.ts';
import { readableRecord, representationOf } from './record.ts';
import { relatedListRecords } from './relatedList.ts';
import { createRecord, deleteRecord, updateRecord } from './save.ts';
import { jsonBody, openSession, refuse, type Session } from './session.ts';

type Handler = (session: Session, req: Request, body: Record<string, unknown>) => unknown;
/** Adds a resource below `ui-api`; `status` is that of its success. */
export type UiRoute = (
  method: 'get' | 'post' | 'patch' | 'delete',
  path: string,
  status: number,
  handle: Handler,
) => void;

/** The UI API begins with v41.0. */
const firstVersion = 41;

function getRecord(session: Session, req: Request): unknown {
  const { object, record } = readableRecord(String(req.params['id']), session);
  const { fields, optionalFields, layoutTypes } = req.query;
  if (layoutTypes !== undefined) {
    if (layoutTypes !== 'Full') throw unsupported(`layoutTypes ${String(layoutTypes)} is not supported`);
    return representationOf(object, record, allFields(object, session), session);
  }
  if (fields === undefined && optionalFields === undefined)
    throw new UiApiError(400, 'MISSING_ARGUMENT', 'fields, optionalFields or layoutTypes is required');
  const selection = selectFields(object, namesOf(fields), namesOf(optionalFields), session);
  return representationOf(object, record, selection, session);
}

/**
 * GET, POST, PATCH and DELETE /services/data/vXX.0/ui-api/…: records, object-info, picklist-values and
 * related-list-records, evaluated as the user of the token or page session. Errors are arrays `[{message, errorCode}]`.
 * @param more adds the resources of list views
 */
export function mountUiApi(ctx: SimContext, org: Org, more: (route: UiRoute) => void = () => {}): void {
  const router = express.Router({ mergeParams: true });
  router.use(express.text({ type: () => true, limit: '5mb' }));

  const route: UiRoute = (method, path, status, handle) => {
    router[method](path, (req: Request, res: Response) => {
      ctx.calls.call(method.toUpperCase(), `/ui-api${path}`);
      const session = openSession(org, ctx.clock, req, res, firstVersion);
      if (!session) return;
      const takesBody = method === 'post' || method === 'patch';
      const body = takesBody ? jsonBody(req, res) : {};
      if (!body) return;
      try {
        const answer = handle(session, req, body);
        if (answer === undefined) res.status(status).end();
        else res.status(status).json(answer);
      } catch (error) {
        if (error instanceof RequestFault) return refuse(res, error.status, error.errorCode, error.message);
        if (!(error instanceof UiApiError)) throw error;
        if (error.beyondUs) ctx.calls.refuse(`UI API ${method.toUpperCase()} ${path}: ${error.message}`);
        res.status(error.status).json(error.body);
      }
    });
  };

  route('get', '/records/:id', 200, getRecord);
  route('post', '/records', 201, (session, _req, body) => createRecord(body, session));
  route('patch', '/records/:id', 200, (session, req, body) => updateRecord(String(req.params['id']), body, session));
  route('delete', '/records/:id', 204, (session, req) => deleteRecord(String(req.params['id']), session));
  route('get', '/object-info/:object', 200, (session, req) =>
    objectInfo(readableObject(String(req.params['object']), session), session),
  );
  for (const path of [
    '/object-info/:object/picklist-values/:recordTypeId',
    '/object-info/:object/picklist-values/:recordTypeId/:field',
  ])
    route('get', path, 200, (session, req) => {
      const field = req.params['field'];
      const object = readableObject(String(req.params['object']), session);
      return picklistValues(object, field === undefined ? undefined : String(field), req.originalUrl, session);
    });
  route('get', '/related-list-records/:parentId/:listId', 200, (session, req) =>
    relatedListRecords(String(req.params['parentId']), String(req.params['listId']), req.query, session),
  );
  route('post', '/related-list-records/:parentId/:listId', 200, (session, req, body) =>
    relatedListRecords(String(req.params['parentId']), String(req.params['listId']), body, session),
  );
  more(route);
  router.use((req, res) => {
    ctx.calls.refuse(`UI API ${req.method} ${req.path}`);
    refuse(res, 404, 'NOT_FOUND', 'The requested resource does not exist');
  });
  ctx.app.use('/services/data/:version/ui-api', router);
}
