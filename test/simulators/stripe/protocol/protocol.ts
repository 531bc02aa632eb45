import express, { type Request, type Response } from 'express';
import { randomBytes } from 'node:crypto';
import { expandPaths } from './expand.ts';
import { invalid, notSimulated, StripeRefusal } from './errors.ts';
import { array, parseForm, shape, text, type Raw, type Read, type Reader } from './params.ts';
import { apiVersion } from './wire.ts';
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

const bodyLimit = '1mb';

/** Answers as Stripe does: authentication, versions, form parameters, idempotency, expansion, errors, headers. */
export function stripeProtocol(app: express.Express, world: World, secretKey: string): Routes {
  app.use((req, res, next) => {
    res.set({
      'Request-Id': `req_${randomBytes(7).toString('hex')}`,
      'Stripe-Version': req.get('stripe-version') ?? apiVersion,
      Date: world.clock.now().toUTCString(),
    });
    next();
  });
  app.use(express.text({ type: () => true, limit: bodyLimit }));
  app.use(/^\/v1\/\w+\/upcoming$/, unknownUrl(world, secretKey));

  const add = (
    method: 'get' | 'post' | 'delete',
    route: string,
    params: Shape,
    handle: (call: Call<Shape>) => object,
  ) => {
    const reader = shape({ ...params, expand: array(text) });
    app[method](route, (req, res) => {
      world.calls.call(req.method, route);
      answer(req, res, world, () => {
        authenticate(req, secretKey);
        checkVersion(req, world);
        const raw = rawParams(req);
        return once(req, res, world, raw, () => {
          const read = reader(raw, '') as Read<Shape> & { expand?: string[] };
          const { expand = [], ...rest } = read;
          const path = req.params as Record<string, string>;
          return onTestClock(world, req.method, { ...path, ...raw }, () =>
            expandPaths(world, handle({ path, params: rest as Read<Shape> }), expand),
          );
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
        answer(req, res, world, () => {
          authenticate(req, secretKey);
          throw notSimulated(world, what);
        }),
      ),
  };
}

/** Every path that no route took; stands last. */
export function unknownUrls(app: express.Express, world: World, secretKey: string): void {
  app.use(unknownUrl(world, secretKey));
  app.use((error: Error & { status?: number }, _req: Request, res: Response, _next: express.NextFunction) => {
    res.status(error.status ?? 500).json({ error: { type: 'api_error', message: error.message } });
  });
}

function unknownUrl(world: World, secretKey: string): express.RequestHandler {
  return (req, res) => {
    const path = req.baseUrl + (req.path === '/' ? '' : req.path);
    world.calls.refuse(`${req.method} ${path}`);
    answer(req, res, world, () => {
      authenticate(req, secretKey);
      throw new StripeRefusal(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${req.method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
      });
    });
  };
}

function answer(req: Request, res: Response, world: World, handle: () => object): void {
  const requestId = String(res.get('Request-Id'));
  const key = req.get('idempotency-key');
  if (key !== undefined) res.set('Idempotency-Key', key);
  world.request = { id: requestId, idempotency_key: key ?? null };
  try {
    res.json(handle());
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    if (error.fields.code === 'parameter_unknown' || (error.status === 501 && error.fields.param !== undefined))
      world.calls.refuse(`${req.method} ${req.path} ${error.fields.param}`);
    if (error.status === 501) res.set('Stripe-Should-Retry', 'false');
    res.status(error.status).json(errorBody(world, error, requestId));
  } finally {
    world.request = null;
  }
}

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

/** Bearer or Basic with the key as user name (Stripe docs, "Authentication"). */
function authenticate(req: Request, secretKey: string): void {
  const [scheme = '', credentials = ''] = (req.get('authorization') ?? '').split(' ');
  const key =
    scheme.toLowerCase() === 'basic'
      ? Buffer.from(credentials, 'base64').toString('utf8').replace(/:.*$/s, '')
      : scheme.toLowerCase() === 'bearer'
        ? credentials
        : '';
  if (key === secretKey) return;
  throw new StripeRefusal(401, {
    type: 'invalid_request_error',
    message:
      key === ''
        ? "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        : `Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(Math.max(0, key.length - 12))}${key.slice(-4)}`,
  });
}

/** Only one version is simulated; a request without one gets it, as the account's default. */
function checkVersion(req: Request, world: World): void {
  const version = req.get('stripe-version');
  if (version === undefined || version === apiVersion) return;
  world.calls.refuse(`Stripe-Version ${version}`);
  throw invalid(`Invalid Stripe API version: ${version}. This simulator answers ${apiVersion} only.`);
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

/**
 * A POST with an Idempotency-Key is carried out once; its first answer, an error of the server or card too, is repeated.
 * Validation errors are not kept (Stripe docs, "Idempotent requests").
 */
function once(req: Request, res: Response, world: World, raw: Raw, handle: () => object): object {
  const key = req.method === 'POST' ? req.get('idempotency-key') : undefined;
  if (key === undefined) return handle();
  if (key.length > 255) throw invalid('Idempotency keys are limited to 255 characters.');
  const request = `${req.method} ${req.path} ${JSON.stringify(raw)}`;
  const kept = world.state.answers[key];
  if (kept) {
    if (kept.request !== request)
      throw new StripeRefusal(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    res.set({ 'Idempotent-Replayed': 'true', 'Original-Request': kept.requestId }).status(kept.status);
    return kept.body as object;
  }
  const requestId = String(res.get('Request-Id'));
  const keep = (status: number, body: object): object => {
    world.state.answers[key] = { request, status, body, requestId };
    world.store.touch();
    return body;
  };
  try {
    return keep(200, handle());
  } catch (error) {
    if (!(error instanceof StripeRefusal) || error.status !== 402) throw error;
    res.status(error.status);
    return keep(error.status, errorBody(world, error, requestId));
  }
}
