import { mappingVersion } from '../connectors/salesforce/convert.ts';
import { createClock, type BusinessClock } from '../platform/clock.ts';
import type { Config } from '../platform/config/config.ts';
import { openDatabase, type Database } from '../platform/db/database.ts';
import { localSealKeys } from '../platform/localSealKey.ts';
import { createLog, type Log } from '../platform/log.ts';
import { createMetrics, type Metrics } from '../platform/metrics.ts';
import { createSealer, readSealKeys, SealError, type SealKey } from '../platform/seal.ts';
import type { Stoppable } from '../platform/shutdown.ts';
import { createWakeup, type Wakeup } from '../platform/wakeup.ts';
import { createRefusedNotes } from '../sync/connections/refused.ts';
import { createProviderIds, type ProviderIds } from '../sync/connections/providerIds.ts';
import { registerGauges } from '../sync/gauges.ts';
import { createIntake, type Intake } from '../sync/inbox/intake.ts';
import { createUpstreamGate, type StoppableGate } from '../sync/limits/gate.ts';
import { shareTokens } from '../sync/limits/tokens.ts';
import { createJobBook } from '../sync/orders/jobs.ts';
import { createPostgresStore } from '../sync/postgres.ts';
import { createSecretBook, type SecretBook } from '../sync/secrets/book.ts';
import type { Store } from '../sync/store.ts';
import type { ShareToken, UpstreamLimits } from '../workflows/ports/upstream.ts';
import { keptFieldsOf } from './billingFields.ts';
import { connect, type BillingConnection } from './connections.ts';

/** What every process has, whatever its roles. */
export type Base = {
  config: Config;
  log: Log;
  metrics: Metrics;
  clock: BusinessClock;
  database: Database;
  store: Store;
  intake: Intake;
  secrets: SecretBook;
  providerIds: ProviderIds;
  noteRefused: ReturnType<typeof createRefusedNotes>;
  connections: readonly BillingConnection[];
  gateOf: (limits: UpstreamLimits) => StoppableGate;
  shareToken: ShareToken;
  /** Told when keys were made dirty. */
  keysReady: Wakeup;
  /** What is to be stopped, in the order in which it was opened. */
  parts: Stoppable[];
};

/** Beside the embedded database a key is made when there is none; with another one the settings hold it. */
function sealKeysOf({ sealKeys, dataDir }: Config): SealKey[] {
  const keys = sealKeys === null ? localSealKeys(dataDir) : readSealKeys(sealKeys.reveal());
  if (typeof keys === 'string') throw new SealError(keys);
  return keys;
}

/** Opens the database and makes the clients of the billing systems; calls none of them yet. */
export async function openBase(config: Config): Promise<Base> {
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const clock = await createClock(config.businessClockUrl, (error) =>
    log.warn({ err: error }, 'The business clock does not answer; its last offset stays in force'),
  );
  const sealer = createSealer(sealKeysOf(config));
  const database = await openDatabase(config, (error) => log.warn({ err: error }, 'A database connection was lost'));
  const { db } = database;
  const stamp = { orgId: config.salesforce.orgId, mappingVersion: String(mappingVersion) };
  const store = createPostgresStore(database, stamp);
  const gates: StoppableGate[] = [];
  const gateOf = (limits: UpstreamLimits): StoppableGate => {
    const gate = createUpstreamGate(db, limits, {
      onTrouble: (error) =>
        log.warn({ err: error, upstream: limits.upstream }, 'The state of an upstream could not be noted'),
    });
    gates.push(gate);
    return gate;
  };
  const shareToken = shareTokens(db, sealer);
  const secrets = createSecretBook({ db, sealer, log });
  const names = config.connections.map(({ connection }) => connection);
  const providerIds = createProviderIds({ db, connections: names, log });
  const { timeZone } = config;
  const fields = keptFieldsOf(config);
  const providerIdOf = providerIds.idOf;
  const billedBy = config.orders === null ? {} : { stripeOrders: config.orders.stripe };
  const jobs = createJobBook(db);
  const shared = { clock, timeZone, gateOf, shareToken, jobs, secrets };
  const connections = config.connections.map((one) =>
    connect(one, { ...shared, mirror: store, fields, providerIdOf, ...billedBy }),
  );
  const keysReady = createWakeup();
  const intake = createIntake(store, { metrics, onStored: keysReady.notify });
  registerGauges(metrics, db);
  const parts: Stoppable[] = [
    { name: 'database', stop: () => database.close() },
    { name: 'limits', stop: async () => void (await Promise.all(gates.map((gate) => gate.stop()))) },
    { name: 'clock', stop: async () => clock.stop() },
    ...connections.flatMap(({ name, close }) => (close ? [{ name, stop: close }] : [])),
  ];
  return {
    config,
    log,
    metrics,
    clock,
    database,
    store,
    intake,
    secrets,
    providerIds,
    noteRefused: createRefusedNotes(db),
    connections,
    gateOf,
    shareToken,
    keysReady,
    parts,
  };
}
