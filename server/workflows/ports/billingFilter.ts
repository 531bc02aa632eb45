/** What of a billing system is taken; what is left out is neither mirrored nor projected. */
export type BillingFilter = {
  /** Parts of a billing account that are taken, besides the account itself. */
  objects: readonly ('subscriptions' | 'invoices' | 'payments' | 'usage')[];
  /** Only billing accounts in one of these currencies; null for all, also those that have none yet. */
  currencies: readonly string[] | null;
  /** Only billing accounts whose field of this name has one of these values. */
  fields: Readonly<Record<string, readonly string[]>>;
};

export const TAKE_EVERYTHING: BillingFilter = {
  objects: ['subscriptions', 'invoices', 'payments', 'usage'],
  currencies: null,
  fields: {},
};
