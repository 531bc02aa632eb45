import { Counter } from 'prom-client';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { clientTag } from '../connectors/salesforce/client.ts';
import type { Ourselves } from '../connectors/salesforce/changes/events.ts';
import { createOrgDealReader, DEAL_FIELDS, DEALS } from '../connectors/salesforce/changes/deals.ts';
import { createChangeFeed } from '../connectors/salesforce/changes/feed.ts';
import { integrationUser } from '../connectors/salesforce/changes/ourselves.ts';
import { createOrgReader } from '../connectors/salesforce/changes/reader.ts';
import { createChangeSweep } from '../connectors/salesforce/changes/sweep.ts';
import { orgProjection } from '../connectors/salesforce/convert.ts';
import { refusalsOfMissing } from '../connectors/salesforce/errors.ts';
import { createOrgRequests, REQUEST_FIELDS, REQUESTS } from '../connectors/salesforce/requests.ts';
import { failureProjection, kindOfMany } from '../connectors/salesforce/rows/syncFailure.ts';
import { rowShapes } from '../connectors/salesforce/shapes.ts';
import { createUserAccess } from '../connectors/salesforce/userAccess.ts';
import { partsOf } from '../domain/billingAccount/key.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/db/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { withPriority } from '../platform/priority.ts';
import { createActionLog } from '../sync/actions/audit.ts';
import { createRefreshBook } from '../sync/actions/refreshes.ts';
import { createFollower } from '../sync/changes/follower.ts';
import { createPositionStore } from '../sync/changes/position.ts';
import { createDealReader } from '../sync/deals/reader.ts';
import { createOrgAccounts } from '../sync/drift/accounts.ts';
import { createOrgCheck } from '../sync/drift/check.ts';
import { createFailureDesk } from '../sync/failures/desk.ts';
import type { Intake } from '../sync/inbox/intake.ts';
import { waitingKeys } from '../sync/keys/waiting.ts';
import { createBatchReads } from '../sync/outbox/batchReads.ts';
import type { Store } from '../sync/store.ts';
import { createSweeper } from '../sync/sweep/sweeper.ts';
import { followRequest } from '../workflows/actions/followRequest.ts';
import { driftOf } from '../workflows/mirror/compareRow.ts';
import { followAccount, type FoundKind } from '../workflows/mirror/followAccount.ts';
import { followDeal } from '../workflows/mirror/followDeal.ts';
import type { ProvisioningTriggers } from '../workflows/provisioning/triggers.ts';
import type { Clock } from '../workflows/ports/clock.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { BillTos } from './billTo.ts';
import type { OrgMapping } from './orgMapping.ts';
import type { Orders } from './orders.ts';

export type ChangesDeps = {
  config: Config;
  client: SalesforceClient;
  mapping: Pick<OrgMapping, 'shapes' | 'ownFields'>;
  /** What becomes of won deals; null for nothing. */
  orders: Orders | null;
  /** What has billing accounts of Accounts looked at; null while none are made. */
  provisioning: ProvisioningTriggers | null;
  /** What has billing say what Salesforce says of bill-tos; null while none does. */
  billTos: BillTos | null;
  /** Whether it matters what people change in any Opportunity. */
  followsDeals: boolean;
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

const CONTACTS = 'Contact';

/** Objects whose change events somebody acts on; deals where they are ordered, or opened for people to close. */
const followed = (deals: boolean, contacts: boolean): string[] => [
  ...['Account', REQUESTS],
  ...(deals ? [DEALS] : []),
  ...(contacts ? [CONTACTS] : []),
];

function ourselves(
  userId: string,
  mapping: Pick<OrgMapping, 'ownFields'>,
  accounts: boolean,
  heard: Ourselves['heard'],
): Ourselves {
  return {
    userId,
    clientTag,
    // Stage, products, dates: all of a deal decides over its order.
    whole: [DEALS, ...(accounts ? ['Account'] : [])],
    ...(heard && { heard }),
    get fields() {
      return { ...mapping.ownFields(), [REQUESTS]: new Set(REQUEST_FIELDS), [DEALS]: new Set(DEAL_FIELDS) };
    },
  };
}

/** Everything that comes from Salesforce: change events, the sweep behind them, and the check of what it holds. */
export function followSalesforce(deps: ChangesDeps): { handler: KeyHandler; parts: [name: string, part: Part][] } {
  const { config, client, mapping, orders, provisioning, billTos, followsDeals } = deps;
  const { database, store, intake, clock, log, metrics, onStored } = deps;
  const { orgId, username, apiVersion, changeEvents } = config.salesforce;
  const userId = integrationUser(client, username);
  const reader = createOrgReader(client, mapping.shapes);
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
  const accounts = createOrgAccounts(database.db);
  const deals = createDealReader(database.db);
  const onFound = (kind: FoundKind): void => found.inc({ kind });
  const followsAccount = followAccount({ reader, accounts, onFound });
  const withBillTo = billTos?.triggers.withAccount(followsAccount) ?? followsAccount;
  const ofAccount = provisioning?.withAccount(withBillTo) ?? withBillTo;
  const ofDeal = followDeal({
    reader: createOrgDealReader(client, orders?.fields, (most) => waitingKeys(database.db, 'salesforce', DEALS, most), {
      lines: followsDeals,
      ...(orders && { isBeingOrdered: orders.isOnItsWay }),
    }),
    deals,
    accounts,
    projection: orgProjection,
    ...(orders && { order: orders.order }),
    ...(provisioning && { concerns: provisioning.ofDeal }),
    onFound,
  });
  const refreshes = createRefreshBook(database.db);
  const ofRequest = followRequest({
    requests: createOrgRequests(client),
    access: createUserAccess(client),
    refreshes: { ...refreshes, start: (request) => refreshes.start(request).finally(onStored) },
    audit: createActionLog(database.db),
    failures: createFailureDesk({ db: database.db, projection: failureProjection, kindOfMany, onRetried: onStored }),
    orgId,
    businessNow: clock.businessNow,
    ...(orders && { decide: orders.decide }),
  });
  /** What becomes of a Contact concerns who makes billing accounts and who keeps their bill-tos. */
  const ofContact: KeyHandler = async (claim) => {
    const results = [await provisioning?.contact(claim), await billTos?.triggers.contact(claim)];
    const done = claim.events.map(({ id }) => id);
    return { done, dirty: [...new Set(results.flatMap((result) => result?.dirty ?? []))] };
  };
  const handler: KeyHandler = (claim) => {
    const { kind } = partsOf(claim.key);
    if (kind === REQUESTS) return withPriority('interactive', () => ofRequest(claim));
    if (kind === CONTACTS) return ofContact(claim);
    return kind === DEALS ? ofDeal(claim) : ofAccount(claim);
  };
  const sweeper = createSweeper({
    store,
    sources: [
      createChangeSweep(client, {
        apiVersion,
        objects: rowShapes.map(({ object }) => object).filter((object) => object !== 'Account'),
        userId,
        now: clock.now,
        reads,
        deals,
        won: orders !== null,
        lines: followsDeals,
        ...(orders && { isBeingOrdered: orders.isOnItsWay }),
        stages: provisioning === null ? [] : config.provisioning!.stages,
        contacts: provisioning !== null || billTos !== null,
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
    const us = async () => ourselves(await userId(), mapping, provisioning !== null, billTos?.heard);
    const feed = createChangeFeed(client, us, {
      ...changeEvents,
      orgId,
      followed: followed(followsDeals, provisioning !== null || billTos !== null),
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
