import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import type { SalesforceSimOptions } from '../options.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { readBody } from './body.ts';
import type { Handle } from './call.ts';
import { mountCollections } from './collections.ts';
import { describe, describeObject } from './describe.ts';
import { resourceMap, versionList } from './discovery.ts';
import { notFound, sendFault } from './faults.ts';
import { mountOAuth } from './oauth.ts';
import { mountQuery } from './query.ts';
import { readableObject } from './records.ts';
import { mountRows } from './rows.ts';
import { accessOfRequest, versionOf } from './session.ts';
import type { ApiUsage } from './usage.ts';

const DATA = '/services/data/:version';

/** Clients join addresses with one slash too many; `sf` does so on every call. */
export const oneLeadingSlash: RequestHandler = (req, _res, next) => {
  req.url = req.url.replace(/^\/{2,}/, '/');
  next();
};

/** Routes with ids and keys replaced by names, for the call log. */
function routeOf(req: Request): string {
  return String((req.route as { path?: unknown } | undefined)?.path ?? req.path);
}

/** OAuth and the REST API. Mount it after GraphQL and UI API: whatever else lies under /services/data is refused here. */
export function mountRest(ctx: SimContext, org: SimulatedOrg, options: SalesforceSimOptions, usage: ApiUsage): void {
  mountOAuth(ctx, org, options.connectedApps ?? []);
  ctx.app.get('/services/data', (_req, res) => {
    ctx.calls.call('GET', '/services/data');
    res.json(versionList());
  });
  const router = express.Router({ mergeParams: true });
  const handle: Handle = (handler) => (req: Request, res: Response, next: NextFunction) => {
    ctx.calls.call(req.method, routeOf(req));
    try {
      const version = versionOf(req);
      handler({ access: accessOfRequest(org, req), version }, req, res);
    } catch (error) {
      if (!sendFault(res, error)) next(error);
    }
  };
  router.use(readBody);
  router.get(
    '/',
    handle(({ access, version }, req, res) => {
      res.json(resourceMap(req, version, org.orgId, access.userId));
    }),
  );
  router.get(
    '/limits',
    handle((_call, _req, res) => {
      const storage = { Max: 10_240, Remaining: 10_240 - Math.ceil(org.store.count() / 512) };
      res.json({
        DailyApiRequests: { Max: usage.max, Remaining: Math.max(0, usage.max - usage.used) },
        DataStorageMB: storage,
        FileStorageMB: { Max: 10_240, Remaining: 10_240 },
      });
    }),
  );
  router.get(
    '/sobjects',
    handle(({ access, version }, _req, res) => {
      const objects = org.objects().filter((object) => access.readsObject(object.name));
      const sobjects = objects.map((object) => describeObject(object, access, version));
      res.json({ encoding: 'UTF-8', maxBatchSize: 200, sobjects });
    }),
  );
  router.get(
    '/sobjects/:object/describe',
    handle(({ access, version }, req, res) => {
      res.json(describe(org, readableObject(org, access, String(req.params['object'])), access, version));
    }),
  );
  mountQuery(router, ctx, org, handle);
  mountCollections(router, org, handle);
  mountRows(router, ctx, org, handle);
  router.use(
    handle((_call, req) => {
      ctx.calls.refuse(`${req.method} ${req.path}`);
      throw notFound();
    }),
  );
  ctx.app.use(DATA, router);
}
