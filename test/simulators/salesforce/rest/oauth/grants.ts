import type { Request } from 'express';
import { createHmac, createVerify, randomBytes } from 'node:crypto';
import type { ConnectedApp, SalesforceSimOptions } from '../../options.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SRecord } from '../../org/types.ts';
import { originOf } from '../wire/http.ts';
import { appNamed, approvedUser, authenticatedApp, OAuthFault, parametersOf, scopeOf } from './apps.ts';
import type { Grants } from './codes.ts';
import { identityUrl } from './identity.ts';

const SIGNING_KEY = randomBytes(32);
const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com'];
const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

export type OAuthParts = {
  org: SimulatedOrg;
  apps: readonly ConnectedApp[];
  grants: Grants;
  passwordFlow: SalesforceSimOptions['passwordFlow'];
};
type Granted = { user: SRecord; app: ConnectedApp; scope: string; refreshToken?: string | null };

function decoded(part: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Answered below: whatever cannot be read is an invalid assertion.
  }
  throw new OAuthFault('invalid_grant', 'invalid assertion');
}

/** Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration"; `exp` in ms is taken, as `sf` sends it. */
function byAssertion({ org, apps }: OAuthParts, req: Request): Granted {
  const { assertion = '', scope } = parametersOf(req);
  const [head, payload, signature, ...rest] = assertion.split('.');
  const [header, claims] = [decoded(head), decoded(payload)];
  const app = appNamed(apps, claims['iss']);
  const signed = createVerify('RSA-SHA256').update(`${head}.${payload}`);
  const good =
    header['alg'] === 'RS256' &&
    rest.length === 0 &&
    app.publicKeyPem !== undefined &&
    signed.verify(app.publicKeyPem, signature ?? '', 'base64url');
  if (!good) throw new OAuthFault('invalid_grant', 'invalid assertion');
  const audience = withoutSlash(String(claims['aud'] ?? ''));
  if (![...LOGIN_HOSTS, originOf(req)].includes(audience)) throw new OAuthFault('invalid_grant', 'audience is invalid');
  const { exp } = claims;
  if (typeof exp !== 'number' || (exp > 1e11 ? exp / 1000 : exp) * 1000 <= Date.now())
    throw new OAuthFault('invalid_grant', 'expired assertion');
  const user = approvedUser(org, app, String(claims['sub'] ?? ''));
  return { user, app, scope: scopeOf(app, scope) };
}

function byClientCredentials({ org, apps }: OAuthParts, req: Request): Granted {
  const app = authenticatedApp(apps, req);
  if (app.clientSecret === undefined) throw new OAuthFault('invalid_client', 'invalid client credentials');
  if (app.runAs === undefined) throw new OAuthFault('invalid_grant', 'no client credentials user enabled');
  return { user: approvedUser(org, app, app.runAs), app, scope: scopeOf(app, undefined) };
}

function byCode({ org, apps, grants }: OAuthParts, req: Request): Granted {
  const app = authenticatedApp(apps, req);
  const { userId, scope } = grants.useCode(app.clientId, parametersOf(req));
  const user = approvedUser(org, app, String(org.get('User', userId)?.['Username']));
  const refreshable = scope.split(' ').includes('refresh_token');
  const refreshToken = refreshable ? grants.newRefreshToken({ userId, clientId: app.clientId, scope }) : null;
  return { user, app, scope, refreshToken };
}

function byRefreshToken({ org, apps, grants }: OAuthParts, req: Request): Granted {
  const app = authenticatedApp(apps, req);
  const refreshToken = parametersOf(req)['refresh_token'] ?? '';
  const { userId, scope } = grants.refresh(app.clientId, refreshToken);
  return { user: approvedUser(org, app, String(org.get('User', userId)?.['Username'])), app, scope, refreshToken };
}

/** Refused in every org that does not allow it; the security token follows the password. */
function byPassword({ org, apps, passwordFlow }: OAuthParts, req: Request): Granted {
  const app = authenticatedApp(apps, req);
  const { username = '', password } = parametersOf(req);
  const good = passwordFlow && password === passwordFlow.password + passwordFlow.securityToken;
  if (!good || !org.userNamed(username)) throw new OAuthFault('invalid_grant', 'authentication failure');
  return { user: approvedUser(org, app, username), app, scope: scopeOf(app, undefined) };
}

const GRANTS = new Map<string, (parts: OAuthParts, req: Request) => Granted>([
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', byAssertion],
  ['client_credentials', byClientCredentials],
  ['authorization_code', byCode],
  ['refresh_token', byRefreshToken],
  ['password', byPassword],
]);

/** Answer of the token endpoint. @throws OAuthFault */
export function grantToken(parts: OAuthParts, req: Request): Record<string, string> {
  const grant = GRANTS.get(parametersOf(req)['grant_type'] ?? '');
  if (!grant) throw new OAuthFault('unsupported_grant_type', 'grant type not supported');
  const { user, app, scope, refreshToken = null } = grant(parts, req);
  const { org } = parts;
  const { clientId } = app;
  const id = identityUrl(originOf(req), org.orgId, user.Id);
  const issuedAt = String(Date.now());
  const isNew = parametersOf(req)['grant_type'] === 'authorization_code' && refreshToken !== null;
  return {
    access_token: org.sessions.open(user.Id, { clientId, scope, refreshToken }),
    ...(isNew ? { refresh_token: refreshToken } : {}),
    signature: createHmac('sha256', SIGNING_KEY)
      .update(id + issuedAt)
      .digest('base64'),
    scope,
    instance_url: originOf(req),
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
}
