import { Counter } from 'prom-client';
import { createOrgProjection } from '../connectors/salesforce/convert.ts';
import { createRowRetention } from '../connectors/salesforce/retention.ts';
import { partsOf } from '../domain/billingAccount/key.ts';
import type { ConnectionWatch } from '../sync/connections/watch.ts';
import { createDealReader } from '../sync/deals/reader.ts';
import { createBillToBook } from '../sync/billTo/book.ts';
import { createOrgAccounts } from '../sync/drift/accounts.ts';
import { handleKeys, leaveAlone, type ConnectionHandlers } from '../workflows/mirror/handleKeys.ts';
import { placeEvents } from '../workflows/mirror/placeEvents.ts';
import { projectAccount, type ProjectDeps } from '../workflows/mirror/projectAccount.ts';
import { refreshBillingAccount } from '../workflows/mirror/refreshBillingAccount.ts';
import { refreshCatalog } from '../workflows/mirror/refreshCatalog.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { Base } from './base.ts';
import type { BillTos } from './billTo.ts';
import type { BillingConnection } from './connections.ts';
import type { ProvisioningParts } from './provisioning.ts';
import { reportingOf } from './reporting.ts';
import type { OrgMapping } from './orgMapping.ts';

/** No key is worked before it is certain that its connection leads to the account or tenant that it stands for. */
function verified(watch: Pick<ConnectionWatch, 'ensure'>, handler: KeyHandler): KeyHandler {
  return async (claim) => {
    await watch.ensure(partsOf(claim.key).connection);
    return handler(claim);
  };
}

/**
 * What works the keys of every kind.
 * @param follow works those of Salesforce
 * @param match works those that find the Account of a billing account
 * @param provision works those that make the billing account of an Account, and how such ones stand
 * @param records what is made of standard objects besides the rows
 * @param renewals what becomes a deal ahead of billing
 * @param billTos what has billing say what Salesforce says of bill-tos; null while none does
 * @param priceBookOf works those of what a connection has to sell; null where that goes nowhere
 */
export function keyHandler(
  { config, store, database, clock, connections, metrics, noteRefused }: Base,
  watch: Pick<ConnectionWatch, 'ensure'>,
  mapping: OrgMapping,
  follow: KeyHandler,
  match: KeyHandler,
  provision: Pick<ProvisioningParts, 'handler' | 'book'>,
  records: NonNullable<ProjectDeps['records']>,
  renewals: NonNullable<ProjectDeps['renewals']>,
  billTos: BillTos | null,
  priceBookOf: (connection: BillingConnection) => KeyHandler | null,
): KeyHandler {
  const differences = new Counter({
    name: 'billing360_snapshot_differences_total',
    help: 'Snapshots of events that were taken for complete and differed from what a fetch showed',
    registers: [metrics],
  });
  const unknownWords = new Counter({
    name: 'billing360_unknown_words_total',
    help: 'Words of a billing system that nobody here knows and that are shown as they came, by connection and by what they are words for',
    labelNames: ['connection', 'what'] as const,
    registers: [metrics],
  });
  const project = projectAccount({
    mirror: store,
    orgRows: store,
    history: store,
    accounts: createOrgAccounts(database.db),
    projection: createOrgProjection(mapping.watch.fields),
    retain: createRowRetention(config.orgRetention),
    records,
    renewals,
    provisioning: provision.book,
    deals: createDealReader(database.db),
    billTos: createBillToBook(database.db),
    clock,
    timeZone: config.timeZone,
    reporting: reportingOf(config.reporting),
  });
  const handlers = connections.map((connection): [string, ConnectionHandlers] => {
    const { name, billing } = connection;
    const priceBook = priceBookOf(connection);
    const refresh = refreshBillingAccount({
      mirror: store,
      billing,
      usagePollSeconds: config.usagePollSeconds,
      onSnapshotDiffers: () => differences.inc(),
      onUnknownWord: (what) => unknownWords.inc({ connection: name, what }),
      onAccess: (what, isRefused) => noteRefused(name, what, isRefused),
    });
    const own = {
      refresh: billTos?.triggers.withBillingAccount(refresh) ?? refresh,
      billTo: billTos?.handlers.get(name) ?? leaveAlone,
      catalog: refreshCatalog({ mirror: store, sells: priceBook !== null }),
      priceBook: priceBook ?? leaveAlone,
      place: placeEvents({ mirror: store, billing }),
    };
    return [name, own];
  });
  const whatever = (handler: KeyHandler): ConnectionHandlers => ({
    refresh: handler,
    billTo: handler,
    catalog: handler,
    priceBook: handler,
    place: handler,
  });
  const others: [string, ConnectionHandlers][] = [
    ['salesforce', whatever(follow)],
    ['match', whatever(billTos?.triggers.withMatch(match) ?? match)],
    ['provision', whatever(provision.handler)],
  ];
  return verified(watch, handleKeys(project, new Map([...handlers, ...others])));
}
