import type { Request } from 'express';

/** What the `Zuora-Version` header changes in answers (Zuora docs, "API versions" and "API upgrades"). */
export type Versions = {
  /** From 2024-05-20: errors have a real HTTP status instead of 200 with `success: false`. */
  realStatuses: boolean;
  /** From 2025-08-12: errors of Object Query are `{reasons, requestId}`. */
  uniformQueryErrors: boolean;
  /** From 230.0: `productRatePlans` of a catalog product is an address instead of an array. */
  ratePlansAsUrl: boolean;
  /** From 223.0: an order answers `subscriptions` instead of `subscriptionNumbers`. */
  subscriptionContainers: boolean;
  /** From 211.0: `runBilling` and `targetDate` instead of `invoice` and `invoiceTargetDate` of a new account. */
  runBilling: boolean;
  /** From 215.0: invoice-collect takes `documentDate` and `targetDate` instead of `invoiceDate` and `invoiceTargetDate`. */
  documentDate: boolean;
  /** From 257.0: items of memos have `description` instead of `comment`. */
  memoItemDescription: boolean;
};

const dated = ['2024-05-20', '2025-08-12'];

/** @returns undefined for a version that Zuora does not list */
export function versionsOf(header: string | undefined): Versions | undefined {
  if (header !== undefined && dated.includes(header)) {
    return {
      realStatuses: true,
      uniformQueryErrors: header >= '2025-08-12',
      ratePlansAsUrl: true,
      subscriptionContainers: true,
      runBilling: true,
      documentDate: true,
      memoItemDescription: true,
    };
  }
  const minor = Number(header ?? '186.0');
  if (!(minor >= 186 && minor <= 341)) return undefined;
  return {
    realStatuses: false,
    uniformQueryErrors: false,
    ratePlansAsUrl: minor >= 230,
    subscriptionContainers: minor >= 223,
    runBilling: minor >= 211,
    documentDate: minor >= 215,
    memoItemDescription: minor >= 257,
  };
}

export const versionsOfRequest = (req: Request): Versions =>
  versionsOf(req.get('zuora-version')) ?? {
    realStatuses: true,
    uniformQueryErrors: true,
    ratePlansAsUrl: true,
    subscriptionContainers: true,
    runBilling: true,
    documentDate: true,
    memoItemDescription: true,
  };
