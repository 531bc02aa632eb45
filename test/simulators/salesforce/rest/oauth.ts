import express, { type Request, type Response } from 'express';
import { createHmac, createVerify, randomBytes } from 'node:crypto';
import type { SimContext } from '../../kit/sim.ts';
import type { ConnectedApp } from '../options.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { SRecord } from '../org/types.ts';
import { bearerOf } from './session.ts';

/** `{error, error_description}` with 400 (Salesforce Help, "OAuth 2.0 error codes"). */
class OAuthFault extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

const SIGNING_KEY = randomBytes(32);
const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com'];
const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** Address that the client reached the org by. */
export const originOf = (req: Request): string => `${req.protocol}://${req.get('host') ?? ''}`;

/** Identity addresses are https in every org; the simulated org answers them over http. */
export const identityUrl = (req: Request, orgId: string, userId: string): string =>
  `https://${req.get('host') ?? ''}/id/${orgId}/${userId}`;

function appNamed(apps: readonly ConnectedApp[], clientId: unknown): ConnectedApp {
  const app = apps.find((one) => one.clientId === clientId);
  if (!app) throw new OAuthFault('invalid_client_id', 'client identifier invalid');
  return app;
}

function activeUser(org: SimulatedOrg, username: string): SRecord {
  const user = org.userNamed(username);
  if (!user) throw new OAuthFault('invalid_grant', "user hasn't approved this consumer");
  if (user['IsActive'] !== true) throw new OAuthFault('inactive_user', 'user is inactive');
  return user;
}

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
function byAssertion(org: SimulatedOrg, apps: readonly ConnectedApp[], req: Request): SRecord {
  const [head, payload, signature, ...rest] = String((req.body as Record<string, unknown>)['assertion'] ?? '').split(
    '.',
  );
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
  return activeUser(org, String(claims['sub'] ?? ''));
}

function byClientCredentials(org: SimulatedOrg, apps: readonly ConnectedApp[], req: Request): SRecord {
  const body = req.body as Record<string, unknown>;
  const basic = /^Basic\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
  const [id, secret] =
    basic === undefined
      ? [body['client_id'], body['client_secret']]
      : Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
  const app = appNamed(apps, id);
  if (app.clientSecret === undefined || app.clientSecret !== secret)
    throw new OAuthFault('invalid_client', 'invalid client credentials');
  if (app.runAs === undefined) throw new OAuthFault('invalid_grant', 'no client credentials user enabled');
  return activeUser(org, app.runAs);
}

function userOfGrant(org: SimulatedOrg, apps: readonly ConnectedApp[], req: Request): SRecord {
  switch ((req.body as Record<string, unknown> | undefined)?.['grant_type']) {
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return byAssertion(org, apps, req);
    case 'client_credentials':
      return byClientCredentials(org, apps, req);
    case 'refresh_token':
      throw new OAuthFault('invalid_grant', 'expired access/refresh token');
    default:
      throw new OAuthFault('unsupported_grant_type', 'grant type not supported');
  }
}

function tokenBody(req: Request, org: SimulatedOrg, user: SRecord): Record<string, string> {
  const id = identityUrl(req, org.orgId, user.Id);
  const issuedAt = String(Date.now());
  return {
    access_token: org.openSession(user.Id),
    signature: createHmac('sha256', SIGNING_KEY)
      .update(id + issuedAt)
      .digest('base64'),
    scope: 'api',
    instance_url: originOf(req),
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
}

function userinfo(req: Request, org: SimulatedOrg, user: SRecord): Record<string, unknown> {
  return {
    sub: identityUrl(req, org.orgId, user.Id),
    user_id: user.Id,
    organization_id: org.orgId,
    preferred_username: user['Username'],
    nickname: user['Alias'],
    name: user['Name'],
    email: user['Email'],
    email_verified: true,
    active: user['IsActive'],
    zoneinfo: user['TimeZoneSidKey'],
    locale: user['LocaleSidKey'],
  };
}

/** Tokens by JWT bearer and client credentials; the password flow is refused, as orgs do since 2026. */
export function mountOAuth({ app, calls }: SimContext, org: SimulatedOrg, apps: readonly ConnectedApp[]): void {
  app.post('/services/oauth2/token', express.urlencoded({ extended: false }), (req, res) => {
    calls.call('POST', '/services/oauth2/token');
    try {
      res.json(tokenBody(req, org, userOfGrant(org, apps, req)));
    } catch (error) {
      if (!(error instanceof OAuthFault)) throw error;
      res.status(400).json({ error: error.error, error_description: error.message });
    }
  });
  app.post('/services/oauth2/revoke', express.urlencoded({ extended: false }), (req, res) => {
    calls.call('POST', '/services/oauth2/revoke');
    if (org.sessions.end(String((req.body as Record<string, unknown> | undefined)?.['token'] ?? '')))
      return void res.status(200).end();
    res.status(400).json({ error: 'unsupported_token_type', error_description: 'this token type is not supported' });
  });
  const signedIn = (req: Request, res: Response): SRecord | null => {
    const token = bearerOf(req);
    const userId = token === null ? null : org.userOfToken(token);
    const user = userId === null ? null : org.get('User', userId);
    if (!user) res.status(403).type('text').send('Bad_OAuth_Token');
    return user;
  };
  app.get('/services/oauth2/userinfo', (req, res) => {
    calls.call('GET', '/services/oauth2/userinfo');
    const user = signedIn(req, res);
    if (user) res.json(userinfo(req, org, user));
  });
  app.get('/id/:orgId/:userId', (req, res) => {
    calls.call('GET', '/id/:orgId/:userId');
    const user = signedIn(req, res);
    if (!user) return;
    if (req.params.orgId !== org.orgId || req.params.userId !== user.Id)
      return void res.status(403).type('text').send('Wrong_Org_Or_User');
    const { sub, ...rest } = userinfo(req, org, user);
    const rest_url = `${originOf(req)}/services/data/v{version}/`;
    res.json({ id: sub, asserted_user: true, username: user['Username'], ...rest, urls: { rest: rest_url } });
  });
}
