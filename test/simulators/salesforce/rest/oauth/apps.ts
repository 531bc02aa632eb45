import type { Request } from 'express';
import type { ConnectedApp } from '../../options.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SRecord } from '../../org/types.ts';

/** `{error, error_description}` with 400 (Salesforce Help, "OAuth 2.0 error codes"). */
export class OAuthFault extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

/** The app that every org has for the sf CLI's login in the browser. */
export const PLATFORM_CLI: ConnectedApp = {
  clientId: 'PlatformCLI',
  redirectUris: ['http://localhost:1717/OauthRedirect'],
  scopes: ['refresh_token', 'api', 'web'],
};

export type Parameters = Readonly<Record<string, string | undefined>>;

/** Of the form in the body and of the address; of what is given more than once, nothing (RFC 6749, section 3.2). */
export function parametersOf(req: Request): Parameters {
  const given = { ...req.query, ...((req.body as Record<string, unknown> | undefined) ?? {}) };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Consumer key and secret, of a Basic header or of the parameters. */
function credentialsOf(req: Request): { id: string | undefined; secret: string | undefined } {
  const basic = /^Basic\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
  if (basic === undefined) {
    const { client_id: id, client_secret: secret } = parametersOf(req);
    return { id, secret };
  }
  const [id, secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  try {
    return { id: decodeURIComponent(id ?? ''), secret: decodeURIComponent(secret ?? '') };
  } catch {
    throw new OAuthFault('invalid_client', 'invalid client credentials');
  }
}

export function appNamed(apps: readonly ConnectedApp[], clientId: unknown): ConnectedApp {
  const app = apps.find((one) => one.clientId === clientId);
  if (!app) throw new OAuthFault('invalid_client_id', 'client identifier invalid');
  return app;
}

/** The app that asks, with its secret when it has one. */
export function authenticatedApp(apps: readonly ConnectedApp[], req: Request): ConnectedApp {
  const { id, secret } = credentialsOf(req);
  const app = appNamed(apps, id);
  if (app.clientSecret !== undefined && app.clientSecret !== secret)
    throw new OAuthFault('invalid_client', 'invalid client credentials');
  return app;
}

/** Scopes asked for, all of the app when none are. @throws OAuthFault for one that the app has not */
export function scopeOf(app: ConnectedApp, asked: string | undefined): string {
  const own = app.scopes ?? ['api'];
  const wanted = (asked ?? '').split(/\s+/).filter((name) => name !== '');
  const other = wanted.find((name) => !own.includes(name));
  if (other !== undefined) throw new OAuthFault('invalid_scope', 'the requested scope is not allowed');
  return (wanted.length > 0 ? wanted : own).join(' ');
}

/**
 * A user who may log in by this app: active, and one whom an admin has approved when the app asks for that.
 * @throws OAuthFault
 */
export function approvedUser(org: SimulatedOrg, app: ConnectedApp, username: string): SRecord {
  const user = org.userNamed(username);
  if (!user) throw new OAuthFault('invalid_grant', "user hasn't approved this consumer");
  if (user['IsActive'] !== true) throw new OAuthFault('inactive_user', 'user is inactive');
  if (app.permissionSets && !hasOneOf(org, user.Id, app.permissionSets))
    throw new OAuthFault('invalid_app_access', 'user is not admin approved to access this app');
  return user;
}

function hasOneOf(org: SimulatedOrg, userId: string, permissionSets: readonly string[]): boolean {
  const assignments = org.all('PermissionSetAssignment').filter((one) => one['AssigneeId'] === userId);
  return assignments.some((one) => {
    const assigned = org.get('PermissionSet', String(one['PermissionSetId']));
    return permissionSets.includes(String(assigned?.['Name']));
  });
}
