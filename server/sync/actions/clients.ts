import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Scope } from '../../workflows/ports/orgClients.ts';
import { hashOf, newClientId, newCredential } from './credentials.ts';

/** Secrets of a client that may be in force together: the old one, and the one that follows it. */
export const MOST_SECRETS = 2;

export type SecretEntry = { id: string; addedAt: Date; addedBy: string; usedAt: Date | null; retiredAt: Date | null };

export type ClientEntry = {
  clientId: string;
  orgId: string;
  name: string;
  scopes: string[];
  addedAt: Date;
  revokedAt: Date | null;
  /** Tokens that count now. */
  tokens: number;
  secrets: SecretEntry[];
};

/** A secret as it is shown once. */
export type NewSecret = { clientId: string; secretId: string; secret: string };

async function insertSecret(db: Db, clientId: string, operator: string): Promise<NewSecret> {
  const secret = newCredential('secret');
  const { rows } = await sql<{ count: number }>`
    select count(*) from org_client_secret where client_id = ${clientId}`.execute(db);
  const secretId = `${clientId.slice(0, 12)}-${rows[0]!.count + 1}`;
  await db
    .insertInto('org_client_secret')
    .values({ id: secretId, client_id: clientId, hash: hashOf(secret), added_by: operator })
    .execute();
  return { clientId, secretId, secret };
}

export async function insertClient(
  db: Db,
  operator: string,
  { orgId, name, scopes }: { orgId: string; name: string; scopes: readonly Scope[] },
): Promise<NewSecret> {
  const clientId = newClientId();
  await db
    .insertInto('org_client')
    .values({ client_id: clientId, org_id: orgId, name, scopes: [...scopes], added_by: operator })
    .execute();
  return insertSecret(db, clientId, operator);
}

/** Locks a client that is in force. @returns the ids of its secrets in force; null when there is no such client */
async function lockClient(db: Db, clientId: string): Promise<string[] | null> {
  const client = await db
    .selectFrom('org_client')
    .select('client_id')
    .where('client_id', '=', clientId)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (client === undefined) return null;
  const secrets = await db
    .selectFrom('org_client_secret')
    .select('id')
    .where('client_id', '=', clientId)
    .where('retired_at', 'is', null)
    .execute();
  return secrets.map(({ id }) => id);
}

/** Adds a secret beside the one in force. */
export async function addClientSecret(
  db: Db,
  operator: string,
  clientId: string,
): Promise<NewSecret | 'unknown' | 'full'> {
  const secrets = await lockClient(db, clientId);
  if (secrets === null) return 'unknown';
  return secrets.length >= MOST_SECRETS ? 'full' : insertSecret(db, clientId, operator);
}

/** Ends a secret, and with it the tokens that were got with it. */
export async function retireClientSecret(
  db: Db,
  clientId: string,
  secretId: string,
): Promise<'done' | 'unknown' | 'last'> {
  const secrets = await lockClient(db, clientId);
  if (secrets === null || !secrets.includes(secretId)) return 'unknown';
  if (secrets.length === 1) return 'last';
  await db
    .updateTable('org_client_secret')
    .set({ retired_at: sql<Date>`now()` })
    .where('id', '=', secretId)
    .execute();
  await db.deleteFrom('org_token').where('secret_id', '=', secretId).execute();
  return 'done';
}

/** Ends a client with all its secrets and tokens, at once. @returns false when there is none in force of this id */
export async function endClient(db: Db, clientId: string): Promise<boolean> {
  if ((await lockClient(db, clientId)) === null) return false;
  const now = sql<Date>`now()`;
  await db.updateTable('org_client').set({ revoked_at: now }).where('client_id', '=', clientId).execute();
  await sql`
    delete from org_token using org_client_secret
    where org_client_secret.id = secret_id and client_id = ${clientId}`.execute(db);
  await db
    .updateTable('org_client_secret')
    .set({ retired_at: now })
    .where('client_id', '=', clientId)
    .where('retired_at', 'is', null)
    .execute();
  return true;
}

/** All clients, also those that were revoked; the latest first. */
export async function listClients(db: Db): Promise<ClientEntry[]> {
  const { rows: clients } = await sql<Omit<ClientEntry, 'secrets'>>`
    select client_id as "clientId", org_id as "orgId", name, scopes, added_at as "addedAt", revoked_at as "revokedAt",
      (select count(*) from org_token join org_client_secret on org_client_secret.id = secret_id
        where org_client_secret.client_id = org_client.client_id and expires_at > now()) as tokens
    from org_client order by added_at desc, client_id`.execute(db);
  const { rows: secrets } = await sql<SecretEntry & { clientId: string }>`
    select id, client_id as "clientId", added_at as "addedAt", added_by as "addedBy", used_at as "usedAt",
      retired_at as "retiredAt"
    from org_client_secret order by added_at, id`.execute(db);
  const byClient = Map.groupBy(secrets, ({ clientId }) => clientId);
  return clients.map((client) => ({
    ...client,
    secrets: (byClient.get(client.clientId) ?? []).map(({ clientId: _clientId, ...secret }) => secret),
  }));
}
