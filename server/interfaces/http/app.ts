import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Registry } from 'prom-client';
import { openApiDocument } from './actions/openapi.ts';
import { createActionRouter, type ActionOptions } from './actions/router.ts';
import { createTokenRouter } from './oauth.ts';
import { createWebhookRouter, type WebhookOptions } from './webhooks.ts';

/** One thing that /readyz looks at. */
export type ReadyCheck = {
  name: string;
  /** False keeps the server from being ready; leave it true for what only people need to know. */
  ok: boolean;
  message: string;
};

export type AppOptions = Omit<WebhookOptions, 'metrics'> & {
  metrics: Registry;
  /** What people of an org can ask for. */
  org: Omit<ActionOptions, 'log' | 'metrics'>;
  /** Looks at the database, its schema and the connections. */
  readiness: () => Promise<ReadyCheck[]>;
};

async function readyAnswer(readiness: AppOptions['readiness']): Promise<{ ready: boolean; checks: ReadyCheck[] }> {
  const checks = await readiness().catch((): ReadyCheck[] => [
    { name: 'database', ok: false, message: 'The database does not answer.' },
  ]);
  return { ready: checks.every(({ ok }) => ok), checks };
}

/** The server's HTTP interface: webhooks, what orgs ask for, health and metrics. */
export function createApp(options: AppOptions): Express {
  const { metrics, readiness, log, org } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('etag', false);
  // Before helmet: no browser reads the answer to a webhook, and a burst of them should cost little.
  app.use(createWebhookRouter(options));
  app.use(helmet());
  app.use(createTokenRouter({ issuer: org.issuer, log }));
  app.use(createActionRouter({ ...org, log, metrics }));
  app.get('/openapi.json', (_request, response) => void response.json(openApiDocument()));
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.get('/readyz', async (_request, response) => {
    const answer = await readyAnswer(readiness);
    response.status(answer.ready ? 200 : 503).json(answer);
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });
  app.use((_request, response) => void response.status(404).json({ error: 'There is nothing at this address.' }));
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    // Express marks what is wrong with the request itself, such as a malformed address.
    const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
    if (status >= 400 && status < 500)
      return void response.status(status).json({ error: 'The request cannot be read.' });
    log.error({ err: error, path: request.path }, 'A request failed');
    response.status(503).set('Retry-After', '5').json({ error: 'The server cannot answer now.' });
  });
  return app;
}
