import { keyOf } from '../../domain/billingAccount/key.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { eventSchema, thinEventSchema, type StripeEvent, type ThinEvent } from './schema.ts';

/** @returns the customer that an event concerns, as far as its payload says; null when it concerns none */
function customerOf({ data }: StripeEvent): string | null {
  const { object, previous_attributes: previous } = data;
  if (object.object === 'customer') return typeof object['id'] === 'string' ? object['id'] : null;
  // A detached payment method names its customer only among the previous values.
  const customer = object['customer'] ?? previous?.['customer'];
  if (typeof customer === 'string') return customer;
  if (typeof customer === 'object' && customer !== null && 'id' in customer && typeof customer.id === 'string')
    return customer.id;
  return null;
}

/** What is not kept of an event: what opens an invoice or confirms a payment to whoever reads it, and what varies. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  'client_secret',
  'confirmation_secret',
  'hosted_invoice_url',
  'invoice_pdf',
  'receipt_url',
  // Counts down between two deliveries of one event.
  'pending_webhooks',
]);

function strip(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const parts = value as Record<string, unknown>;
  for (const key in parts)
    if (NOT_KEPT.has(key)) parts[key] = null;
    else strip(parts[key]);
}

/** Reads a webhook's content, or an entry of the list of events; null when it is no event of Stripe, whatever its type. */
export function readEvent(payload: unknown): StripeEvent | ThinEvent | null {
  return eventSchema.safeParse(payload).data ?? thinEventSchema.safeParse(payload).data ?? null;
}

/**
 * @param payload what `event` was read from; kept, and stripped of what is not kept
 * @throws RangeError when it is nested too deeply
 */
export function toReceivedEvent(connection: string, event: StripeEvent | ThinEvent, payload: object): ReceivedEvent {
  strip(payload);
  const common = { connection, eventId: event.id, kind: event.type, payload };
  if (event.object === 'event') {
    const customer = customerOf(event);
    return {
      ...common,
      key: customer === null ? null : keyOf(connection, 'account', customer),
      occurredAt: new Date(event.created * 1000),
    };
  }
  const related = event.related_object;
  const at = new Date(event.created);
  return {
    ...common,
    // Only a customer's own id is in a thin event; objects of other kinds are found by the sweep over snapshot events.
    key: related?.type === 'customer' ? keyOf(connection, 'account', related.id) : null,
    occurredAt: Number.isNaN(at.getTime()) ? null : at,
  };
}
