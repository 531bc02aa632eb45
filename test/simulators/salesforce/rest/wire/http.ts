import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import type { SimContext } from '../../../kit/sim.ts';
import type { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { RestSwitches } from '../switches.ts';
import type { ApiUsage } from '../usage.ts';
import type { Reply } from './call.ts';
import { errorReply, faultReply, notFound, notSimulated } from './faults.ts';
import type { Routes } from './routes.ts';
import { accessOfRequest, versionOf } from './session.ts';
import type { Traffic } from './traffic.ts';

const MAX_URI = 16_384;

/** What orgs have under `/services/data/vXX.0` and this one knowingly has not (REST API Developer Guide, "Reference"). */
const NOT_SIMULATED =
  /^\/(?:actions|analytics|appMenu|async-queries|consent|dedupe|domino|emailConnect|event|eventSchema|folders|jobs|knowledgeManagement|licensing|localizedvalue|match|metadata|payments|prechatForms|process|scheduling|search|smartdatadiscovery|support|tabs|theme|tooling|wave|ui-api|graphql)(?:\/|$)/;

/** Clients join addresses with one slash too many; `sf` does so on every call. */
export const oneLeadingSlash: RequestHandler = (req, _res, next) => {
  req.url = req.url.replace(/^\/{2,}/, '/');
  next();
};

/** Address that the client reached the org by. */
export const originOf = (req: Request): string => `${req.protocol}://${req.get('host') ?? ''}`;

/** Files of Bulk API 2.0 may have 150 MB, other bodies 50 MB; bytes, so that a byte order mark stays. */
const bulkBody = express.raw({ type: () => true, limit: '150mb' });
const otherBody = express.raw({ type: () => true, limit: '50mb' });
const readBody: RequestHandler = (req, res, next) => {
  const read = req.method === 'PUT' && req.path.startsWith('/jobs/') ? bulkBody : otherBody;
  read(req, res, next);
};

export function send(res: Response, { status, headers, json, text }: Reply): void {
  res.status(status).set(headers ?? {});
  // Not by `set`, which adds a charset.
  if (text !== undefined) res.setHeader('content-type', text.type).end(text.content);
  else if (json === undefined) res.end();
  else res.json(json);
}

export const sendError = (res: Response, fault: RequestFault): void => send(res, faultReply(fault)!);

/** Bodies that cannot be unpacked: too large, an unknown encoding, a broken gzip stream. */
const unreadable: ErrorRequestHandler = (error: { status?: number; message?: string }, _req, res, next) => {
  if (error.status === 413)
    return send(res, errorReply(413, 'REQUEST_ENTITY_TOO_LARGE', 'Request entity is too large'));
  if (error.status === 415) return send(res, errorReply(415, 'UNSUPPORTED_MEDIA_TYPE', error.message ?? ''));
  if (error.status === 400) return send(res, errorReply(400, 'JSON_PARSER_ERROR', error.message ?? ''));
  next(error);
};

/** Serves a table of routes under `/services/data/:version`, as the user of the token. */
export function serveRoutes(
  ctx: SimContext,
  org: SimulatedOrg,
  routes: Routes,
  parts: { usage: ApiUsage; traffic: Traffic; switches: RestSwitches },
): void {
  const { usage, traffic, switches } = parts;
  const reply = (req: Request): Reply => {
    try {
      const version = versionOf(req);
      const access = accessOfRequest(org, req);
      const accept = req.get('accept') ?? '*/*';
      if (!/json|\*/.test(accept) && /xml/.test(accept)) throw notSimulated('XML as the form of answers');
      const [path = '/', search = ''] = req.url.split(/\?(.*)/s);
      const query = new URLSearchParams(search);
      // For clients that cannot send PATCH (REST API Developer Guide, "Using HTTP PATCH").
      const method = (req.method === 'POST' && query.get('_HttpMethod')) || req.method;
      query.delete('_HttpMethod');
      if (NOT_SIMULATED.test(path) && routes.patternOf(path) === null) throw notSimulated(path);
      return routes.answer({
        method,
        path,
        query,
        header: (name) => req.get(name),
        body: { text: Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '', type: req.get('content-type') ?? '' },
        version,
        access,
        origin: originOf(req),
        namesClient: switches.collectionsHonourCallOptions || !path.startsWith('/composite'),
        spend: (calls) => usage.spend(calls),
      });
    } catch (error) {
      const answer = faultReply(error);
      if (!answer) throw error;
      return answer;
    }
  };
  const router = express.Router({ mergeParams: true });
  router.use((req, res, next) => {
    if (req.originalUrl.length <= MAX_URI) return next();
    send(res, {
      status: 414,
      text: { type: 'text/html', content: '<html><body><h1>URI Too Long</h1></body></html>' },
    });
  });
  router.use(traffic.middleware());
  router.use(readBody);
  router.use(unreadable);
  router.use((req, res, next) => {
    let answer: Reply;
    try {
      const pattern = safePattern(routes, req.path);
      ctx.calls.call(req.method, pattern ?? req.path);
      answer = reply(req);
      if (answer.status === 501 || (pattern === null && answer.status === 404))
        ctx.calls.refuse(`${req.method} ${req.path}`);
    } catch (error) {
      return next(error);
    }
    traffic.delay(answer.rows ?? 1, () => send(res, answer));
  });
  ctx.app.use('/services/data/:version', router);
  ctx.app.use('/services/data', (_req, res) => sendError(res, notFound()));
}

function safePattern(routes: Routes, path: string): string | null {
  try {
    return routes.patternOf(path);
  } catch {
    return null;
  }
}
