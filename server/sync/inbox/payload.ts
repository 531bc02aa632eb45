/**
 * SQL for the payload of a row of `inbox`, null when its time is over. The moment of receipt tells Postgres which
 * partition to look into. Builds before 0008 stored payloads in the row itself.
 */
export const PAYLOAD = `coalesce(inbox.payload, (
  select p.payload from inbox_payload p where p.id = inbox.id and p.received_at = inbox.received_at))`;
