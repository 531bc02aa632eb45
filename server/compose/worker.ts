import { createOrgBulkWriter } from '../connectors/salesforce/bulk.ts';
import { createOrgCalls } from '../connectors/salesforce/calls.ts';
import { integrationUser } from '../connectors/salesforce/changes/ourselves.ts';
import { objectOrder, toOrgConnection } from '../connectors/salesforce/convert.ts';
import { createOwnerNotices } from '../connectors/salesforce/ownerNotices.ts';
import { createOrgRowRemover } from '../connectors/salesforce/remover.ts';
import { removedDaysOf } from '../connectors/salesforce/retention.ts';
import { failureProjection } from '../connectors/salesforce/rows/syncFailure.ts';
import { createOrgWriter } from '../connectors/salesforce/writer.ts';
import { createWakeup } from '../platform/wakeup.ts';
import { beginWithBackfill } from '../sync/backfill/first.ts';
import { createBackfillRunner } from '../sync/backfill/runner.ts';
import { createBackfillStore } from '../sync/backfill/state.ts';
import { applyFields } from '../sync/connections/fields.ts';
import { applyFilter } from '../sync/connections/filter.ts';
import { createConnectionStore } from '../sync/connections/state.ts';
import { createConnectionWatch } from '../sync/connections/watch.ts';
import { createDueTicker } from '../sync/due/due.ts';
import { createFailureTeller } from '../sync/failures/teller.ts';
import { createKeyWorker } from '../sync/keys/worker.ts';
import { matchUnlinked } from '../sync/matching/due.ts';
import { createNotifier } from '../sync/notices/notifier.ts';
import { dropNotices, releaseNotices } from '../sync/notices/store.ts';
import { noticeRestore } from '../sync/operate/restored.ts';
import { createBulkLane } from '../sync/outbox/bulk.ts';
import { createBulkStore } from '../sync/outbox/bulkJobs.ts';
import { orgLagSeconds } from '../sync/outbox/lag.ts';
import { createOutbox, type Outbox } from '../sync/outbox/outbox.ts';
import { orgStatus } from '../sync/outbox/status.ts';
import { digestOf } from '../sync/canonical.ts';
import { mrrRulesChoice } from '../sync/mrrRules.ts';
import { projectAnewWhen } from '../sync/restamp.ts';
import { createOrgPrune } from '../sync/retention/orgRows.ts';
import { createRetention } from '../sync/retention/retention.ts';
import { createSweeper } from '../sync/sweep/sweeper.ts';
import { followFailures } from '../workflows/failures/followFailures.ts';
import { fieldsOfSystem } from '../workflows/ports/billingFields.ts';
import { partsTakenBy } from '../workflows/ports/billingFilter.ts';
import type { Base } from './base.ts';
import { billTos } from './billTo.ts';
import { keptFieldsOf } from './billingFields.ts';
import { catalog } from './catalog.ts';
import { followSalesforce } from './changes.ts';
import { keyHandler } from './handlers.ts';
import { matching } from './matching.ts';
import { orderFieldsWatch, orders } from './orders.ts';
import { orgClient } from './orgClient.ts';
import { batchCalls, orgMapping, type OrgMapping } from './orgMapping.ts';
import { provisioning } from './provisioning.ts';
import { records } from './records.ts';
import { renewals } from './renewals.ts';

/** A loop that runs until it is stopped. */
type Loop = { start(): void; stop(): Promise<unknown> };

/** How the other side is called where the billing systems go by the names of their connections. */
const SALESFORCE = 'salesforce';

/** Tells the org how fresh its figures are: each connection, and Salesforce itself. */
function reports({ config, database, store, connections }: Base, outbox: Outbox, mapping: OrgMapping) {
  const sources = new Map(connections.map(({ name, source }) => [name, source]));
  return {
    connection: async (name: string) =>
      outbox.setRows(null, [toOrgConnection(await store.statusOf(name), sources.get(name)!, config.sweepSeconds)]),
    async org() {
      const { checkedThrough } = await store.statusOf(SALESFORCE);
      const { state, message } = await orgStatus(
        database.db,
        config.salesforce.orgId,
        config.salesforce.apiReserve,
        mapping.watch.trouble(),
      );
      const lagSeconds = await orgLagSeconds(database.db);
      await outbox.setRows(null, [
        toOrgConnection(
          { connection: SALESFORCE, state, message, checkedThrough, lagSeconds },
          'Salesforce',
          config.sweepSeconds,
        ),
      ]);
    },
  };
}

/** Makes what a restart is to see anew: another org or mapping, a restored database, and what was put aside. */
async function takeUp({ database, store, log }: Base): Promise<void> {
  const rewritten = await noticeRestore(database.db);
  if (rewritten !== null) log.warn({ rows: rewritten }, 'The database was restored: every row is written once more');
  await store.projectAnew();
  await matchUnlinked(database.db);
  // Whoever mended what kept keys or rows from being worked, such as a revoked API key, starts the server again.
  await store.releaseKeys();
  await store.releaseRows();
}

/**
 * Starts what keeps Salesforce in step with the billing systems.
 * @param start starts a loop, and stops it, with the others, in the opposite order
 */
export async function startWorker(base: Base, start: (name: string, loop: Loop) => void): Promise<void> {
  const { config, log, metrics, clock, database, store, intake, connections, keysReady } = base;
  const { db } = database;
  const rowsReady = createWakeup();
  const client = orgClient(base);
  const calls = createOrgCalls(client, metrics);
  const { apiReserve: reserve } = config.salesforce;
  const bulkWriter = createOrgBulkWriter(calls);
  const bulk = createBulkLane({ store, jobs: createBulkStore(db), bulk: bulkWriter, objectOrder, log, reserve });
  const writer = createOrgWriter(calls);
  const outbox = createOutbox({
    store,
    writer,
    objectOrder,
    log,
    metrics,
    reserve,
    bulkObjects: bulk.objects,
    wakeup: rowsReady,
  });
  const mapping = orgMapping(base, client);
  const report = reports(base, outbox, mapping);
  const lists = connections.map(({ list }) => list);
  const backfills = createBackfillStore(db);
  const connectionStore = createConnectionStore(db);
  await connectionStore.register(connections.map(({ name, source }) => ({ name, system: source })));
  const fields = keptFieldsOf(config);
  for (const { name, source, filter } of connections) {
    await applyFilter(db, name, filter, log);
    const own = fieldsOfSystem(fields, source);
    await applyFields(db, { connection: name, fields: own, taken: partsTakenBy(filter) }, log);
  }
  const watch = createConnectionWatch({
    store: { ...store, ...connectionStore },
    probes: new Map(connections.map(({ name, probe }) => [name, probe])),
    log,
    onChange: async (name) => {
      keysReady.notify();
      await report.connection(name);
    },
  });
  const onStored = keysReady.notify;
  const ordered = await orders(base, client, onStored);
  const renewed = renewals(base, client);
  const provisioned = await provisioning(base, client, watch);
  const billedTo = await billTos(base, client, onStored);
  const changes = followSalesforce({
    ...base,
    client,
    mapping,
    orders: ordered,
    provisioning: provisioned.triggers,
    billTos: billedTo,
    followsDeals:
      ordered !== null ||
      renewed.isFollowed ||
      (provisioned.triggers !== null && config.provisioning!.stages.length > 0),
    onStored,
  });
  const sold = catalog(base, client);
  const handler = keyHandler(
    base,
    watch,
    mapping,
    changes.handler,
    matching(base, client, calls),
    provisioned,
    await records(base, client),
    renewed.deps,
    billedTo,
    sold.handlerOf,
  );
  await takeUp(base);
  await sold.readAll();
  await mapping.watch.load();
  await renewed.watch.load();
  await projectAnewWhen(db, { name: 'org_retention', value: digestOf(config.orgRetention) });
  await projectAnewWhen(db, { name: 'reporting', value: digestOf(config.reporting) });
  await projectAnewWhen(db, mrrRulesChoice(config.reporting.mrr));
  start('mapping', mapping.watch);
  start('renewals', renewed.watch);
  start('order fields', orderFieldsWatch(base, ordered, onStored));
  start('bulk', bulk);
  start('outbox', outbox);
  start('connections', watch);
  const wakeups = { wakeup: keysReady, onRows: rowsReady.notify };
  start('keys', createKeyWorker({ store, handler, log, metrics, ...wakeups, isStoppedBy: watch.isStoppedBy }));
  const onListed = keysReady.notify;
  const backfillStore = { ...store, ...backfills };
  start(
    'backfill',
    createBackfillRunner({ store: backfillStore, lists, watch, log, metrics, onListed, onDone: report.connection }),
  );
  if (!config.salesforce.records.notices) await dropNotices(db);
  else {
    await releaseNotices(db);
    const notices = createOwnerNotices(client, calls, integrationUser(client, config.salesforce.username));
    start('owner notices', createNotifier({ db, notices, batch: batchCalls(base, client), log, metrics }));
  }
  start(
    'failures',
    createFailureTeller({
      db,
      projection: failureProjection,
      follow: (told, before) => followFailures(failureProjection, told, before, clock.now()),
      setRows: (rows) => outbox.setRows(null, rows, true),
      log,
      everyMs: config.sweepSeconds * 1000,
    }),
  );
  start('due', createDueTicker({ store, clock, timeZone: config.timeZone, log, onDue: keysReady.notify }));
  const { payload: payloadDays, id: idDays } = config.inboxDays;
  start('retention', createRetention({ db, payloadDays, idDays, log }));
  start(
    'org prune',
    createOrgPrune({
      db,
      remover: createOrgRowRemover(client, calls),
      batch: batchCalls(base, client),
      removedDays: removedDaysOf(config.orgRetention),
      log,
      metrics,
      everyMs: config.sweepSeconds * 1000,
    }),
  );
  start(
    'sweep',
    createSweeper({
      store,
      sources: connections.map((one) => one.changes),
      intake,
      log,
      metrics,
      everyMs: config.sweepSeconds * 1000,
      onStatus: async ({ connection }) => {
        await report.connection(connection);
        if (connection === connections[0]?.name) await report.org();
      },
      onAccess: base.noteRefused,
      watch,
      begin: beginWithBackfill(backfills, lists),
    }),
  );
  for (const [name, loop] of changes.parts) start(name, loop);
}
