import { exact, type Decimal } from '../money/decimal.ts';
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

/** Which deals are meant. */
export type OrderCriteria = {
  /** Developer names of their record types; null for all. */
  recordTypes: readonly string[] | null;
  /** Fields of the Opportunity that must hold just this, by their API name. */
  fields: Readonly<Record<string, string | number | boolean>>;
  /** Least Amount, in the currency of the deal; null for any. */
  amountAtLeast: Decimal | null;
};

/** What an organisation has decided about the orders of a deal. */
export type OrderRules = OrderCriteria & {
  mode: OrderMode;
  /** Connection whose billing system gets them. */
  connection: string;
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

/** The same for all deals: of several targets the first whose criteria fit gets the order of a deal. */
export type OrderSettings = Omit<OrderRules, keyof OrderCriteria | 'connection'> & {
  /** At least one. */
  targets: readonly (OrderCriteria & Pick<OrderRules, 'connection'>)[];
};

/**
 * @returns whether a deal is one that becomes an order once it is won; one that reports billing never is. A field that nobody
 * could read leaves none out: its order says so, and waits.
 */
export function isOrdered({ recordTypes, fields, amountAtLeast }: OrderCriteria, deal: Deal): boolean {
  if (deal.isReported) return false;
  if (recordTypes !== null && !recordTypes.includes(deal.recordType ?? '')) return false;
  if (amountAtLeast !== null && (deal.amount === null || exact(deal.amount).compare(exact(amountAtLeast)) < 0))
    return false;
  return Object.entries(fields).every(
    ([name, value]) => !Object.hasOwn(deal.fields, name) || deal.fields[name] === value,
  );
}

/**
 * @param begunIn connection that has its order already, or is getting it; null where none does
 * @returns what holds for a deal; where no target fits, that of the first, whose criteria leave it out
 */
export function rulesFor({ targets, ...rest }: OrderSettings, deal: Deal, begunIn: string | null): OrderRules {
  if (begunIn !== null) {
    const known = targets.find(({ connection }) => connection === begunIn);
    return { ...rest, ...(known ?? { ...targets[0]!, connection: begunIn }) };
  }
  return { ...rest, ...(targets.find((target) => isOrdered(target, deal)) ?? targets[0]!) };
}
