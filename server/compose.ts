import { Counter } from 'prom-client';
import { mappingVersion, objectOrder, orgProjection, toOrgConnection } from './connectors/salesforce/convert.ts';
import { createOrgBulkWriter } from './connectors/salesforce/bulk.ts';
import { createOrgCalls } from './connectors/salesforce/calls.ts';
import { createSalesforceClient, type SalesforceOptions } from './connectors/salesforce/client.ts';
import { salesforceLimits } from './connectors/salesforce/limits.ts';
import { createOrgWriter } from './connectors/salesforce/writer.ts';
import { followSalesforce } from './changes.ts';
import { connect, type BillingConnection } from './connections.ts';
import { partsOf } from './domain/billingAccount/key.ts';
import { createApp, type ReadyCheck } from './interfaces/http/app.ts';
import { listen } from './interfaces/http/listen.ts';
import { createClock } from './platform/clock.ts';
import type { Config, SalesforceConfig } from './platform/config/config.ts';
import { openDatabase, type Db } from './platform/db/database.ts';
import { databaseReady } from './platform/db/ready.ts';
import { createLog } from './platform/log.ts';
import { localSealKeys } from './platform/localSealKey.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { createSealer, readSealKeys, SealError, type SealKey } from './platform/seal.ts';
import { stopInOrder, type Stoppable } from './platform/shutdown.ts';
import { createWakeup } from './platform/wakeup.ts';
import { beginWithBackfill } from './sync/backfill/first.ts';
import { createBackfillRunner } from './sync/backfill/runner.ts';
import { createBackfillStore } from './sync/backfill/state.ts';
import { applyFilter } from './sync/connections/filter.ts';
import { createConnectionStore } from './sync/connections/state.ts';
import { createConnectionWatch, type ConnectionWatch } from './sync/connections/watch.ts';
import { createOrgAccounts } from './sync/drift/accounts.ts';
import { createDueTicker } from './sync/due/due.ts';
import { registerGauges } from './sync/gauges.ts';
import { createIntake } from './sync/inbox/intake.ts';
import { createKeyWorker } from './sync/keys/worker.ts';
import { createUpstreamGate, type StoppableGate } from './sync/limits/gate.ts';
import { troubles } from './sync/limits/state.ts';
import { shareTokens } from './sync/limits/tokens.ts';
import { createBulkLane } from './sync/outbox/bulk.ts';
import { createBulkStore } from './sync/outbox/bulkJobs.ts';
import { createOutbox } from './sync/outbox/outbox.ts';
import { checkOrg } from './sync/outbox/pin.ts';
import { orgLagSeconds } from './sync/outbox/lag.ts';
import { orgStatus } from './sync/outbox/status.ts';
import { createPostgresStore } from './sync/postgres.ts';
import type { Store } from './sync/store.ts';
import { noticeRestore } from './sync/operate/restored.ts';
import { createSecretBook, type SecretBook } from './sync/secrets/book.ts';
import { createRetention } from './sync/retention/retention.ts';
import { createSweeper } from './sync/sweep/sweeper.ts';
import { handleKeys, type ConnectionHandlers } from './workflows/mirror/handleKeys.ts';
import { placeEvents } from './workflows/mirror/placeEvents.ts';
import { projectAccount } from './workflows/mirror/projectAccount.ts';
import { refreshBillingAccount } from './workflows/mirror/refreshBillingAccount.ts';
import { refreshCatalog } from './workflows/mirror/refreshCatalog.ts';
import type { Clock } from './workflows/ports/clock.ts';
import type { KeyHandler } from './workflows/ports/keyWork.ts';
import type { UpstreamLimits } from './workflows/ports/upstream.ts';
import type { OrgAccounts } from './workflows/ports/org.ts';

/** A server that runs. */
export type Server = {
  /** null for a process that only works. */
  url: string | null;
  /** Takes nothing more in, finishes or gives back what is in hand, and closes; within 20 s. */
  stop(): Promise<void>;
};

/** Time for everything in hand to end, ms; after it main ends the process anyway. */
const stopWithinMs = 18_000;

/** How the other side is called where the billing systems go by the names of their connections. */
const SALESFORCE = 'salesforce';

/** What is left alone now, and why, for people; none of it keeps the server from being ready. */
async function upstreamChecks(db: Db): Promise<ReadyCheck[]> {
  return (await troubles(db)).map(({ name, state, seconds, reason }) => ({
    name: `limits of ${name}`,
    ok: true,
    message: `${state === 'open' ? 'It does not answer' : 'It is left alone'}; asked again in ${seconds} s. ${reason}`,
  }));
}

/** Whether the systems on both sides are being reached, for people; none of it keeps the server from being ready. */
async function connectionChecks(
  { db, store, connections }: { db: Db; store: Store; connections: readonly BillingConnection[] },
  { orgId, apiReserve }: SalesforceConfig,
): Promise<ReadyCheck[]> {
  const statuses = [
    ...connections.map(async ({ name }) => ({ name, ...(await store.statusOf(name)) })),
    orgStatus(db, orgId, apiReserve).then((status) => ({ name: SALESFORCE, ...status })),
  ];
  return (await Promise.all(statuses)).map(({ name, state, message }) => ({
    name,
    ok: true,
    message: state === 'Connected' ? '' : `${state}: ${message}`,
  }));
}

/** Puts the server together and starts it: the one place where concrete classes meet. */
export async function startServer(config: Config): Promise<Server> {
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
  const { timeZone } = config;
  const connections = config.connections.map((one) => connect(one, { clock, timeZone, gateOf, shareToken, secrets }));
  const keysReady = createWakeup();
  const intake = createIntake(store, { metrics, onStored: keysReady.notify });
  registerGauges(metrics, db);
  // Stopped in the opposite order.
  const parts: Stoppable[] = [
    { name: 'database', stop: () => database.close() },
    { name: 'limits', stop: async () => void (await Promise.all(gates.map((gate) => gate.stop()))) },
    { name: 'clock', stop: async () => clock.stop() },
    ...connections.flatMap(({ name, close }) => (close ? [{ name, stop: close }] : [])),
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
    await secrets.load();
    start('secrets', secrets);
    if (config.roles.worker) {
      const rowsReady = createWakeup();
      const client = createSalesforceClient(salesforceOptions(config, secrets), clock.now, {
        checkOrg: (org) => checkOrg(db, org),
        gate: gateOf(salesforceLimits),
        shareToken,
      });
      const calls = createOrgCalls(client, metrics);
      const { apiReserve: reserve } = config.salesforce;
      const bulkWriter = createOrgBulkWriter(calls);
      const bulk = createBulkLane({ store, jobs: createBulkStore(db), bulk: bulkWriter, objectOrder, log, reserve });
      const outbox = createOutbox({
        store,
        writer: createOrgWriter(calls),
        objectOrder,
        log,
        metrics,
        reserve,
        bulkObjects: bulk.objects,
        wakeup: rowsReady,
      });
      const sources = new Map(connections.map(({ name, source }) => [name, source]));
      const report = async (name: string) =>
        outbox.setRows(null, [toOrgConnection(await store.statusOf(name), sources.get(name)!)]);
      const reportOrg = async () => {
        const { checkedThrough } = await store.statusOf(SALESFORCE);
        const status = await orgStatus(db, config.salesforce.orgId, config.salesforce.apiReserve);
        const row = { connection: SALESFORCE, ...status, checkedThrough, lagSeconds: await orgLagSeconds(db) };
        await outbox.setRows(null, [toOrgConnection(row, 'Salesforce')]);
      };
      const lists = connections.map(({ list }) => list);
      const backfills = createBackfillStore(db);
      const connectionStore = createConnectionStore(db);
      await connectionStore.register(connections.map(({ name, source }) => ({ name, system: source })));
      for (const { name, filter } of connections) await applyFilter(db, name, filter, log);
      const watch = createConnectionWatch({
        store: { ...store, ...connectionStore },
        probes: new Map(connections.map(({ name, probe }) => [name, probe])),
        log,
        onChange: async (name) => {
          keysReady.notify();
          await report(name);
        },
      });
      const onStored = keysReady.notify;
      const changes = followSalesforce({ config, client, database, store, intake, clock, log, metrics, onStored });
      const handler = verified(
        watch,
        keyHandler(config, store, createOrgAccounts(db), clock, connections, metrics, changes.handler),
      );
      const rewritten = await noticeRestore(db);
      if (rewritten !== null)
        log.warn({ rows: rewritten }, 'The database was restored: every row is written once more');
      await store.projectAnew();
      // Whoever mended what kept keys or rows from being worked, such as a revoked API key, starts the server again.
      await store.releaseKeys();
      await store.releaseRows();
      start('bulk', bulk);
      start('outbox', outbox);
      start('connections', watch);
      const worker = { store, handler, log, metrics, wakeup: keysReady, onRows: rowsReady.notify };
      start('keys', createKeyWorker({ ...worker, isStoppedBy: watch.isStoppedBy }));
      start(
        'backfill',
        createBackfillRunner({
          store: { ...store, ...backfills },
          lists,
          watch,
          log,
          onListed: keysReady.notify,
          onDone: report,
        }),
      );
      start('due', createDueTicker({ store, clock, timeZone: config.timeZone, log, onDue: keysReady.notify }));
      const { payload: payloadDays, id: idDays } = config.inboxDays;
      start('retention', createRetention({ db, payloadDays, idDays, log }));
      start(
        'sweep',
        createSweeper({
          store,
          sources: connections.map(({ changes }) => changes),
          intake,
          log,
          everyMs: config.sweepSeconds * 1000,
          onStatus: async ({ connection }) => {
            await report(connection);
            if (connection === connections[0]?.name) await reportOrg();
          },
          watch,
          begin: beginWithBackfill(backfills, lists),
        }),
      );
      for (const [name, part] of changes.parts) start(name, part);
    }
    let url: string | null = null;
    if (config.roles.web) {
      const verifiers = new Map(connections.map(({ name, verifier }) => [name, verifier]));
      const readiness = async () => [
        ...(await databaseReady(db)),
        ...(await connectionChecks({ db, store, connections }, config.salesforce)),
        ...(await upstreamChecks(db)),
      ];
      const listening = await listen(createApp({ verifiers, intake, log, metrics, readiness }), config);
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

/** Beside the embedded database a key is made when there is none; with another one the settings hold it. */
function sealKeysOf({ sealKeys, dataDir }: Config): SealKey[] {
  const keys = sealKeys === null ? localSealKeys(dataDir) : readSealKeys(sealKeys.reveal());
  if (typeof keys === 'string') throw new SealError(keys);
  return keys;
}

function salesforceOptions(config: Config, secrets: Pick<SecretBook, 'latest'>): SalesforceOptions {
  const { loginUrl, clientId, username, privateKey, apiVersion, orgId } = config.salesforce;
  return {
    loginUrl,
    clientId,
    username,
    apiVersion,
    orgId,
    get privateKey() {
      return secrets.latest('salesforce-key', '', privateKey.reveal());
    },
  };
}

/** No key is worked before it is certain that its connection leads to the account or tenant that it stands for. */
function verified(watch: Pick<ConnectionWatch, 'ensure'>, handler: KeyHandler): KeyHandler {
  return async (claim) => {
    await watch.ensure(partsOf(claim.key).connection);
    return handler(claim);
  };
}

function keyHandler(
  config: Config,
  store: Store,
  accounts: OrgAccounts,
  clock: Clock,
  connections: readonly BillingConnection[],
  metrics: Metrics,
  follow: KeyHandler,
): KeyHandler {
  const differences = new Counter({
    name: 'billing360_snapshot_differences_total',
    help: 'Snapshots of events that were taken for complete and differed from what a fetch showed',
    registers: [metrics],
  });
  const project = projectAccount({
    mirror: store,
    orgRows: store,
    accounts,
    projection: orgProjection,
    clock,
    timeZone: config.timeZone,
  });
  const handlers = connections.map(({ name, billing }): [string, ConnectionHandlers] => [
    name,
    {
      refresh: refreshBillingAccount({
        mirror: store,
        billing,
        clock,
        usagePollSeconds: config.usagePollSeconds,
        onSnapshotDiffers: () => differences.inc(),
      }),
      catalog: refreshCatalog({ mirror: store, clock }),
      place: placeEvents({ mirror: store, billing, clock }),
    },
  ]);
  return handleKeys(
    project,
    new Map([...handlers, ['salesforce', { refresh: follow, catalog: follow, place: follow }]]),
  );
}
