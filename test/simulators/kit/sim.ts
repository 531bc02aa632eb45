import express, { type ErrorRequestHandler, type Express } from 'express';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type { Certificate } from './certificate.ts';
import { SimClock } from './clock.ts';
import { Faults, type Fault } from './faults.ts';
import { WebhookSender, type WebhookSwitches } from './webhooks.ts';

/** Calls of product paths, counted by method and route; and calls that the simulator does not know. */
export class CallLog {
  readonly counts = new Map<string, number>();
  readonly unsupported = new Map<string, number>();

  static #add(map: Map<string, number>, key: string): void {
    map.set(key, (map.get(key) ?? 0) + 1);
  }

  /** @param route path with ids replaced by names, such as `/v1/customers/:id` */
  call(method: string, route: string): void {
    CallLog.#add(this.counts, `${method} ${route}`);
  }

  /** Call it before answering 404 or 400 for something that the real service knows and this simulator does not. */
  refuse(what: string): void {
    CallLog.#add(this.unsupported, what);
  }

  clear(): void {
    this.counts.clear();
    this.unsupported.clear();
  }

  total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

export type SimContext = {
  app: Express;
  clock: SimClock;
  faults: Faults;
  webhooks: WebhookSender;
  calls: CallLog;
};

export type SimOptions = {
  /** 0 or absent: any free port. */
  port?: number | undefined;
  host?: string | undefined;
  clock?: SimClock | undefined;
  /** Serves the same over TLS too; port 0 or absent: any free port. */
  tls?: { certificate: Certificate; port?: number | undefined } | undefined;
};

/** A simulator that runs; `ctx` is for tests in the same process. */
export type RunningSim = {
  url: string;
  /** Null unless asked for. */
  tlsUrl: string | null;
  ctx: SimContext;
  server: Server;
  close(): Promise<void>;
};

/** @returns the port; @throws Error when it is taken */
async function listen(server: NetServer, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Starts the HTTP server of a simulator with the switches that all have in common under /__sim.
 * @param build adds the routes of the service; the fault middleware and the call counter stand before them
 * @param reset brings the state back to empty
 */
export async function startSim(
  options: SimOptions,
  build: (ctx: SimContext) => void,
  hooks: { reset(): void; close(): Promise<void> | void },
): Promise<RunningSim> {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  const ctx: SimContext = {
    app,
    clock: options.clock ?? new SimClock(),
    faults: new Faults(),
    webhooks: new WebhookSender(),
    calls: new CallLog(),
  };
  addSwitches(ctx, hooks.reset);
  app.use(ctx.faults.middleware());
  build(ctx);
  app.use(lastResort);
  const host = options.host ?? '127.0.0.1';
  // Services refuse long addresses themselves, each in its own words.
  const limits = { maxHeaderSize: 65_536 };
  const server = createServer(limits, app);
  const tls = options.tls && createTlsServer({ ...options.tls.certificate, ...limits }, app);
  const servers = tls ? [server, tls] : [server];
  // Longer than any client keeps a connection it may write to: one closed in between fails calls that are not repeated.
  for (const one of servers) one.keepAliveTimeout = 65_000;
  const port = await listen(server, options.port ?? 0, host);
  const tlsPort = tls && (await listen(tls, options.tls?.port ?? 0, host));
  return {
    url: `http://${host}:${port}`,
    tlsUrl: tlsPort === undefined ? null : `https://${host}:${tlsPort}`,
    ctx,
    server,
    async close() {
      ctx.webhooks.close();
      for (const one of servers) {
        one.closeAllConnections();
        await new Promise<void>((resolve) => one.close(() => resolve()));
      }
      await hooks.close();
    },
  };
}

/** What no service answered in its own words: bodies that cannot be read are the client's fault, the rest is a bug of ours. */
const lastResort: ErrorRequestHandler = (
  error: { status?: number; message?: string; stack?: string },
  _req,
  res,
  next,
) => {
  if (res.headersSent) return next(error);
  const { status = 500 } = error;
  if (status >= 500) console.error(error);
  res.status(status).json({ message: error.message ?? 'The simulator failed.' });
};

/** Clock steps are ISO 8601 instants or `{ advanceMs }` / `{ advanceDays }`. */
function addSwitches(ctx: SimContext, reset: () => void): void {
  const sim = express.Router();
  sim.use(express.json({ limit: '5mb' }));
  sim.get('/faults', (_req, res) => void res.json({ faults: ctx.faults.list() }));
  sim.post('/faults', (req, res) => {
    try {
      ctx.faults.set((req.body as { faults?: Fault[] }).faults ?? []);
    } catch (error) {
      return void res.status(400).json({ message: error instanceof Error ? error.message : String(error) });
    }
    res.json({ faults: ctx.faults.list() });
  });
  sim.get('/webhooks', (_req, res) => void res.json(ctx.webhooks.switches));
  sim.post('/webhooks', (req, res) => {
    ctx.webhooks.switches = { ...ctx.webhooks.switches, ...(req.body as Partial<WebhookSwitches>) };
    res.json(ctx.webhooks.switches);
  });
  const clock = () => ({ now: ctx.clock.now().toISOString(), offsetMs: ctx.clock.offsetMs });
  sim.get('/clock', (_req, res) => void res.json(clock()));
  sim.post('/clock', (req, res) => {
    const body = req.body as { now?: string; offsetMs?: number; advanceMs?: number; advanceDays?: number };
    const offsetMs =
      body.now !== undefined
        ? Date.parse(body.now) - Date.now()
        : (body.offsetMs ?? ctx.clock.offsetMs + (body.advanceMs ?? 0) + (body.advanceDays ?? 0) * 86_400_000);
    if (!Number.isFinite(offsetMs)) return void res.status(400).json({ message: 'now must be an ISO 8601 instant' });
    ctx.clock.setOffset(offsetMs);
    res.json(clock());
  });
  sim.post('/reset', (_req, res) => {
    reset();
    ctx.calls.clear();
    ctx.faults.set([]);
    res.json({ reset: true });
  });
  sim.get(
    '/calls',
    (_req, res) => void res.json({ total: ctx.calls.total(), calls: Object.fromEntries(ctx.calls.counts) }),
  );
  sim.post('/calls/clear', (_req, res) => {
    ctx.calls.clear();
    res.json({ total: 0 });
  });
  sim.get('/unsupported', (_req, res) => void res.json(Object.fromEntries(ctx.calls.unsupported)));
  ctx.app.use('/__sim', sim);
}
