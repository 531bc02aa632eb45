/** Goes through every billing account of a connection, page by page; a page is all that is held in memory. */
export interface BillingAccountList {
  connection: string;
  /**
   * @param cursor `next` of the page before; null for the first page
   * @returns ids of billing accounts, `next` null on the last page, and the provider time of the answer. A billing account
   * that is made or changed meanwhile may come twice or not at all: events and sweeps tell of it.
   * @throws Fault when the billing system could not be read
   */
  page(cursor: string | null): Promise<{ ids: string[]; next: string | null; asOf: Date }>;
  /** @returns cursor of a sweep that looks for what changed from then on */
  sweepFrom(asOf: Date): string;
}
