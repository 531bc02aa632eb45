import { randomBytes } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import type { World } from '../world.ts';
import { StripeRefusal } from './errors.ts';

/** What a restricted key may do, by resource such as `customer` or `billing_meter`; `*` for all others. */
export type Permissions = Record<string, 'none' | 'read' | 'write'>;

/** `cus…1234` in the way errors name keys. */
const masked = (key: string): string => `${key.slice(0, 8)}${'*'.repeat(Math.max(0, key.length - 12))}${key.slice(-4)}`;

/** The key of a request: Bearer, or Basic with the key as user name (Stripe docs, "Authentication"). */
function keyOf(req: Request): string {
  const [scheme = '', credentials = ''] = (req.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() === 'basic') return Buffer.from(credentials, 'base64').toString('utf8').replace(/:.*$/s, '');
  return scheme.toLowerCase() === 'bearer' ? credentials : '';
}

/** `/v1/billing/meters/mtr_1` → `billing_meter`, `/v1/invoiceitems` → `invoiceitem`. */
function resourceOf(path: string): string {
  const [, , first = '', second = ''] = path.split('/');
  if (first === 'account') return 'accounts_kyc_basic';
  const nested = ['billing', 'billing_portal', 'checkout', 'test_helpers', 'core'].includes(first);
  return (nested ? `${first}_${second}` : first).replace(/s$/, '');
}

const refusal = (status: number, message: string, code?: string) =>
  new StripeRefusal(status, { type: 'invalid_request_error', message, ...(code === undefined ? {} : { code }) });

/**
 * @throws 401 for a key that is not one of this account's (a live key is none), 403 for one that may not do this or for
 * another account
 */
export function authenticate(req: Request, world: World, secretKey: string): void {
  const key = keyOf(req);
  if (key === '')
    throw refusal(
      401,
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  if (key.startsWith('pk_'))
    throw refusal(
      403,
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
      'secret_key_required',
    );
  const { sessions, restrictedKeys } = world.state;
  if (req.path === '/v2/billing/meter_event_stream') return checkSession(sessions[key], world);
  if (world.state.revokedKeys.includes(key))
    throw refusal(401, `Expired API Key provided: ${masked(key)}`, 'api_key_expired');
  const permissions = Object.hasOwn(restrictedKeys, key) ? restrictedKeys[key] : undefined;
  if (key !== secretKey && !permissions) throw refusal(401, `Invalid API Key provided: ${masked(key)}`);
  if (permissions) checkPermission(req, key, permissions, world.accountId);
  const account = req.get('stripe-account') ?? req.get('stripe-context');
  if (account !== undefined && account !== world.accountId)
    throw refusal(
      403,
      `The provided key '${masked(key)}' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
      'account_invalid',
    );
}

/** The stream of meter events takes only tokens of its own sessions. */
function checkSession(end: number | undefined, world: World): void {
  if (end === undefined) throw refusal(401, 'The stream takes the authentication_token of a meter event session only.');
  if (end > world.clock.seconds()) return;
  throw new StripeRefusal(401, {
    type: 'temporary_session_expired',
    code: 'billing_meter_event_session_expired',
    message: 'The meter event session has expired. Create a new one.',
  });
}

function checkPermission(req: Request, key: string, permissions: Permissions, accountId: string): void {
  const resource = resourceOf(req.path);
  const needed = req.method === 'GET' ? 'read' : 'write';
  const given = permissions[resource] ?? permissions['*'] ?? 'none';
  if (given === 'write' || given === needed) return;
  throw refusal(
    403,
    `The provided key '${masked(key)}' does not have the required permissions for this endpoint on account '${accountId}'. Having the 'rak_${resource}_${needed}' permission would allow this request to continue.`,
  );
}

/**
 * `POST /__sim/keys {"permissions":{"customer":"read","*":"none"}}` makes a restricted key, as a person does in the
 * dashboard; with `key` it changes one; `{"key":"sk_…","revoked":true}` ends one, `false` takes that back.
 */
export function addKeySwitch(app: Express, world: World): void {
  app.post('/__sim/keys', express.json(), (req, res) => {
    const body = (req.body ?? {}) as { key?: string; permissions?: Permissions; revoked?: boolean };
    const { restrictedKeys, revokedKeys } = world.state;
    const { key = `rk_test_sim_${randomBytes(12).toString('hex')}`, permissions, revoked } = body;
    if (permissions !== undefined || body.key === undefined) restrictedKeys[key] = permissions ?? {};
    if (revoked !== undefined)
      world.state.revokedKeys = [...revokedKeys.filter((one) => one !== key), ...(revoked ? [key] : [])];
    world.store.touch();
    res.json({ key, permissions: restrictedKeys[key] ?? null, revoked: world.state.revokedKeys.includes(key) });
  });
}
