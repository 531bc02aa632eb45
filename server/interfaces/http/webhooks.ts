import { isUtf8 } from 'node:buffer';
import { Router, type Request, type Response } from 'express';
import express from 'express';
import { Counter, type Registry } from 'prom-client';
import { Fault } from '../../domain/fault.ts';
import type { Log } from '../../platform/log.ts';
import type { Intake } from '../../sync/inbox/intake.ts';
import type { ReceivedEvent, WebhookRequest, WebhookVerifier } from '../../workflows/ports/webhook.ts';

/** Largest webhook that is read; Stripe's and Zuora's are far smaller. */
const LARGEST_BODY = '1mb';

const RECEIVED = '{"received":true}';
const RECEIVED_HEADERS = { 'content-type': 'application/json', 'content-length': RECEIVED.length };

type Refusal = { status: number; code: string; reason: string; headers?: Record<string, string> };

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Fault)) return { status: 400, code: 'body_unreadable', reason: 'The content cannot be read.' };
  const { code } = error;
  if (error.kind === 'forbidden')
    return { status: 401, code, reason: error.publicText, headers: { 'WWW-Authenticate': 'Basic realm="webhooks"' } };
  if (error.kind === 'unavailable' || error.kind === 'rate_limited') {
    const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 5000) / 1000));
    return { status: 503, code, reason: error.publicText, headers: { 'Retry-After': String(seconds) } };
  }
  return { status: 400, code, reason: error.publicText };
}

/** Errors of the body parser: too large, or not to be read. */
function refusalOfBody(error: unknown): Refusal {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 400;
  return status === 413
    ? { status: 413, code: 'body_too_large', reason: 'The content is larger than 1 MB.' }
    : { status: 400, code: 'body_unreadable', reason: 'The content cannot be read.' };
}

function webhookOf(request: Request): WebhookRequest {
  const rawBody: unknown = request.body;
  return {
    method: request.method,
    headers: request.headers,
    query: request.query,
    rawBody: Buffer.isBuffer(rawBody) ? rawBody : Buffer.alloc(0),
  };
}

export type WebhookOptions = {
  verifiers: ReadonlyMap<string, WebhookVerifier>;
  intake: Intake;
  log: Log;
  metrics?: Registry;
};

/**
 * `/webhooks/:name`, by POST unless the verifier allows more: verify, store, acknowledge. Whatever is wrong with a request,
 * nothing of it is stored. `POST /webhooks/:name/token` gives tokens to senders that authenticate by OAuth.
 */
export function createWebhookRouter({ verifiers, intake, log, metrics }: WebhookOptions): Router {
  const answers = new Counter({
    name: 'billing360_webhooks_total',
    help: 'Webhooks answered, by connection and status',
    labelNames: ['connection', 'status'] as const,
    registers: metrics ? [metrics] : [],
  });

  const refusals = new Counter({
    name: 'billing360_webhooks_refused_total',
    help: 'Webhooks refused, by connection and reason: a code of docs/errors.md',
    labelNames: ['connection', 'code'] as const,
    registers: metrics ? [metrics] : [],
  });

  function refuse(response: Response, connection: string, { status, code, reason, headers = {} }: Refusal): void {
    answers.inc({ connection, status });
    refusals.inc({ connection, code });
    log.info({ connection, status, code, reason }, 'A webhook was refused');
    response.status(status).set(headers).json({ error: reason });
  }

  function verified(verifier: WebhookVerifier, request: Request): ReceivedEvent[] {
    const rawBody: unknown = request.body;
    const events = verifier.verify(webhookOf(request));
    if (Buffer.isBuffer(rawBody) && !isUtf8(rawBody))
      throw new Fault({ code: 'webhook_not_utf8', kind: 'invalid', publicText: 'The content is not valid UTF-8.' });
    return events;
  }

  const router = Router();
  router.use('/webhooks/:name', (request, response, next) => {
    const verifier = verifiers.get(request.params['name'] as string);
    if (!verifier) return void response.status(404).json({ error: 'There is no such webhook.' });
    const methods = verifier.methods ?? ['POST'];
    if (methods.includes(request.method)) return next();
    response.status(405).set('Allow', methods.join(', ')).json({ error: 'This webhook is not sent by this method.' });
  });
  // Not '*/*': that would pass over a request without a content type.
  router.use('/webhooks/:name', express.raw({ type: () => true, limit: LARGEST_BODY, inflate: false }));
  router.post('/webhooks/:name/token', (request, response, next) => {
    const verifier = verifiers.get(request.params.name)!;
    if (!verifier.token) return next();
    response.set('Cache-Control', 'no-store');
    try {
      const { accessToken, expiresInSeconds } = verifier.token(webhookOf(request));
      response.json({ access_token: accessToken, token_type: 'bearer', expires_in: expiresInSeconds });
    } catch (error) {
      const { status, reason } = refusalOf(error);
      log.info({ connection: request.params.name, status, reason }, 'A sender of webhooks got no token');
      response.status(status).json({ error: 'invalid_client', error_description: reason });
    }
  });
  router.all('/webhooks/:name', async (request, response) => {
    const connection = request.params.name;
    try {
      await intake.accept(verified(verifiers.get(connection)!, request));
      answers.inc({ connection, status: 200 });
      response.writeHead(200, RECEIVED_HEADERS).end(RECEIVED);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind === 'bug')
        log.warn({ err: error, connection }, 'A webhook was not understood');
      refuse(response, connection, refusalOf(error));
    }
  });
  router.use('/webhooks/:name', (error: unknown, request: Request, response: Response, _next: express.NextFunction) => {
    refuse(response, String(request.params['name']), refusalOfBody(error));
  });
  return router;
}
