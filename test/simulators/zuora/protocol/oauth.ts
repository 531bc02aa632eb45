import { randomUUID } from 'node:crypto';
import express, { type RequestHandler } from 'express';
import type { Tenant } from '../tenant.ts';
import { sendError, ZuoraError } from './errors.ts';
import { versionsOfRequest } from './versions.ts';

const lifetimeSeconds = 3598;

/**
 * `POST /oauth/token`, client credentials in a form body; so many a minute for each address of a caller (Zuora docs,
 * "Create an OAuth token").
 */
export function oauthRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const byAddress = new Map<string, { startsAt: number; calls: number }>();
  router.post('/oauth/token', express.urlencoded({ extended: false }), (req, res) => {
    tenant.ctx.calls.call('POST', '/oauth/token');
    const address = req.ip ?? '';
    const window = byAddress.get(address) ?? { startsAt: 0, calls: 0 };
    byAddress.set(address, window);
    if (Date.now() - window.startsAt >= 60_000) Object.assign(window, { startsAt: Date.now(), calls: 0 });
    const allowed = tenant.options.tokensPerMinute;
    const left = allowed - ++window.calls;
    res.set({ 'X-RateLimit-Limit-minute': String(allowed), 'X-RateLimit-Remaining-minute': String(Math.max(0, left)) });
    if (left < 0) {
      res.set('Retry-After', String(Math.ceil((window.startsAt + 60_000 - Date.now()) / 1000)));
      return void res.status(429).json({ message: 'API rate limit exceeded' });
    }
    const form = (req.is('application/x-www-form-urlencoded') ? req.body : {}) as Record<string, unknown>;
    if (form['grant_type'] !== 'client_credentials')
      return void res.status(400).json({ reason: 'Unsupported or missing grant_type.' });
    const client = tenant.clients.find(
      ({ clientId, clientSecret }) => form['client_id'] === clientId && form['client_secret'] === clientSecret,
    );
    if (client === undefined || !tenant.options.clientActive)
      return void res.status(401).json({ reason: 'Invalid client id' });
    const token = randomUUID().replaceAll('-', '');
    const tokens = tenant.data.tokens;
    for (const [old, endsAt] of Object.entries(tokens)) if (endsAt < Date.now()) delete tokens[old];
    tokens[token] = Date.now() + lifetimeSeconds * 1000;
    tenant.clientOfToken.set(token, client.clientId);
    tenant.touch();
    res.json({
      access_token: token,
      token_type: 'bearer',
      expires_in: lifetimeSeconds,
      scope: `entity.${tenant.entityId} platform.write service.usage.write tenant.${tenant.tenantId}`,
      jti: randomUUID().replaceAll('-', ''),
    });
  });
  return router;
}

/** Refuses calls without a token that holds, and whose client was not deleted; tokens end by real time, not by the simulator's clock. */
export function bearer(tenant: Tenant): RequestHandler {
  return (req, res, next) => {
    const token = /^Bearer (.+)$/i.exec(req.get('authorization') ?? '')?.[1];
    const endsAt = token === undefined ? undefined : tenant.data.tokens[token];
    const owner = tenant.clientOfToken.get(token ?? '') ?? tenant.clientId;
    const isKnown = tenant.clients.some(({ clientId }) => clientId === owner);
    if (isKnown && endsAt !== undefined && endsAt > Date.now() && tenant.options.clientActive) return next();
    sendError(ZuoraError.of(90000011, 'Authentication error'), req, res, versionsOfRequest(req));
  };
}
