import type { Sellable } from '../../domain/catalog/sellable.ts';
import type { OrgRow } from './orgRows.ts';

/** The catalog of a billing system. */
export interface CatalogSource {
  /** @returns everything that can be sold, or could be once. @throws Fault */
  sellables(): Promise<Sellable[]>;
}

/** The price books of the org that prices of billing go to. */
export type PriceBooks = {
  /** Id of the one in which every product has to have a price first. */
  standard: string;
  /** Id of the one that people sell by; may be the same. */
  sold: string;
  /** Of the org; ISO 4217. */
  currency: string;
  /** True in an org with several currencies, where a price that names none gets that of whoever makes it. */
  namesCurrency: boolean;
};

/** Finds the price books. */
export interface PriceBookReader {
  /** @throws Fault; `price_book_missing` when there is no such price book, or more than one */
  priceBooks(): Promise<PriceBooks>;
}

/** What was set of a catalog before. */
export interface CatalogRowsReader {
  /** @returns rows of products and prices of a connection, whether or not Salesforce has confirmed them */
  catalogRows(connection: string): Promise<OrgRow[]>;
}

/**
 * Turns a catalog into the rows that Salesforce is to hold.
 * @param before rows of the same connection
 * @returns rows that are to be as given; those of `before` that are not among them are no longer sold
 */
export type ToCatalogRows = (sellables: readonly Sellable[], books: PriceBooks, before: readonly OrgRow[]) => OrgRow[];
