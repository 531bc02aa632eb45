import { Counter } from 'prom-client';
import { mappingVersion, objectOrder, orgProjection, toOrgConnection } from './connectors/salesforce/convert.ts';
import { createSalesforceClient, type SalesforceOptions } from './connectors/salesforce/client.ts';
import { createOrgWriter } from './connectors/salesforce/writer.ts';
import { createStripeConnection } from './connectors/stripe/connection.ts';
import { createZuoraConnection } from './connectors/zuora/connection.ts';
import { createApp, type ReadyCheck } from './interfaces/http/app.ts';
import { listen } from './interfaces/http/listen.ts';
import { createClock } from './platform/clock.ts';
import type { Config } from './platform/config/config.ts';
import { openDatabase } from './platform/db/database.ts';
import { databaseReady } from './platform/db/ready.ts';
import { createLog } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { stopInOrder, type Stoppable } from './platform/shutdown.ts';
import { createWakeup } from './platform/wakeup.ts';
import { createDueTicker } from './sync/due/due.ts';
import { registerGauges } from './sync/gauges.ts';
import { createIntake } from './sync/inbox/intake.ts';
import { createKeyWorker } from './sync/keys/worker.ts';
import { createOutbox } from './sync/outbox/outbox.ts';
import { createPostgresStore } from './sync/postgres.ts';
import type { Store } from './sync/store.ts';
import { createSweeper } from './sync/sweep/sweeper.ts';
import { handleKeys } from './workflows/mirror/handleKeys.ts';
import { projectAccount } from './workflows/mirror/projectAccount.ts';
import { refreshBillingAccount } from './workflows/mirror/refreshBillingAccount.ts';
import type { BillingSystem } from './workflows/ports/billingSystem.ts';
import type { Clock } from './workflows/ports/clock.ts';
import type { KeyHandler } from './workflows/ports/keyWork.ts';
import type { ChangeSource } from './workflows/ports/sweep.ts';
import type { WebhookVerifier } from './workflows/ports/webhook.ts';

/** A server that runs. */
export type Server = {
  /** null for a process that only works. */
  url: string | null;
  /** Takes nothing more in, finishes or gives back what is in hand, and closes; within 20 s. */
  stop(): Promise<void>;
};

/** Time for everything in hand to end, ms; after it main ends the process anyway. */
const stopWithinMs = 18_000;

type BillingConnection = {
  verifier: WebhookVerifier;
  billing: BillingSystem;
  changes: ChangeSource;
  close?(): Promise<void>;
};

function connect(config: Config, clock: Clock): BillingConnection[] {
  const { stripe, zuora } = config;
  const connections: BillingConnection[] = [];
  if (stripe)
    connections.push(
      createStripeConnection(
        {
          connection: 'stripe',
          apiKey: stripe.apiKey.reveal(),
          webhookSecrets: stripe.webhookSecrets.map((secret) => secret.reveal()),
          ...(stripe.apiBase === null ? {} : { apiBase: stripe.apiBase }),
          dashboardUrl: stripe.dashboardUrl,
          timeZone: config.timeZone,
        },
        { clock },
      ),
    );
  if (zuora)
    connections.push(
      createZuoraConnection(
        {
          ...zuora,
          connection: 'zuora',
          clientSecret: zuora.clientSecret.reveal(),
          calloutPassword: zuora.calloutPassword.reveal(),
        },
        { clock },
      ),
    );
  return connections;
}

/** Whether the billing systems are being heard, for people; none of it keeps the server from being ready. */
async function connectionChecks(store: Store, connections: readonly BillingConnection[]): Promise<ReadyCheck[]> {
  return Promise.all(
    connections.map(async ({ billing: { connection } }) => {
      const { state, message } = await store.statusOf(connection);
      return { name: connection, ok: true, message: state === 'Connected' ? '' : `${state}: ${message}` };
    }),
  );
}

/** Puts the server together and starts it: the one place where concrete classes meet. */
export async function startServer(config: Config): Promise<Server> {
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const clock = await createClock(config.businessClockUrl, (error) =>
    log.warn({ err: error }, 'The business clock does not answer; its last offset stays in force'),
  );
  const database = await openDatabase(config, (error) => log.warn({ err: error }, 'A database connection was lost'));
  const { db } = database;
  const stamp = { orgId: config.salesforce.orgId, mappingVersion: String(mappingVersion) };
  const store = createPostgresStore(database, stamp);
  const connections = connect(config, clock);
  const keysReady = createWakeup();
  const intake = createIntake(store, { metrics, onStored: keysReady.notify });
  registerGauges(metrics, db);
  // Stopped in the opposite order.
  const parts: Stoppable[] = [
    { name: 'database', stop: () => database.close() },
    { name: 'clock', stop: async () => clock.stop() },
    ...connections.flatMap(({ billing, close }) => (close ? [{ name: billing.connection, stop: close }] : [])),
  ];
  const stop = async () => {
    await stopInOrder(parts.toReversed(), stopWithinMs, (name, error) =>
      log.error({ err: error, name }, 'Did not stop'),
    );
  };
  const start = (name: string, part: { start(): void; stop(): Promise<unknown> }) => {
    part.start();
    parts.push({ name, stop: () => part.stop() });
  };

  try {
    if (config.roles.worker) {
      const rowsReady = createWakeup();
      const outbox = createOutbox({
        store,
        writer: createOrgWriter(createSalesforceClient(salesforceOptions(config), clock.now)),
        objectOrder,
        log,
        metrics,
        wakeup: rowsReady,
      });
      const handler = keyHandler(config, store, clock, connections, metrics);
      await store.projectAnew();
      // Whoever mended what kept keys from being worked, such as a revoked API key, starts the server again.
      await store.releaseKeys();
      start('outbox', outbox);
      start('keys', createKeyWorker({ store, handler, log, metrics, wakeup: keysReady, onRows: rowsReady.notify }));
      start('due', createDueTicker({ store, clock, timeZone: config.timeZone, log, onDue: keysReady.notify }));
      start(
        'sweep',
        createSweeper({
          store,
          sources: connections.map(({ changes }) => changes),
          intake,
          log,
          everyMs: config.sweepSeconds * 1000,
          onStatus: (status) => outbox.setRows(null, [toOrgConnection(status)]),
        }),
      );
    }
    let url: string | null = null;
    if (config.roles.web) {
      const verifiers = new Map(connections.map(({ verifier, billing }) => [billing.connection, verifier]));
      const readiness = async () => [...(await databaseReady(db)), ...(await connectionChecks(store, connections))];
      const listening = await listen(createApp({ verifiers, intake, log, metrics, readiness }), config);
      parts.push({ name: 'http', stop: () => listening.close() });
      url = listening.url;
    }
    log.info({ url, roles: config.roles, connections: connections.map((one) => one.billing.connection) }, 'Ready');
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function salesforceOptions({ salesforce: { privateKey, ...options } }: Config): SalesforceOptions {
  return { ...options, privateKey: privateKey.reveal() };
}

function keyHandler(
  config: Config,
  store: Store,
  clock: Clock,
  connections: readonly BillingConnection[],
  metrics: Metrics,
): KeyHandler {
  const differences = new Counter({
    name: 'billing360_snapshot_differences_total',
    help: 'Snapshots of events that were taken for complete and differed from what a fetch showed',
    registers: [metrics],
  });
  const project = projectAccount({
    mirror: store,
    orgRows: store,
    projection: orgProjection,
    clock,
    timeZone: config.timeZone,
  });
  const refreshers = connections.map(({ billing }): [string, KeyHandler] => [
    billing.connection,
    refreshBillingAccount({
      mirror: store,
      billing,
      clock,
      usagePollSeconds: config.usagePollSeconds,
      onSnapshotDiffers: () => differences.inc(),
    }),
  ]);
  return handleKeys(project, new Map(refreshers));
}
