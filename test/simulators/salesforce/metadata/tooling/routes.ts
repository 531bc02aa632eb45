import express, { type RequestHandler } from 'express';
import type { SimContext } from '../../../kit/sim.ts';
import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { faultReply, notFound } from '../../rest/wire/faults.ts';
import { send } from '../../rest/wire/http.ts';
import { accessOfRequest, versionOf } from '../../rest/wire/session.ts';
import type { OrgMetadata } from '../orgMetadata.ts';
import { NoSuchColumn, NotSimulated, readToolingQuery } from './query.ts';
import { toolingRows, type ToolingRow } from './tables.ts';

const SHARED = new Set(['User', 'Profile', 'PermissionSet', 'Organization', 'RecordType', 'Group']);

/** The little of the Tooling API that `sf` calls, and flows: which version is active, and making one so. */
export function mountTooling(ctx: SimContext, org: SimulatedOrg, metadata: OrgMetadata): void {
  const router = express.Router({ mergeParams: true });
  const handle =
    (run: (...args: Parameters<RequestHandler>) => void): RequestHandler =>
    (req, res, next) => {
      ctx.calls.call(req.method, '/tooling');
      try {
        versionOf(req);
        accessOfRequest(org, req);
        run(req, res, next);
      } catch (error) {
        const reply = faultReply(error);
        if (!reply) return next(error);
        send(res, reply);
      }
    };
  const notSimulated = (what: string): RequestFault => {
    ctx.calls.refuse(`Tooling API: ${what}`);
    return new RequestFault(
      501,
      'NOT_IMPLEMENTED',
      `The simulated org does not have this part of the Tooling API: ${what}`,
    );
  };
  const rowsOf = (object: string): ToolingRow[] => {
    const rows = toolingRows(metadata, object);
    // Objects of data are none of the Tooling API, but for those that say who is who.
    const ofData = org.object(object) && !SHARED.has(object);
    if (rows === null || (rows === undefined && ofData))
      throw new RequestFault(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`);
    if (rows === undefined) throw notSimulated(object);
    return rows;
  };

  router.get(
    '/query',
    handle((req, res) => {
      try {
        const { object, run } = readToolingQuery(String(req.query['q'] ?? ''));
        const records = run(rowsOf(object));
        res.json({
          size: records.length,
          totalSize: records.length,
          done: true,
          queryLocator: null,
          entityTypeName: object,
          records,
        });
      } catch (error) {
        if (error instanceof NotSimulated) throw notSimulated(error.message);
        if (error instanceof NoSuchColumn)
          throw new RequestFault(400, 'INVALID_FIELD', `No such column '${error.message}'`);
        throw error;
      }
    }),
  );
  router.get(
    '/sobjects/:object/describe',
    handle((req) => {
      if (toolingRows(metadata, String(req.params['object'])) === null) throw notFound();
      throw notSimulated(`describe of ${String(req.params['object'])}`);
    }),
  );
  const row = (object: string, id: string): ToolingRow => {
    const found = rowsOf(object).find((one) => String(one['Id']).startsWith(id.slice(0, 15)));
    if (!found) throw notFound('The requested resource does not exist');
    return found;
  };
  router.get(
    '/sobjects/:object/:id',
    handle((req, res) => {
      res.json(row(String(req.params['object']), String(req.params['id'])));
    }),
  );
  router.patch(
    '/sobjects/FlowDefinition/:id',
    express.json(),
    handle((req, res) => {
      if (!accessOfRequest(org, req).hasPermission('ModifyAllData'))
        throw new RequestFault(403, 'INSUFFICIENT_ACCESS', 'insufficient access rights on object id');
      const { DeveloperName } = row('FlowDefinition', String(req.params['id']));
      const body = req.body as { Metadata?: { activeVersionNumber?: number | null } } | undefined;
      const version = body?.Metadata?.activeVersionNumber;
      if (version === undefined) throw new RequestFault(400, 'INVALID_FIELD', 'Metadata.activeVersionNumber is needed');
      try {
        // Zero and null both leave no version active.
        metadata.activateFlow(String(DeveloperName), version === 0 ? null : version);
      } catch (error) {
        throw new RequestFault(
          400,
          'INVALID_CROSS_REFERENCE_KEY',
          error instanceof Error ? error.message : String(error),
        );
      }
      res.status(204).end();
    }),
  );
  router.use(
    handle((req) => {
      throw notSimulated(`${req.method} ${req.path}`);
    }),
  );
  ctx.app.use('/services/data/:version/tooling', router);
}
