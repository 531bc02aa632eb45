/**
 * What is done about renewals: nothing; which deals there would be is shown, and nothing is written to Salesforce; they are
 * opened, kept up and closed.
 */
export const RENEWAL_MODES = ['off', 'shadow', 'automatic'] as const;
export type RenewalMode = (typeof RENEWAL_MODES)[number];

/** What shares a deal: nothing, or what one billing account has that ends on the same day in the same currency. */
export const RENEWAL_GROUPS = ['subscription', 'billingAccount'] as const;
export type RenewalGroup = (typeof RENEWAL_GROUPS)[number];

/** What an organisation has decided about when there is a renewal deal, and for what. */
export type RenewalRules = {
  /** Days before the first day of the next term on which the deal is opened. */
  daysBefore: number;
  /** Days before it on which the deal is to be closed. */
  closeDaysBefore: number;
  /** Days after it for which one that ran out is not yet lost. */
  graceDays: number;
  group: RenewalGroup;
};
