import { Counter } from 'prom-client';
import { orgProjection } from '../connectors/salesforce/convert.ts';
import { partsOf } from '../domain/billingAccount/key.ts';
import type { ConnectionWatch } from '../sync/connections/watch.ts';
import { createOrgAccounts } from '../sync/drift/accounts.ts';
import { handleKeys, type ConnectionHandlers } from '../workflows/mirror/handleKeys.ts';
import { placeEvents } from '../workflows/mirror/placeEvents.ts';
import { projectAccount } from '../workflows/mirror/projectAccount.ts';
import { refreshBillingAccount } from '../workflows/mirror/refreshBillingAccount.ts';
import { refreshCatalog } from '../workflows/mirror/refreshCatalog.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { Base } from './base.ts';

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
 */
export function keyHandler(
  { config, store, database, clock, connections, metrics }: Base,
  watch: Pick<ConnectionWatch, 'ensure'>,
  follow: KeyHandler,
  match: KeyHandler,
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
        usagePollSeconds: config.usagePollSeconds,
        onSnapshotDiffers: () => differences.inc(),
        onUnknownWord: (what) => unknownWords.inc({ connection: name, what }),
      }),
      catalog: refreshCatalog({ mirror: store }),
      place: placeEvents({ mirror: store, billing }),
    },
  ]);
  const whatever = (handler: KeyHandler): ConnectionHandlers => ({
    refresh: handler,
    catalog: handler,
    place: handler,
  });
  const others: [string, ConnectionHandlers][] = [
    ['salesforce', whatever(follow)],
    ['match', whatever(match)],
  ];
  return verified(watch, handleKeys(project, new Map([...handlers, ...others])));
}
