import { Connection } from 'jsforce';
import { createSign } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
import type { CheckOrg } from '../../workflows/ports/orgRows.ts';
import { loginFault, toFault } from './errors.ts';
import { readOrgIdentity } from './orgIdentity.ts';
import { createTransport } from './transport.ts';

export type SalesforceOptions = {
  /** My Domain or login address, such as https://example.my.salesforce.com */
  loginUrl: string;
  /** Consumer key of the External Client App. */
  clientId: string;
  /** User name of the integration user. */
  username: string;
  /** RSA private key in PEM form whose certificate the External Client App knows. */
  privateKey: string;
  /** Such as `66.0`. */
  apiVersion: string;
  /** 18-character id of the only org that may be written to. */
  orgId: string;
};

/** Tags the calls of the integration in change events (`changeOrigin`). */
export const clientTag = 'Billing360';
const jwtLifetimeSeconds = 180;

/** A session in the pinned org. */
export type SalesforceClient = {
  /** Logs in when there is no session yet; a session that expired is renewed by jsforce on its first 401. */
  session(): Promise<Connection>;
};

/** `checkOrg` is asked about the org behind each new session, before anything else is sent to it. */
export type SalesforceDeps = { checkOrg?: CheckOrg };

/**
 * OAuth 2.0 JWT bearer flow, as the integration user.
 * Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration".
 */
export function createSalesforceClient(
  options: SalesforceOptions,
  now: () => Date,
  { checkOrg }: SalesforceDeps = {},
): SalesforceClient {
  const connection = new Connection({
    loginUrl: options.loginUrl,
    version: options.apiVersion,
    callOptions: { client: clientTag },
    refreshFn: (conn, done) => {
      logIn(conn).then(
        () => done(null, conn.accessToken ?? undefined),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  connection._transport = createTransport();
  let login: Promise<void> | undefined;

  async function logIn(conn: Connection): Promise<void> {
    const response = await fetch(`${options.loginUrl.replace(/\/+$/, '')}/services/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(options, now()),
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(20_000),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (!response.ok) throw loginFault(response.status, answer);
    // The identity address ends in /id/<org id>/<user id>.
    const orgId = String(answer['id']).split('/').at(-2);
    if (orgId !== options.orgId)
      throw new Fault({
        code: 'salesforce_other_org',
        kind: 'forbidden',
        publicText: `The credentials lead to org ${orgId}, not to the configured ${options.orgId}: nothing is written. A sandbox copy needs its own configuration.`,
        context: { orgId },
      });
    const session = { accessToken: String(answer['access_token']), instanceUrl: String(answer['instance_url']) };
    if (checkOrg) await checkOrg(await readOrgIdentity(session, options.apiVersion));
    Object.assign(conn, session);
  }

  return {
    async session() {
      if (connection.accessToken) return connection;
      login ??= logIn(connection).finally(() => (login = undefined));
      try {
        await login;
      } catch (error) {
        throw toFault(error, 'log in');
      }
      return connection;
    },
  };
}

function assertion(options: SalesforceOptions, now: Date): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: options.clientId,
    sub: options.username,
    aud: options.loginUrl,
    exp: Math.floor(now.getTime() / 1000) + jwtLifetimeSeconds,
  };
  const unsigned = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(options.privateKey, 'base64url')}`;
}
