import type { CustomFieldRules } from './customFields.ts';
import type { Deal } from './deal.ts';

/**
 * What is done with a won deal: nothing; its order is worked out and shown, and nothing is written to billing; it is placed once
 * somebody of finance has approved it; it is placed.
 */
export const ORDER_MODES = ['off', 'shadow', 'assisted', 'automatic'] as const;
export type OrderMode = (typeof ORDER_MODES)[number];

/** At the end of the term, or of what is billed already. */
export const CANCEL_DEFAULTS = ['term end', 'billed end'] as const;

/** What an organisation has decided about its orders. */
export type OrderRules = {
  mode: OrderMode;
  /** Connection whose billing system gets them. */
  connection: string;
  /** Developer names of the record types whose deals are ordered; null for all. */
  recordTypes: readonly string[] | null;
  /** Fields of the Opportunity that must hold just this, by their API name. */
  fields: Readonly<Record<string, string | number | boolean>>;
  defaults: {
    /** Of the first term, where neither the deal nor its contract says it; null: then it is asked for. */
    months: number | null;
    autoRenew: boolean;
    /** Of each later term; null for as long as the first. */
    renewalMonths: number | null;
    /** When a cancellation takes effect whose day nobody entered. */
    cancel: (typeof CANCEL_DEFAULTS)[number];
  };
  customFields: CustomFieldRules;
};

/** @returns whether a deal is one that becomes an order once it is won; one that reports billing never is */
export function isOrdered({ recordTypes, fields }: Pick<OrderRules, 'recordTypes' | 'fields'>, deal: Deal): boolean {
  if (deal.isReported) return false;
  if (recordTypes !== null && !recordTypes.includes(deal.recordType ?? '')) return false;
  return Object.entries(fields).every(([name, value]) => deal.fields[name] === value);
}
