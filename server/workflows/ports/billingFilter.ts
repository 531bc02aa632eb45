import type { BillingPart } from './billingSystem.ts';

/** What of a billing system is taken; what is left out is neither mirrored nor projected. */
export type BillingFilter = {
  /** Parts of a billing account that are taken, besides the account itself; memos belong to invoices. */
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

/** Every part that a filter takes. */
export function partsTakenBy({ objects }: Pick<BillingFilter, 'objects'>): ReadonlySet<BillingPart> {
  return new Set<BillingPart>(['account', ...objects, ...(objects.includes('invoices') ? (['memos'] as const) : [])]);
}

/** Whether a filter takes a billing account in this currency (three capital letters) with these fields. */
export function takesAccount(
  { currencies, fields: wanted }: BillingFilter,
  currency: string | null,
  fields: Readonly<Record<string, string>>,
): boolean {
  if (currencies !== null && (currency === null || !currencies.includes(currency))) return false;
  return Object.entries(wanted).every(([name, values]) => values.includes(fields[name] ?? ''));
}
