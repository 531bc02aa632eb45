import express, { type Express, type Request, type Response } from 'express';
import type { CallLog } from '../../../kit/sim.ts';
import type { ConnectedApp } from '../../options.ts';
import { escapeHtml } from '../../page/html.ts';
import { appNamed, approvedUser, OAuthFault, parametersOf, scopeOf, type Parameters } from './apps.ts';
import type { OAuthParts } from './grants.ts';

const PATH = '/services/oauth2/authorize';
const FORWARDED = ['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'code_challenge'];

function page(parameters: Parameters, message: string): string {
  const hidden = FORWARDED.filter((name) => parameters[name] !== undefined)
    .map((name) => `<input type="hidden" name="${name}" value="${escapeHtml(parameters[name]!)}">`)
    .join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Login | Salesforce</title></head><body>
<h1>Log in to the simulated org</h1><p role="alert">${escapeHtml(message)}</p>
<form method="post" action="${PATH}">${hidden}
<label>Username <input name="username" type="email" autocomplete="username" required></label>
<label>Password <input name="pw" type="password" autocomplete="current-password"></label>
<button name="Login">Log In</button><button name="deny" value="1" formnovalidate>Deny</button></form></body></html>`;
}

/** Where to send the browser. @throws OAuthFault when the app or its address is not known, so that it goes nowhere */
function target(apps: readonly ConnectedApp[], { client_id, redirect_uri }: Parameters): [ConnectedApp, URL] {
  const app = appNamed(apps, client_id);
  if (redirect_uri === undefined || !(app.redirectUris ?? []).includes(redirect_uri))
    throw new OAuthFault('redirect_uri_mismatch', 'redirect_uri must match configuration');
  return [app, new URL(redirect_uri)];
}

/**
 * The web server flow: a page that takes the username of any active user, with the password of the org's option when it
 * has one, and sends the browser back with a code (Salesforce Help, "OAuth 2.0 Web Server Flow").
 */
export function mountLoginPage(app: Express, calls: CallLog, parts: OAuthParts): void {
  const { org, apps, grants, passwordFlow } = parts;
  const answer = (
    req: Request,
    res: Response,
    act: (app: ConnectedApp, back: URL, parameters: Parameters) => void,
  ): void => {
    calls.call(req.method, PATH);
    const parameters = parametersOf(req);
    try {
      const [connected, back] = target(apps, parameters);
      if (parameters['state'] !== undefined) back.searchParams.set('state', parameters['state']);
      try {
        if (parameters['response_type'] !== 'code')
          throw new OAuthFault('unsupported_response_type', 'response type not supported');
        const method = parameters['code_challenge_method'] ?? 'S256';
        if (method !== 'S256') throw new OAuthFault('invalid_request', 'code challenge method not supported');
        scopeOf(connected, parameters['scope']);
        act(connected, back, parameters);
      } catch (error) {
        if (!(error instanceof OAuthFault)) throw error;
        back.searchParams.set('error', error.error);
        back.searchParams.set('error_description', error.message);
        res.redirect(302, back.href);
      }
    } catch (error) {
      if (!(error instanceof OAuthFault)) throw error;
      res
        .status(400)
        .type('html')
        .send(`error=${error.error}&amp;error_description=${escapeHtml(error.message)}`);
    }
  };
  app.get(PATH, (req, res) => {
    answer(req, res, (_app, _back, parameters) => void res.type('html').send(page(parameters, '')));
  });
  app.post(PATH, express.urlencoded({ extended: false }), (req, res) => {
    answer(req, res, (connected, back, parameters) => {
      if (parameters['deny'] !== undefined) throw new OAuthFault('access_denied', 'end-user denied authorization');
      const { username = '', pw = '' } = parameters;
      if (!org.userNamed(username) || (passwordFlow && pw !== passwordFlow.password)) {
        const wrong = 'Please check your username and password.';
        return void res.type('html').send(page(parameters, wrong));
      }
      const { Id: userId } = approvedUser(org, connected, username);
      const grant = { userId, clientId: connected.clientId, scope: scopeOf(connected, parameters['scope']) };
      back.searchParams.set('code', grants.newCode(grant, parameters['redirect_uri']!, parameters['code_challenge']));
      res.redirect(302, back.href);
    });
  });
}
