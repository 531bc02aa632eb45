import { Connection } from 'jsforce';
import { createSign } from 'node:crypto';
import { request } from 'undici';
import { Fault } from '../../domain/fault.ts';
import { createBoundedAgent } from '../../platform/boundedAgent.ts';
import { tokenNameOf } from '../../platform/ids.ts';
import { connectionTrouble } from '../../platform/connectionTrouble.ts';
import {
  openGate,
  ownToken,
  type NewAccessToken,
  type ShareToken,
  type UpstreamGate,
} from '../../workflows/ports/upstream.ts';
import type { CheckOrg } from '../../workflows/ports/orgRows.ts';
import { loginFault, toFault } from './errors.ts';
import { REQUESTS, SALESFORCE } from './limits.ts';
import { readOrgIdentity } from './orgIdentity.ts';
import { withSharedSession } from './sharedSession.ts';
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

/** Salesforce does not say how long a session lives; one that ends sooner is renewed on refusal. */
const sessionLifeMs = 3_600_000;
const loginBounds = { deadlineMs: 20_000, maxBytes: 1_000_000 };

/** A session in the pinned org. */
export type SalesforceClient = {
  /** The connection with the session of all processes; logs in when there is none. One that has ended is renewed by it. */
  session(): Promise<Connection>;
};

/** `checkOrg` is asked about the org behind each new session, before anything else is sent to it. */
export type SalesforceDeps = { checkOrg?: CheckOrg; gate?: UpstreamGate; shareToken?: ShareToken };

/**
 * OAuth 2.0 JWT bearer flow, as the integration user.
 * Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration".
 */
export function createSalesforceClient(
  options: SalesforceOptions,
  now: () => Date,
  { checkOrg, gate = openGate, shareToken = ownToken }: SalesforceDeps = {},
): SalesforceClient {
  const connection = new Connection({
    loginUrl: options.loginUrl,
    version: options.apiVersion,
    callOptions: { client: clientTag },
  });
  const agent = createBoundedAgent(loginBounds);
  const tokenName = tokenNameOf(SALESFORCE, [options.loginUrl, options.clientId, options.username, options.orgId]);
  const token = shareToken(tokenName, () => gate.run(REQUESTS, logIn, () => ({ kind: 'answered' })));
  connection._transport = withSharedSession(createTransport(), token, gate);

  async function logIn(): Promise<NewAccessToken> {
    const response = await request(`${options.loginUrl.replace(/\/+$/, '')}/services/oauth2/token`, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(options, now()),
      }).toString(),
    });
    const answer = parsed(await response.body.text());
    if (response.statusCode >= 400) throw loginFault(response.statusCode, answer);
    const { id, access_token: value, instance_url: instanceUrl } = answer;
    if (response.statusCode !== 200 || typeof id !== 'string' || typeof value !== 'string' || !isAddress(instanceUrl))
      throw new Fault({
        code: 'salesforce_unreadable_answer',
        kind: 'unavailable',
        publicText: 'Salesforce answered the login with something that is no session; it is tried again.',
        context: { status: response.statusCode },
      });
    // The identity address ends in /id/<org id>/<user id>.
    const orgId = id.split('/').at(-2);
    if (orgId !== options.orgId)
      throw new Fault({
        code: 'salesforce_other_org',
        kind: 'forbidden',
        publicText: `The credentials lead to org ${orgId}, not to the configured ${options.orgId}: nothing is written. A sandbox copy needs its own configuration.`,
        context: { orgId },
      });
    if (checkOrg) await checkOrg(await readOrgIdentity({ accessToken: value, instanceUrl }, options.apiVersion, agent));
    return { value, instanceUrl, lifeMs: sessionLifeMs };
  }

  return {
    async session() {
      try {
        const { value, instanceUrl } = await token.current();
        connection.accessToken = value;
        connection.instanceUrl = instanceUrl ?? options.loginUrl;
      } catch (error) {
        throw loginTrouble(error);
      }
      return connection;
    },
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const answer = JSON.parse(text) as unknown;
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value);
}

/** Where there is a reason that helps whoever reads it, such as a certificate, it is told. */
function loginTrouble(error: unknown): Fault {
  const trouble = connectionTrouble(error);
  if (trouble === null) return toFault(error, 'log in');
  return new Fault({
    code: 'salesforce_unavailable',
    kind: 'unavailable',
    publicText: `Salesforce could not be reached: ${trouble}. Nothing is written meanwhile; it is tried again.`,
    cause: error,
  });
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
