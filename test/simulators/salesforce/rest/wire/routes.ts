import { RequestFault } from '../../org/errors.ts';
import type { Call, Handler, Reply } from './call.ts';
import { notFound } from './faults.ts';

type Route = { pattern: string; segments: string[]; handlers: Map<string, Handler> };

/** `/` has none; a slash at the end adds none. */
const segmentsOf = (path: string): string[] => path.replace(/\/+$/, '').split('/').slice(1);

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound();
  }
}

/**
 * What the REST API answers to, by path and method. Composite resources run their subrequests through the same table.
 * The first route that fits a path decides, so literal ones are added before those with names.
 */
export class Routes {
  readonly #routes: Route[] = [];

  /** @param pattern below `/services/data/vXX.0`, such as `/sobjects/:object` */
  on(methods: string, pattern: string, handler: Handler): void {
    let route = this.#routes.find((one) => one.pattern === pattern);
    if (!route) this.#routes.push((route = { pattern, segments: segmentsOf(pattern), handlers: new Map() }));
    for (const method of methods.split(' ')) route.handlers.set(method, handler);
  }

  #find(path: string): { route: Route; params: Record<string, string> } | null {
    const segments = segmentsOf(path).map(decoded);
    for (const route of this.#routes) {
      const { segments: wanted } = route;
      if (wanted.length !== segments.length) continue;
      if (!wanted.every((name, at) => (name.startsWith(':') ? segments[at] !== '' : name === segments[at]))) continue;
      const named = wanted.flatMap((name, at) => (name.startsWith(':') ? [[name.slice(1), segments[at]!]] : []));
      return { route, params: Object.fromEntries(named) as Record<string, string> };
    }
    return null;
  }

  /** The pattern that answers the path, or null; names calls in logs. */
  patternOf(path: string): string | null {
    return this.#find(path)?.route.pattern ?? null;
  }

  /** @throws RequestFault 404 for unknown paths, 405 for methods that the path does not know, and what handlers throw */
  answer(call: Omit<Call, 'params'>): Reply {
    const found = this.#find(call.path);
    if (!found) throw notFound();
    const { handlers } = found.route;
    const handler = handlers.get(call.method) ?? (call.method === 'HEAD' ? handlers.get('GET') : undefined);
    if (!handler) {
      const allowed = [...handlers.keys()].flatMap((method) => (method === 'GET' ? ['HEAD', 'GET'] : [method]));
      const message = `HTTP Method '${call.method}' not allowed. Allowed are ${allowed.join(',')}`;
      throw new RequestFault(405, 'METHOD_NOT_ALLOWED', message);
    }
    return handler({ ...call, params: found.params });
  }
}
