import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { SCOPES, type OrgCaller, type Scope, type TokenIssuer } from '../../workflows/ports/orgClients.ts';
import { recentCalls, countCall } from './callCount.ts';
import { findHash, hashOf, newCredential } from './credentials.ts';

/** How long a token lasts. Salesforce asks for another one when it is refused, so that it may be short. */
const TOKEN_SECONDS = 15 * 60;
/** Wrong secrets within two minutes, from one address for one client, after which no more are looked at. */
const MOST_FAILURES = 10;

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** Gives tokens to the clients of `org_client` and knows them again; any process knows the tokens of all. */
export function createTokenIssuer(db: Db): TokenIssuer {
  const clientOf = (clientId: string) =>
    db
      .selectFrom('org_client')
      .select(['client_id', 'scopes'])
      .where('client_id', '=', clientId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();

  async function secretOf(clientId: string, secret: string): Promise<string | null> {
    const rows = await db
      .selectFrom('org_client_secret')
      .select(['id', 'hash'])
      .where('client_id', '=', clientId)
      .where('retired_at', 'is', null)
      .execute();
    return findHash(rows, hashOf(secret))?.id ?? null;
  }

  async function store(token: string, secretId: string, scopes: readonly Scope[]): Promise<void> {
    await sql`
      with used as (update org_client_secret set used_at = now() where id = ${secretId})
      insert into org_token (hash, secret_id, scopes, expires_at)
      values (${hashOf(token)}, ${secretId}, ${[...scopes]}::text[], now() + ${TOKEN_SECONDS} * interval '1 s')`.execute(
      db,
    );
  }

  return {
    async issue({ clientId, clientSecret, scopes, address }) {
      const client = await clientOf(clientId);
      // Clients that are not there are counted together, so that made-up names neither fill the table nor go on for ever.
      const subject = `wrong secret ${address} ${client?.client_id ?? ''}`;
      const { calls, secondsLeft } = await recentCalls(db, subject);
      if (calls >= MOST_FAILURES) return { outcome: 'too_many', retryAfterSeconds: secondsLeft + 60 };
      const secretId = await secretOf(clientId, clientSecret);
      if (client === undefined || secretId === null) {
        await countCall(db, subject);
        return { outcome: 'unknown_client' };
      }
      const allowed = client.scopes.filter(isScope);
      const wanted = scopes ?? allowed;
      const granted = allowed.filter((scope) => wanted.includes(scope));
      if (granted.length === 0 || granted.length < new Set(wanted).size) return { outcome: 'unknown_scope' };
      const token = newCredential('token');
      await store(token, secretId, granted);
      return { outcome: 'issued', token, scopes: granted, expiresInSeconds: TOKEN_SECONDS };
    },

    async check(token): Promise<OrgCaller | null> {
      const { rows } = await sql<OrgCaller>`
        select org_client.client_id as "clientId", org_id as "orgId", org_token.scopes
        from org_token
        join org_client_secret on org_client_secret.id = secret_id and retired_at is null
        join org_client on org_client.client_id = org_client_secret.client_id and revoked_at is null
        where org_token.hash = ${hashOf(token)} and expires_at > now()`.execute(db);
      return rows[0] ?? null;
    },
  };
}

/** Deletes tokens and counts that are past. */
export async function forgetPast(db: Db): Promise<void> {
  await sql`delete from org_token where expires_at < now()`.execute(db);
  await sql`delete from call_count where minute < now() - interval '2 minutes'`.execute(db);
}
