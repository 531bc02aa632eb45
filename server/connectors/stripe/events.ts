import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { STRIPE_API_VERSION } from './client.ts';
import { keyOfEvent, keyOfRelated } from './locate.ts';
import { eventSchema, thinEventSchema, type StripeEvent, type ThinEvent } from './schema.ts';

/** What is not kept of an event: what opens the page of an invoice, where it can be paid, or confirms a payment to whoever reads it, and what varies. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  'client_secret',
  'confirmation_secret',
  'hosted_invoice_url',
  'invoice_pdf',
  'receipt_url',
  // Counts down between two deliveries of one event.
  'pending_webhooks',
]);

/** Not recursive: whoever signs may nest as deeply as he likes. */
function strip(payload: object): void {
  const left: object[] = [payload];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    const parts = value as Record<string, unknown>;
    for (const name in parts) {
      const part = parts[name];
      if (NOT_KEPT.has(name)) parts[name] = null;
      else if (typeof part === 'object' && part !== null) left.push(part);
    }
  }
}

/** Reads a webhook's content, or an entry of the list of events; null when it is no event of Stripe, whatever its type. */
export function readEvent(payload: unknown): StripeEvent | ThinEvent | null {
  return eventSchema.safeParse(payload).data ?? thinEventSchema.safeParse(payload).data ?? null;
}

function era(version: string | null): string {
  return (version ?? '').split('.')[1] ?? '';
}

/** Whether an event has the form of the era of the API that is known here. */
export function isPinned({ api_version: version }: StripeEvent): boolean {
  return era(version) === era(STRIPE_API_VERSION);
}

/**
 * @param payload what `event` was read from; kept, and stripped of what is not kept
 */
export function toReceivedEvent(connection: string, event: StripeEvent | ThinEvent, payload: object): ReceivedEvent {
  strip(payload);
  const common = { connection, kind: event.type, payload };
  if (event.object === 'event')
    return {
      ...common,
      eventId: event.id,
      key: keyOfEvent(connection, event.data.object, event.data.previous_attributes ?? null),
      occurredAt: new Date(event.created * 1000),
    };
  const related = event.related_object;
  const key = related == null ? null : keyOfRelated(connection, event.type, related);
  const at = new Date(event.created);
  // What was done to a subscription stands in the snapshot alone.
  const snapshotSaysMore = related?.type === 'subscription' && !event.type.endsWith('.created');
  return {
    ...common,
    // One change, told by both: whichever comes first acts, unless only the snapshot says whom it concerns.
    eventId: (key === null || snapshotSaysMore ? null : event.snapshot_event) ?? event.id,
    isCopy: true,
    key,
    occurredAt: Number.isNaN(at.getTime()) ? null : at,
  };
}

/**
 * Reads entries of the list of events. They are copies, rendered in the version that the account had at that time, which
 * need not be the endpoint's.
 * @param isWanted asked for each event in the form of a webhook; all are taken when absent
 */
export function receivedFrom(
  connection: string,
  listed: readonly object[],
  isWanted: (event: StripeEvent | ThinEvent) => boolean = () => true,
): ReceivedEvent[] {
  return listed.flatMap((entry) => {
    // The SDK's decimal objects become text, as they are in webhooks.
    const payload = JSON.parse(JSON.stringify(entry)) as object;
    const event = readEvent(payload);
    return event === null || !isWanted(event) ? [] : [{ ...toReceivedEvent(connection, event, payload), isCopy: true }];
  });
}
