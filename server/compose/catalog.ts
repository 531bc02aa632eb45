import { createPriceBookReader } from '../connectors/salesforce/priceBooks.ts';
import { CATALOG_OBJECTS, toCatalogRows } from '../connectors/salesforce/rows/catalog.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { catalogKeyOf } from '../domain/billingAccount/key.ts';
import { createCatalogRowsReader } from '../sync/catalog/reader.ts';
import { waitingForCatalog } from '../sync/orders/waiting.ts';
import { mirrorCatalog } from '../workflows/catalog/mirrorCatalog.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { Base } from './base.ts';
import type { BillingConnection } from './connections.ts';
import { batchCalls } from './orgMapping.ts';

/** What billing can sell, as products and prices of the org; by configuration. */
export type Catalog = {
  /** @returns who works what a connection has to sell; null where that goes nowhere */
  handlerOf(connection: BillingConnection): KeyHandler | null;
  /** Has all of it read, as at each start. */
  readAll(): Promise<void>;
};

export function catalog(base: Base, client: SalesforceClient): Catalog {
  const settings = base.config.catalog;
  if (settings === null) return { handlerOf: () => null, readAll: () => Promise.resolve() };
  const { priceBook: name, currency, connections } = settings;
  const sells = (connection: string): boolean => connections === null || connections.includes(connection);
  const reader = createPriceBookReader(client, { name, currency });
  const reads = batchCalls(base, client);
  const books = { priceBooks: () => reads(() => reader.priceBooks()) };
  const { db } = base.database;
  const rows = createCatalogRowsReader(db, CATALOG_OBJECTS);
  const waiting = (connection: string) => waitingForCatalog(db, connection);
  return {
    handlerOf: (connection) =>
      sells(connection.name)
        ? mirrorCatalog({ source: connection.catalog, books, rows, toRows: toCatalogRows, waiting })
        : null,
    readAll: () =>
      base.store.bumpKeys(
        base.connections
          .map((one) => one.name)
          .filter(sells)
          .map(catalogKeyOf),
      ),
  };
}
