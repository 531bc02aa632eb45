import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { createOwnerReader } from '../connectors/salesforce/owners.ts';
import { createPriceBookReader } from '../connectors/salesforce/priceBooks.ts';
import { checkRenewals } from '../connectors/salesforce/renewals/check.ts';
import { createRenewalFinder } from '../connectors/salesforce/renewals/org.ts';
import { digestOf } from '../sync/canonical.ts';
import { createSoldReader } from '../sync/catalog/reader.ts';
import { createRenewalWatch, type RenewalWatch } from '../sync/renewals/watch.ts';
import type { RenewalDeps } from '../workflows/mirror/projectRenewals.ts';
import type { Base } from './base.ts';
import { batchCalls } from './orgMapping.ts';

/** Renewals that become deals ahead of billing. */
export type RenewalParts = {
  watch: RenewalWatch;
  deps: RenewalDeps;
  /** Whether people's changes of such deals are to be heard of. */
  isFollowed: boolean;
};

export function renewals(base: Base, client: SalesforceClient): RenewalParts {
  const { config, database, log, keysReady } = base;
  const wanted = config.renewals;
  const batch = batchCalls(base, client);
  const sells = config.catalog !== null && wanted?.products === true;
  const priceBook = sells
    ? createPriceBookReader(client, { name: config.catalog!.priceBook, currency: config.catalog!.currency })
    : null;
  const watch = createRenewalWatch({
    db: database.db,
    wanted: wanted && {
      mode: wanted.mode,
      rules: {
        daysBefore: wanted.daysBefore,
        closeDaysBefore: wanted.closeDaysBefore,
        graceDays: wanted.graceDays,
        group: wanted.group,
      },
      digest: digestOf([wanted, config.catalog?.priceBook ?? null]),
    },
    check: () => checkRenewals(client, { ...wanted!, priceBook }),
    batch,
    log,
    onChange: keysReady.notify,
    everyMs: config.sweepSeconds * 1000,
  });
  const ownerOf = createOwnerReader(client);
  const dealsBy = createRenewalFinder(client);
  return {
    watch,
    deps: {
      inForce: watch.inForce,
      sold: createSoldReader(database.db),
      org: { ownerOf: (id) => batch(() => ownerOf(id)), dealsBy: (keys) => batch(() => dealsBy(keys)) },
    },
    isFollowed: wanted !== null && wanted.mode === 'automatic',
  };
}
