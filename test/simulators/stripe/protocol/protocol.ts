import express, { type Request, type Response } from 'express';
import { randomBytes } from 'node:crypto';
import { expandPaths } from './expand.ts';
import { invalid, notSimulated, StripeRefusal } from './errors.ts';
import { array, parseForm, shape, text, type Raw, type Read, type Reader } from './params.ts';
import { idempotencyKey, once, type Answer } from './idempotency.ts';
import { authenticate } from './keys.ts';
import { keyInUse, lockTimeout, tooMany, type Limits } from './limits.ts';
import { leftOutParams } from './leftOutParams.ts';
import { olderParams } from './older.ts';
import { checkFilters } from './lists.ts';
import { leftOutFamily } from './unknown.ts';
import { apiVersion, versionName } from './wire.ts';
import { onTestClock } from '../time/testClocks.ts';
import type { World } from '../world.ts';

type Shape = Record<string, Reader<unknown>>;

/** One API call as a handler sees it: ids from the path, parameters read and checked. */
export type Call<S extends Shape> = { path: Record<string, string>; params: Read<S> };

export type Routes = {
  get<S extends Shape>(route: string, params: S, handle: (call: Call<S>) => object): void;
  post<S extends Shape>(route: string, params: S, handle: (call: Call<S>) => object): void;
  delete<S extends Shape>(route: string, params: S, handle: (call: Call<S>) => object): void;
  /** A route that the real service has: answers 501 with a sentence that begins with `what`. */
  unsimulated(method: 'get' | 'post' | 'delete', route: string, what: string): void;
};

/** What stands before every call. */
export type Guard = { world: World; limits: Limits; secretKey: string };

const bodyLimit = '1mb';
const broken = 'An unexpected error occurred on our side. Please retry your request.';

/** Answers as Stripe does: authentication, versions, form parameters, idempotency, expansion, errors, headers. */
export function stripeProtocol(app: express.Express, guard: Guard): Routes {
  const { world } = guard;
  app.use((req, res, next) => {
    res.set({
      'Request-Id': `req_${randomBytes(7).toString('hex')}`,
      'Stripe-Version': req.get('stripe-version') ?? apiVersion,
      Date: world.clock.now().toUTCString(),
    });
    next();
  });
  app.use(express.text({ type: () => true, limit: bodyLimit }));
  app.use(/^\/v1\/\w+\/upcoming$/, unknownUrl(guard));

  const add = (
    method: 'get' | 'post' | 'delete',
    route: string,
    params: Shape,
    handle: (call: Call<Shape>) => object,
  ) => {
    const reader = shape({ ...leftOutParams(`${method} ${route}`), ...params, expand: array(text) });
    app[method](route, (req, res) => {
      world.calls.call(req.method, route);
      serve(req, res, guard, `${method} ${route}`, () => {
        checkVersion(req, world);
        const given = rawParams(req);
        const raw = req.get('stripe-version') === undefined ? olderParams(world, req.method, req.path, given) : given;
        return once(req, res, world, raw, () => {
          const answer = answerOf(world, res, () => {
            const read = reader(raw, '') as Read<Shape> & { expand?: string[] };
            const { expand = [], ...rest } = read;
            if (method === 'get' && 'limit' in params) checkFilters(world, rest);
            const path = req.params as Record<string, string>;
            const body = onTestClock(world, req.method, { ...path, ...raw }, () =>
              expandPaths(world, handle({ path, params: rest as Read<Shape> }), expand),
            );
            return { status: 200, body };
          });
          return req.method !== 'GET' && guard.limits.takeServerError() ? serverError(broken) : answer;
        });
      });
    });
  };
  return {
    get: (route, params, handle) => add('get', route, params, handle as (call: Call<Shape>) => object),
    post: (route, params, handle) => add('post', route, params, handle as (call: Call<Shape>) => object),
    delete: (route, params, handle) => add('delete', route, params, handle as (call: Call<Shape>) => object),
    unsimulated: (method, route, what) =>
      app[method](route, (req, res) =>
        serve(req, res, guard, `${method} ${route}`, () => {
          throw notSimulated(world, what);
        }),
      ),
  };
}

/** Every path that no route took; stands last. */
export function unknownUrls(app: express.Express, guard: Guard): void {
  app.use(unknownUrl(guard));
  app.use((error: Error & { status?: number }, _req: Request, res: Response, _next: express.NextFunction) => {
    const status = error.status ?? 500;
    const type = status < 500 ? 'invalid_request_error' : 'api_error';
    res.status(status).json({ error: { type, message: error.message } });
  });
}

function unknownUrl(guard: Guard): express.RequestHandler {
  return (req, res) => {
    const path = req.originalUrl.split('?')[0] ?? '';
    const family = leftOutFamily(path);
    if (family === undefined) guard.world.calls.refuse(`${req.method} ${path}`);
    serve(req, res, guard, `${req.method} ${path}`, () => {
      if (family !== undefined) throw notSimulated(guard.world, `${req.method} ${path}`);
      throw new StripeRefusal(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${req.method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
      });
    });
  };
}

/** Answers a request: who asks, how often, and what `handle` says; a write can be made to take its time. */
function serve(req: Request, res: Response, guard: Guard, endpoint: string, handle: () => Answer): void {
  const { world, limits, secretKey } = guard;
  const key = req.get('idempotency-key');
  if (key !== undefined) res.set('Idempotency-Key', key);
  const send = ({ status, body }: Answer) => {
    if (status === 501) res.set('Stripe-Should-Retry', 'false');
    res.status(status).json(body);
  };
  const early = answerOf(world, res, () => {
    authenticate(req, world, secretKey);
    const reason = limits.exceeded(endpoint);
    if (reason === null) return { status: 200, body: {} };
    res.set('Stripe-Rate-Limited-Reason', reason);
    throw tooMany();
  });
  if (early.status !== 200) return send(early);
  const act = (): Answer => {
    world.request = { id: String(res.get('Request-Id')), idempotency_key: key ?? null };
    try {
      return answerOf(world, res, handle);
    } finally {
      world.request = null;
    }
  };
  if (limits.settings.processingMs === 0 || req.method === 'GET') return send(act());
  const locks = [`key:${idempotencyKey(req) ?? String(res.get('Request-Id'))}`, `object:${objectOf(req)}`] as const;
  if (!limits.lock(locks[0])) return send(answerOf(world, res, () => fail(keyInUse())));
  if (!limits.lock(locks[1])) {
    limits.unlock(locks[0]);
    return send(answerOf(world, res, () => fail(lockTimeout())));
  }
  setTimeout(() => {
    const answer = act();
    for (const lock of locks) limits.unlock(lock);
    send(answer);
  }, limits.settings.processingMs);
}

const fail = (error: Error): never => {
  throw error;
};

/** The object that a write locks: the one that its path names; a new one is locked by nobody else. */
const objectOf = (req: Request): string => /\/([a-z_]+_\w{8,})/.exec(req.path)?.[1] ?? randomBytes(8).toString('hex');

/** What `handle` answers, or the error that it throws, as Stripe puts it. */
function answerOf(world: World, res: Response, handle: () => Answer): Answer {
  try {
    return handle();
  } catch (error) {
    if (!(error instanceof StripeRefusal)) return serverError(error instanceof Error ? error.message : String(error));
    const { code, param } = error.fields;
    if (code === 'parameter_unknown' || (error.status === 501 && param !== undefined))
      world.calls.refuse(`${res.req.method} ${res.req.path} ${param}`);
    return { status: error.status, body: errorBody(world, error, String(res.get('Request-Id'))) };
  }
}

const serverError = (message: string): Answer => ({ status: 500, body: { error: { type: 'api_error', message } } });

function errorBody(world: World, error: StripeRefusal, requestId: string): object {
  const { code } = error.fields;
  return {
    error: {
      ...error.fields,
      ...(code === undefined ? {} : { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }),
      request_log_url: `${world.dashboardUrl}/logs/${requestId}`,
    },
  };
}

/**
 * Only one version is simulated, under every month of its name; a request without one gets it, as the account's default.
 * Meter events of v2 are the same in every version.
 */
function checkVersion(req: Request, world: World): void {
  const version = req.get('stripe-version');
  if (version === undefined || version.endsWith(`.${versionName}`) || req.path.startsWith('/v2/billing/')) return;
  if (!/^\d{4}-\d{2}-\d{2}(\.\w+)?(;.*)?$/.test(version)) throw invalid(`Invalid Stripe API version: ${version}`);
  throw notSimulated(world, `Stripe-Version ${version}`);
}

function rawParams(req: Request): { [key: string]: Raw } {
  const query = req.originalUrl.split('?')[1] ?? '';
  const body = typeof req.body === 'string' ? req.body : '';
  if (req.method === 'GET') return parseForm(query);
  if (req.path.startsWith('/v2/')) return jsonParams(body);
  if (body !== '' && !(req.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded'))
    throw invalid('Invalid request: the body must be application/x-www-form-urlencoded.');
  return { ...parseForm(query), ...parseForm(body) };
}

/** v2 bodies are JSON; numbers and flags become text, which is what readers take. */
function jsonParams(body: string): { [key: string]: Raw } {
  const asRaw = (value: unknown): Raw =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asRaw(one)]))
      : String(value ?? '');
  try {
    const raw = asRaw(JSON.parse(body === '' ? '{}' : body));
    if (typeof raw === 'object') return raw;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid('Invalid request: the body is not a JSON object.');
}
