import { Counter } from 'prom-client';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { clientTag } from '../connectors/salesforce/client.ts';
import { createChangeFeed } from '../connectors/salesforce/changes/feed.ts';
import { integrationUser } from '../connectors/salesforce/changes/ourselves.ts';
import { createOrgReader } from '../connectors/salesforce/changes/reader.ts';
import { createChangeSweep } from '../connectors/salesforce/changes/sweep.ts';
import { refusalsOfMissing } from '../connectors/salesforce/errors.ts';
import { ownFields, rowShapes } from '../connectors/salesforce/shapes.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/db/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { createFollower } from '../sync/changes/follower.ts';
import { createPositionStore } from '../sync/changes/position.ts';
import { createOrgAccounts } from '../sync/drift/accounts.ts';
import { createOrgCheck } from '../sync/drift/check.ts';
import type { Intake } from '../sync/inbox/intake.ts';
import { createBatchReads } from '../sync/outbox/batchReads.ts';
import type { Store } from '../sync/store.ts';
import { createSweeper } from '../sync/sweep/sweeper.ts';
import { driftOf } from '../workflows/mirror/compareRow.ts';
import { followAccount } from '../workflows/mirror/followAccount.ts';
import type { Clock } from '../workflows/ports/clock.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';

export type ChangesDeps = {
  config: Config;
  client: SalesforceClient;
  database: Pick<Database, 'db' | 'pool'>;
  store: Store;
  intake: Intake;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Told when keys were made dirty. */
  onStored: () => void;
};

type Part = { start(): void; stop(): Promise<unknown> };

/** Objects whose change events somebody acts on. */
const FOLLOWED = ['Account'];

/** Everything that comes from Salesforce: change events, the sweep behind them, and the check of what it holds. */
export function followSalesforce(deps: ChangesDeps): { handler: KeyHandler; parts: [name: string, part: Part][] } {
  const { config, client, database, store, intake, clock, log, metrics, onStored } = deps;
  const { orgId, username, apiVersion, changeEvents } = config.salesforce;
  const userId = integrationUser(client, username);
  const reader = createOrgReader(client, rowShapes);
  const reads = createBatchReads({
    store,
    reserve: config.salesforce.apiReserve,
    usage: async () => (await client.session()).limitInfo.apiUsage ?? null,
  });
  const found = new Counter({
    name: 'billing360_org_drift_total',
    help: 'What others did to rows and Accounts in Salesforce, by kind: edited, moved, deleted, unexpected, account_deleted, account_merged, account_undeleted',
    labelNames: ['kind'] as const,
    registers: [metrics],
  });
  const handler = followAccount({
    reader,
    accounts: createOrgAccounts(database.db),
    onFound: (kind) => found.inc({ kind }),
  });
  const sweeper = createSweeper({
    store,
    sources: [
      createChangeSweep(client, {
        apiVersion,
        objects: rowShapes.map(({ object }) => object).filter((object) => object !== 'Account'),
        userId,
        now: clock.now,
        reads,
      }),
    ],
    intake,
    log,
    metrics,
    everyMs: config.sweepSeconds * 1000,
    onStatus: async () => {},
  });
  const check = createOrgCheck({
    db: database.db,
    orgId,
    reader,
    reads,
    intake,
    differs: (row, held) => driftOf(row, held) !== null,
    refusalsOfMissing,
    clock,
    timeZone: config.timeZone,
    log,
    onFound: onStored,
  });
  const parts: [string, Part][] = [
    ['changes sweep', sweeper],
    ['org check', check],
  ];
  if (changeEvents) {
    const feed = createChangeFeed(client, async () => ({ userId: await userId(), clientTag, fields: ownFields }), {
      ...changeEvents,
      orgId,
      followed: FOLLOWED,
    });
    const follower = createFollower({
      feed,
      store: { ...createPositionStore(database.pool), takeLeases: store.takeLeases, giveLeases: store.giveLeases },
      log,
      metrics,
      onStored,
      onGap: () => {
        // The sweep finds what was saved since; the check also what left no trace of its time.
        void sweeper.sweep();
        check.request().catch((error: unknown) => log.warn({ err: error }, 'A check could not be asked for'));
      },
    });
    parts.push(['feed', { start: follower.start, stop: () => follower.stop().finally(feed.close) }]);
  }
  return { handler, parts };
}
