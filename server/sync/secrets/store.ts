import { sql } from 'kysely';
import { newId } from '../../platform/ids.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Sealer } from '../../platform/seal.ts';
import { noteAction } from '../operate/action.ts';

/** What can be rotated: what webhooks prove themselves with, Zuora's OAuth client, the key of Salesforce's JWT. */
export type SecretName = 'webhook-secret' | 'zuora-client' | 'salesforce-key';

/** A stored secret without its value. `settings` stands for the one that the environment or a file holds. */
export type SecretEntry = { id: string; addedAt: Date | null; addedBy: string | null; retiredAt: Date | null };

/** How the secret of the settings is called where it is retired. */
export const OF_SETTINGS = 'settings';

type Place = { name: SecretName; connection: string };

const sealName = (name: string, id: string) => `${name}:${id}`;
/** The row that says that the secret of the settings is retired. */
const settingsId = ({ name, connection }: Place) => `${OF_SETTINGS}:${name}:${connection}`;

/** @returns id of the new secret; it is accepted, or used, by every process within seconds */
export async function addSecret(
  db: Db,
  sealer: Sealer,
  operator: string,
  place: Place,
  value: string,
): Promise<string> {
  const id = newId().slice(0, 8);
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('stored_secret')
      .values({
        name: place.name,
        connection: place.connection,
        id,
        sealed: sealer.seal(sealName(place.name, id), value),
        added_by: operator,
      })
      .execute();
    await noteAction(transaction, operator, 'rotate', [`${place.name} ${place.connection}`.trim()], { added: id });
  });
  return id;
}

/** Secrets of a place, that of the settings first; retired ones too. */
export async function listSecrets(db: Db, place: Place): Promise<SecretEntry[]> {
  const rows = await db
    .selectFrom('stored_secret')
    .select(['id', 'sealed', 'added_at', 'added_by', 'retired_at'])
    .where('name', '=', place.name)
    .where('connection', '=', place.connection)
    .orderBy('added_at')
    .execute();
  const settings = rows.find((row) => row.id === settingsId(place));
  return [
    { id: OF_SETTINGS, addedAt: null, addedBy: null, retiredAt: settings?.retired_at ?? null },
    ...rows
      .filter((row) => row.sealed !== null)
      .map((row) => ({ id: row.id, addedAt: row.added_at, addedBy: row.added_by, retiredAt: row.retired_at })),
  ];
}

/**
 * Ends a secret: no process accepts or uses it any more.
 * @returns `unknown`, `last` when nothing would be left to accept, which is refused
 */
export async function retireSecret(
  db: Db,
  operator: string,
  place: Place,
  id: string,
): Promise<'retired' | 'unknown' | 'last'> {
  return db.transaction().execute(async (transaction) => {
    await sql`lock table stored_secret in share row exclusive mode`.execute(transaction);
    const active = (await listSecrets(transaction, place)).filter(({ retiredAt }) => retiredAt === null);
    if (!active.some((entry) => entry.id === id)) return 'unknown';
    if (active.length === 1) return 'last';
    if (id === OF_SETTINGS)
      await transaction
        .insertInto('stored_secret')
        .values({
          name: place.name,
          connection: place.connection,
          id: settingsId(place),
          sealed: null,
          added_by: operator,
          retired_at: sql<Date>`now()`,
        })
        .execute();
    else
      // The value goes with it.
      await transaction
        .updateTable('stored_secret')
        .set({ retired_at: sql<Date>`now()`, sealed: '' })
        .where('id', '=', id)
        .execute();
    await noteAction(transaction, operator, 'rotate', [`${place.name} ${place.connection}`.trim()], { retired: id });
    return 'retired';
  });
}

/** Seals everything that is stored with the first key. @returns how many secrets and tokens were sealed anew */
export async function sealAnew(db: Db, sealer: Sealer, operator: string): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    let count = 0;
    const secrets = await transaction
      .selectFrom('stored_secret')
      .select(['id', 'name', 'sealed'])
      .where('retired_at', 'is', null)
      .forUpdate()
      .execute();
    for (const { id, name, sealed } of secrets) {
      if (sealed === null || sealer.isCurrent(sealed)) continue;
      const anew = sealer.seal(sealName(name, id), sealer.open(sealName(name, id), sealed));
      await transaction.updateTable('stored_secret').set({ sealed: anew }).where('id', '=', id).execute();
      count += 1;
    }
    // Tokens are made anew where they cannot be opened; nothing is lost with them.
    const { numUpdatedRows } = await transaction
      .updateTable('upstream_token')
      .set({ sealed: null })
      .where('sealed', 'is not', null)
      .executeTakeFirst();
    count += Number(numUpdatedRows);
    await noteAction(transaction, operator, 'rotate', ['seal-keys'], { sealed: count });
    return count;
  });
}

/** @returns values in force, the latest last, by `<name> <connection>`; and places whose settings are retired */
export async function openSecrets(
  db: Db,
  sealer: Sealer,
): Promise<{ values: Map<string, string[]>; retiredSettings: Set<string> }> {
  const rows = await db.selectFrom('stored_secret').selectAll().orderBy('added_at').execute();
  const values = new Map<string, string[]>();
  const retiredSettings = new Set<string>();
  for (const { id, name, connection, sealed, retired_at } of rows) {
    const place = `${name} ${connection}`;
    if (sealed === null) retiredSettings.add(place);
    else if (retired_at === null)
      values.set(place, [...(values.get(place) ?? []), sealer.open(sealName(name, id), sealed)]);
  }
  return { values, retiredSettings };
}
