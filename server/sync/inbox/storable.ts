import { Fault } from '../../domain/fault.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { storableJson, storableText } from '../json.ts';

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

/**
 * @throws Fault of kind invalid when the event cannot be stored: nested too deeply, or without a readable time
 */
export function toInboxRow(event: ReceivedEvent): InboxRow {
  let payload: string;
  try {
    payload = storableJson(event.payload);
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
    eventId: storableText(event.eventId),
    kind: storableText(event.kind),
    key: event.key === null ? null : storableText(event.key),
    occurredAt: event.occurredAt,
    payload,
    digest: event.isCopy === true ? '' : COMPARABLE,
  };
}
