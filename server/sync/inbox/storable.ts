import { Fault } from '../../domain/fault.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';

/** Payloads of two deliveries are compared only when an id comes twice, so that the usual case costs no digest. */
export const COMPARABLE = '=';

/** An event in the form of its inbox row. */
export type InboxRow = {
  connection: string;
  eventId: string;
  kind: string;
  key: string | null;
  occurredAt: Date | null;
  /** JSON text. */
  payload: string;
  /** Whether another payload under the same id is a conflict. */
  digest: typeof COMPARABLE | '';
};

const UNSTORABLE = /\\u0000|\\ud[89a-f]/i;

/** Postgres stores neither NUL nor half a surrogate pair; both become U+FFFD. */
function cleanText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clean);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [cleanText(name), clean(item)]));
}

/**
 * @throws Fault of kind invalid when the event cannot be stored: nested too deeply, or without a readable time
 */
export function toInboxRow(event: ReceivedEvent): InboxRow {
  let payload: string;
  try {
    payload = JSON.stringify(event.payload) ?? 'null';
    if (UNSTORABLE.test(payload)) payload = JSON.stringify(clean(event.payload));
  } catch (cause) {
    throw new Fault({
      code: 'event_not_storable',
      kind: 'invalid',
      publicText: 'The event cannot be stored: its content is nested too deeply.',
      cause,
    });
  }
  if (event.occurredAt !== null && Number.isNaN(event.occurredAt.getTime()))
    throw new Fault({
      code: 'event_not_storable',
      kind: 'invalid',
      publicText: 'The event cannot be stored: its time cannot be read.',
    });
  return {
    connection: event.connection,
    eventId: cleanText(event.eventId),
    kind: cleanText(event.kind),
    key: event.key === null ? null : cleanText(event.key),
    occurredAt: event.occurredAt,
    payload,
    digest: event.isCopy === true ? '' : COMPARABLE,
  };
}
