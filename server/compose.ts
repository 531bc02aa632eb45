import { actionsOf } from './compose/actions.ts';
import { openBase } from './compose/base.ts';
import { readiness } from './compose/readiness.ts';
import { startWorker } from './compose/worker.ts';
import { createApp } from './interfaces/http/app.ts';
import { listen } from './interfaces/http/listen.ts';
import type { Config } from './platform/config/config.ts';
import { stopInOrder } from './platform/shutdown.ts';

/** A server that runs. */
export type Server = {
  /** null for a process that only works. */
  url: string | null;
  /** Takes nothing more in, finishes or gives back what is in hand, and closes; within 20 s. */
  stop(): Promise<void>;
};

/** Time for everything in hand to end, ms; after it main ends the process anyway. */
const stopWithinMs = 18_000;

/** Puts the server together and starts it; concrete classes meet here and in compose/ alone. */
export async function startServer(config: Config): Promise<Server> {
  const base = await openBase(config);
  const { log, metrics, intake, secrets, providerIds, connections, parts } = base;
  const stop = async () => {
    await stopInOrder(parts.toReversed(), stopWithinMs, (name, error) =>
      log.error({ err: error, name }, 'Did not stop'),
    );
  };
  const start = (name: string, loop: { start(): void; stop(): Promise<unknown> }) => {
    loop.start();
    parts.push({ name, stop: () => loop.stop() });
  };

  try {
    await secrets.load();
    start('secrets', secrets);
    if (config.roles.worker) await startWorker(base, start);
    let url: string | null = null;
    if (config.roles.web) {
      await providerIds.load();
      start('provider ids', providerIds);
      const verifiers = new Map(connections.map(({ name, verifier }) => [name, verifier]));
      const app = createApp({
        verifiers,
        intake,
        log,
        metrics,
        org: actionsOf(base),
        readiness: () => readiness(base),
      });
      const listening = await listen(app, config);
      parts.push({ name: 'http', stop: () => listening.close() });
      url = listening.url;
    }
    log.info({ url, roles: config.roles, connections: connections.map(({ name }) => name) }, 'Ready');
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
