import { z } from 'zod';
import { phaseSchema, scheduleSchema, type StripePhase } from '../schema.ts';
import type { ItemParams } from './items.ts';

/** An item of a phase as it is sent: of what was there already with everything that it says. */
export type SentItem = ItemParams & { readonly [more: string]: unknown };

/** A phase as it is sent again. Moments in seconds. */
export type SentPhase = {
  start_date: number;
  end_date: number;
  items: SentItem[];
  metadata?: Record<string, string>;
  trial_end?: number;
  readonly [more: string]: unknown;
};

/** A phase as Stripe has it, and as it is sent again; `unknown` names what of it nobody here can send. */
export type HeldPhase = StripePhase & { sent: SentPhase; unknown: readonly string[] };

/** What an update of a schedule takes (Stripe API, "Update a schedule"). */
const OF_PHASE = new Set([
  ...['add_invoice_items', 'application_fee_percent', 'automatic_tax', 'billing_cycle_anchor', 'billing_thresholds'],
  ...['collection_method', 'currency', 'default_payment_method', 'default_tax_rates', 'description', 'discounts'],
  ...['end_date', 'invoice_settings', 'items', 'metadata', 'on_behalf_of', 'proration_behavior', 'start_date'],
  ...['transfer_data', 'trial_end'],
]);
const OF_ITEM = new Set(['billing_thresholds', 'discounts', 'metadata', 'price', 'quantity', 'tax_rates']);
/** Told, and never taken. */
const TOLD = new Set(['disabled_reason', 'plan']);

type Fields = Record<string, unknown>;

const isNothing = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value!).length === 0);

/** What is answered as an object is sent by its id, and what is empty is not sent. */
function sendable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sendable);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Fields;
  if (typeof fields['object'] === 'string' && typeof fields['id'] === 'string') return fields['id'];
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !TOLD.has(name))
      .map(([name, one]): [string, unknown] => [name, name === 'metadata' ? one : sendable(one)])
      .filter(([, one]) => !isNothing(one)),
  );
}

function toHeld(raw: unknown): HeldPhase {
  const sent = sendable(raw) as SentPhase;
  const others = (fields: Fields, known: ReadonlySet<string>) => Object.keys(fields).filter((name) => !known.has(name));
  const unknown = [...others(sent, OF_PHASE), ...sent.items.flatMap((item) => others(item, OF_ITEM))];
  return { ...phaseSchema.parse(raw), sent, unknown };
}

/** A schedule whose phases can be sent again: an update replaces all of them, and forgets what it does not name. */
export const heldScheduleSchema = scheduleSchema.extend({ phases: z.array(z.unknown().transform(toHeld)) });
export type HeldSchedule = z.infer<typeof heldScheduleSchema>;
