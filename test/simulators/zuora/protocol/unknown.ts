import type { RequestHandler, Router } from 'express';
import type { Tenant } from '../tenant.ts';
import { category, notSimulated, ZuoraError } from './errors.ts';
import { otherOperation } from './notSimulated.ts';

/** What express knows of a route. */
type Layer = { match(path: string): boolean; route?: { methods: Record<string, boolean> } };

/** Paths that are routed to a service. */
const services = /^\/(v1|object-query|query|events|notifications|data-query-files)(\/|$)/;

/** Refuses paths that the gateway of the data centre routes to no service, before it looks at tokens. */
export function gateway(tenant: Tenant): RequestHandler {
  return (req, res, next) => {
    if (services.test(req.path) || otherOperation(req.method, req.path) !== undefined) return next();
    tenant.ctx.calls.refuse(`${req.method} ${req.path}`);
    res.status(404).json({ message: 'no Route matched with those values' });
  };
}

/** Answers for what is not simulated, for other methods of a path, and for the unknown. */
export function unknownRoute(tenant: Tenant, routers: readonly Router[]): RequestHandler {
  return (req) => {
    const layers = routers.flatMap((router) => router.stack as unknown as Layer[]);
    const method = req.method.toLowerCase();
    // A route of this very method that passed the call on does not know the path after all.
    const known = layers.some(
      (layer) => layer.route && !layer.route.methods['_all'] && !layer.route.methods[method] && layer.match(req.path),
    );
    const other = otherOperation(req.method, req.path);
    if (other !== undefined) notSimulated(tenant.ctx.calls, other);
    tenant.ctx.calls.refuse(`${req.method} ${req.path}`);
    if (known) throw new ZuoraError(category.method, `Request method '${req.method}' is not supported.`);
    throw new ZuoraError(
      category.notFound,
      `The endpoint ${req.path} does not exist. Please check the URL and try again.`,
    );
  };
}
