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
    };
  }
  const minor = Number(header ?? '186.0');
  if (!(minor >= 186 && minor <= 341)) return undefined;
  return {
    realStatuses: false,
    uniformQueryErrors: false,
    ratePlansAsUrl: minor >= 230,
    subscriptionContainers: minor >= 223,
  };
}

export const versionsOfRequest = (req: Request): Versions =>
  versionsOf(req.get('zuora-version')) ?? {
    realStatuses: true,
    uniformQueryErrors: true,
    ratePlansAsUrl: true,
    subscriptionContainers: true,
  };
