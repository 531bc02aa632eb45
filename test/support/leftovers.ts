type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/**
 * What the database of a backend must not hold, or lack, once everything is at rest.
 * @param told events that their senders were told are kept
 * @returns one line for each event that is missing and each key and row that was put aside
 */
export async function troubleIn(
  query: Query,
  told: readonly { connection: string; eventId: string }[],
): Promise<string[]> {
  const missing = await query<{ event_id: string }>(
    `select event_id from unnest($1::text[], $2::text[]) as told (connection, event_id)
     where not exists (select from inbox where inbox.connection = told.connection and inbox.event_id = told.event_id)`,
    [told.map(({ connection }) => connection), told.map(({ eventId }) => eventId)],
  );
  const aside = await query<{ key: string; reason: string }>(
    'select key, reason from dirty where quarantined_at is not null',
  );
  const refused = await query<{ key: string; message: string }>(
    'select key, message from org_rows where quarantined_at is not null',
  );
  return [
    ...missing.map(({ event_id }) => `event ${event_id} was acknowledged and is not there`),
    ...aside.map(({ key, reason }) => `${key} was put aside: ${reason}`),
    ...refused.map(({ key, message }) => `row ${key} was put aside: ${message}`),
  ];
}
