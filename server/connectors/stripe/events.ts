import { keyOf } from '../../domain/billingAccount/key.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { STRIPE_API_VERSION } from './client.ts';
import { eventSchema, thinEventSchema, type StripeEvent } from './schema.ts';

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

/** What is kept of an event's payload: nothing that opens an invoice or confirms a payment to whoever reads it. */
const SECRETS: ReadonlySet<string> = new Set([
  'client_secret',
  'confirmation_secret',
  'hosted_invoice_url',
  'invoice_pdf',
  'receipt_url',
]);

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, SECRETS.has(key) ? null : withoutSecrets(part)]),
  );
}

/** Counts down as webhooks are delivered; decimals lose their last zeros in the SDK. */
const DIFFERING = /^pending_webhooks$|_decimal$/;

/**
 * What a webhook and the listed copy of one event have in common. They are rendered alike only in the version of the
 * endpoint: a list has the version of the account at the time of the event (Stripe docs, "The event object").
 */
function fingerprintOf(kept: unknown, apiVersion: string | null): string | null {
  if (apiVersion !== STRIPE_API_VERSION) return null;
  return JSON.stringify(kept, (name, value: unknown) => (DIFFERING.test(name) ? undefined : value));
}

/**
 * @param payload parsed JSON of a webhook or of the list of events
 * @returns null when it is no event of Stripe, whatever its type
 */
export function toReceivedEvent(connection: string, payload: unknown): ReceivedEvent | null {
  const snapshot = eventSchema.safeParse(payload);
  if (snapshot.success) {
    const event = snapshot.data;
    const customer = customerOf(event);
    const kept = withoutSecrets(payload);
    return {
      connection,
      eventId: event.id,
      kind: event.type,
      key: customer === null ? null : keyOf(connection, 'account', customer),
      occurredAt: new Date(event.created * 1000),
      payload: kept,
      fingerprint: fingerprintOf(kept, event.api_version),
    };
  }
  const thin = thinEventSchema.safeParse(payload);
  if (!thin.success) return null;
  const { id, type, created, related_object: related } = thin.data;
  const at = new Date(created);
  return {
    connection,
    eventId: id,
    kind: type,
    // Only a customer's own id is in a thin event; objects of other kinds are found by the sweep over snapshot events.
    key: related?.type === 'customer' ? keyOf(connection, 'account', related.id) : null,
    occurredAt: Number.isNaN(at.getTime()) ? null : at,
    payload,
  };
}
