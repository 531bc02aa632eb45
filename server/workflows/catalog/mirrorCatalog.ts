import { partsOf } from '../../domain/billingAccount/key.ts';
import type { CatalogRowsReader, CatalogSource, PriceBookReader, ToCatalogRows } from '../ports/catalog.ts';
import type { KeyHandler, StoredEvent } from '../ports/keyWork.ts';

export type MirrorCatalogDeps = {
  source: CatalogSource;
  books: PriceBookReader;
  rows: CatalogRowsReader;
  toRows: ToCatalogRows;
  /** @returns keys of what waits for something else to be sold by a connection */
  waiting: (connection: string) => Promise<readonly string[]>;
};

/** It is read again so much later for what no event tells: a day of sale that has come, and all of Zuora's (real time, ms). */
const READ_AGAIN_MS = 3_600_000;
/** Edits come in rows: it is read once no event came for so long, */
const QUIET_MS = 1_000;
/** but no later than so long after the first one (real time, ms). */
const MOST_WAIT_MS = 30_000;

/** @returns when the edits that are told have probably come to rest; null when nothing was told */
function atRest(events: readonly StoredEvent[]): Date | null {
  const times = events.map(({ receivedAt }) => receivedAt.getTime());
  return times.length === 0
    ? null
    : new Date(Math.min(Math.max(...times) + QUIET_MS, Math.min(...times) + MOST_WAIT_MS));
}

/**
 * Works the key of a connection's catalog (`<connection>:catalog:all`): all of it is read, whatever the events say, and set
 * as products and prices. What is as it was is not written. What waits for it is looked at, whatever has changed.
 */
export function mirrorCatalog({ source, books, rows, toRows, waiting }: MirrorCatalogDeps): KeyHandler {
  return async ({ key, events, claimedAt }) => {
    const ready = atRest(events);
    if (ready !== null && ready > claimedAt) return { done: [], againAt: ready };
    const { connection } = partsOf(key);
    const before = await rows.catalogRows(connection);
    const found = await books.priceBooks();
    const sellables = await source.sellables();
    const dirty = await waiting(connection);
    return {
      done: events.map(({ id }) => id),
      catalog: toRows(sellables, found, before),
      ...(dirty.length > 0 && { dirty }),
      pollAt: new Date(claimedAt.getTime() + READ_AGAIN_MS),
      pollAsBatch: true,
    };
  };
}
