import type { Asked } from 'c/billingRows';

/**
 * Which page of a list is wanted. It is kept apart from the answers: a query is asked anew whenever something that its
 * variables are made of is set, and each answer would ask the next one.
 */
export type Place = {
  /** Cursors that the pages up to this one begin after; the first page begins after none. */
  readonly cursors: readonly (string | null)[];
  /**
   * Salesforce refuses a query that filters or sorts by a field which the user may not read. Such a user gets the list as
   * it was changed last, without a filter.
   */
  readonly plain: boolean;
};
/** What was answered last, and for which place. */
export type Listed = { readonly asked: Asked; readonly place: Place | null };

/** What to ask for: a filter and an order as GraphQL has them. */
export type Choice = { readonly where: object; readonly orderBy: object };
export type Variables = Readonly<Record<string, unknown>>;

export type Page = {
  /** Such as "1–10 of 27"; empty for a list of one page. */
  readonly text: string;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** Of all pages; null where Salesforce does not say it. */
  readonly total: number | null;
  /** Rows of a page that is no longer the one asked for stand back. */
  readonly className: string;
  /** Whether the list can be filtered: not by who may not read it, or what a filter needs. */
  readonly canFilter: boolean;
};
