import express, { type Request, type Response } from 'express';
import type { SimContext } from '../../../kit/sim.ts';
import type { SalesforceSimOptions } from '../../options.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { originOf } from '../wire/http.ts';
import { bearerOf } from '../wire/session.ts';
import { authenticatedApp, OAuthFault, parametersOf, PLATFORM_CLI } from './apps.ts';
import { Grants } from './codes.ts';
import { grantToken, type OAuthParts } from './grants.ts';
import { identityUrl, mountIdentity } from './identity.ts';
import { mountLoginPage } from './loginPage.ts';
import { mountSoapLogin } from './soapLogin.ts';

const form = express.urlencoded({ extended: false });

/** Answer of `introspect` (RFC 7662). @throws OAuthFault when the app does not prove who it is */
function introspection(parts: OAuthParts, req: Request): Record<string, unknown> {
  const { org, apps, grants } = parts;
  const { clientId } = authenticatedApp(apps, req);
  const { token = '' } = parametersOf(req);
  const session = org.sessions.of(token);
  const grant = session ?? grants.refreshGrant(token);
  const user = grant && org.get('User', grant.userId);
  if (!grant || grant.clientId !== clientId || user?.['IsActive'] !== true) return { active: false };
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  return {
    active: true,
    scope: grant.scope,
    client_id: clientId,
    username: user['Username'],
    sub: identityUrl(originOf(req), org.orgId, user.Id),
    token_type: session ? 'access_token' : 'refresh_token',
    ...(session
      ? { exp: seconds(session.expiresAt), iat: seconds(session.issuedAt), nbf: seconds(session.issuedAt) }
      : {}),
  };
}

/** Tokens, who they stand for, the login page and the way into the browser (Salesforce Help, "OAuth Authorization Flows"). */
export function mountOAuth({ app, calls }: SimContext, org: SimulatedOrg, options: SalesforceSimOptions): Grants {
  const grants = new Grants();
  const apps = [...(options.connectedApps ?? []).map((one) => ({ ...one })), PLATFORM_CLI];
  app.post('/__sim/connected-app', express.json(), (req, res) => {
    const { clientId = '', publicKeyPem = '' } = req.body as { clientId?: string; publicKeyPem?: string };
    const named = apps.find((one) => one.clientId === clientId && one !== PLATFORM_CLI);
    if (!named || publicKeyPem === '')
      return void res.status(400).json({ message: 'clientId of an app and publicKeyPem are needed' });
    named.publicKeyPem = publicKeyPem;
    res.json({ clientId });
  });
  const parts = { org, apps, grants, passwordFlow: options.passwordFlow };
  const answer = (path: string, act: (req: Request, res: Response) => void) => (req: Request, res: Response) => {
    calls.call(req.method, path);
    try {
      act(req, res);
    } catch (error) {
      if (!(error instanceof OAuthFault)) throw error;
      res.status(400).json({ error: error.error, error_description: error.message });
    }
  };
  const on = (methods: readonly ('get' | 'post')[], path: string, act: (req: Request, res: Response) => void): void => {
    for (const method of methods) app[method](path, form, answer(path, act));
  };
  on(['post'], '/services/oauth2/token', (req, res) => void res.json(grantToken(parts, req)));
  on(['get'], '/services/oauth2/token', () => {
    throw new OAuthFault('invalid_request', 'must use HTTP POST');
  });
  on(['post'], '/services/oauth2/introspect', (req, res) => void res.json(introspection(parts, req)));
  on(['get', 'post'], '/services/oauth2/revoke', (req, res) => {
    const { token = '' } = parametersOf(req);
    org.sessions.endOf(token);
    if (!org.sessions.end(token) && !grants.revoke(token))
      throw new OAuthFault('unsupported_token_type', 'this token type is not supported');
    res.status(200).end();
  });
  on(['get', 'post'], '/services/oauth2/singleaccess', (req, res) => {
    const parameters = parametersOf(req);
    const session = org.sessions.of(bearerOf(req) ?? parameters['access_token'] ?? '');
    if (!session)
      return void res
        .status(401)
        .json({ error: 'invalid_session_id', error_description: 'Session expired or invalid' });
    const uri = new URL('/secur/frontdoor.jsp', originOf(req));
    uri.searchParams.set('sid', org.sessions.open(session.userId, { ...session, scope: 'web' }));
    if (parameters['redirect_uri'] !== undefined) uri.searchParams.set('retURL', parameters['redirect_uri']);
    res.json({ frontdoor_uri: uri.href });
  });
  mountIdentity(app, calls, org);
  mountLoginPage(app, calls, parts);
  mountSoapLogin(app, calls);
  return grants;
}
