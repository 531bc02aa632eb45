import type { Router } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { pageRoutes, type PageOptions } from './index.ts';

/**
 * Record pages behind a gate that builds them when they are visited: once, again after each deploy, and at the next visit
 * when that failed; what no API answered comes to the gate.
 */
export function pagesWhenVisited(
  ctx: SimContext,
  org: SimulatedOrg,
  options: Omit<PageOptions, 'forceApp'>,
): () => Promise<unknown> {
  let built: { version: number; routes: Promise<Router> } | undefined;
  const routes = (): Promise<Router> => {
    if (built?.version === org.schemaVersion) return built.routes;
    const attempt = {
      version: org.schemaVersion,
      routes: pageRoutes(ctx, org, { ...options, forceApp: org.forceApp }),
    };
    attempt.routes.catch(() => {
      if (built === attempt) built = undefined;
    });
    built = attempt;
    return attempt.routes;
  };
  ctx.app.get(/^\/(?:lightning|secur|favicon\.ico|$)/, (req, res, next) => {
    routes().then((pages) => pages(req, res, next), next);
  });
  return routes;
}
