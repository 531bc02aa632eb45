import { Router, type NextFunction, type Request, type Response } from 'express';
import express from 'express';
import type { Log } from '../../platform/log.ts';
import type { TokenIssuer } from '../../workflows/ports/orgClients.ts';

/** Largest form that is read; a client id, a secret and scopes are far smaller. */
const LARGEST_BODY = '8kb';

type Refusal = { status: number; error: string; words: string; headers?: Record<string, string> };

const INVALID_CLIENT: Refusal = {
  status: 401,
  error: 'invalid_client',
  words: 'There is no such client, or its secret is another one.',
  headers: { 'WWW-Authenticate': 'Basic realm="billing-360"' },
};

const invalidRequest = (words: string): Refusal => ({ status: 400, error: 'invalid_request', words });

/** RFC 6749, section 2.3.1: id and secret are form-encoded before they become Basic credentials. */
function basicOf(header: string): { id: string; secret: string } | null {
  const [, encoded] = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(header) ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  try {
    const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return { id: id!, secret: secret! };
  } catch {
    return null;
  }
}

/** Who asks: by Basic credentials or in the form, and never by both (RFC 6749, section 2.3). */
function clientOf(request: Request, form: URLSearchParams): { id: string; secret: string } | Refusal {
  const header = request.headers.authorization;
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (header === undefined) return id === null || secret === null ? INVALID_CLIENT : { id, secret };
  if (secret !== null) return invalidRequest('Authenticate in the header or in the form, not in both.');
  const basic = basicOf(header);
  if (basic === null) return INVALID_CLIENT;
  if (id !== null && id !== basic.id) return invalidRequest('The form names another client than the header.');
  return basic;
}

/** RFC 6749, section 3.2: no parameter is there twice. @returns null when the content is no such form */
function formOf(request: Request): URLSearchParams | null {
  const body: unknown = request.body;
  if (request.is('application/x-www-form-urlencoded') === false || typeof body !== 'string') return null;
  const form = new URLSearchParams(body);
  return new Set(form.keys()).size === form.size ? form : null;
}

/** `POST /oauth/token`: tokens by client credentials (RFC 6749, section 4.4) for the org's calls. */
export function createTokenRouter({ issuer, log }: { issuer: TokenIssuer; log: Log }): Router {
  function refuse(response: Response, { status, error, words, headers = {} }: Refusal): void {
    log.info({ status, error }, 'No token was given to an org');
    response.status(status).set(headers).json({ error, error_description: words });
  }

  async function answer(request: Request, response: Response): Promise<void> {
    const form = formOf(request);
    if (form === null) return refuse(response, invalidRequest('Send a form in which nothing is there twice.'));
    const grant = form.get('grant_type');
    if (grant === null) return refuse(response, invalidRequest('The grant_type is missing.'));
    if (grant !== 'client_credentials')
      return refuse(response, {
        status: 400,
        error: 'unsupported_grant_type',
        words: 'Only client_credentials is known here.',
      });
    const client = clientOf(request, form);
    if ('error' in client) return refuse(response, client);
    const scopes =
      form
        .get('scope')
        ?.split(' ')
        .filter((word) => word !== '') ?? null;
    const issued = await issuer.issue({
      clientId: client.id,
      clientSecret: client.secret,
      scopes: scopes?.length === 0 ? null : scopes,
      address: request.ip ?? '',
    });
    switch (issued.outcome) {
      case 'unknown_client':
        return refuse(response, INVALID_CLIENT);
      case 'unknown_scope':
        return refuse(response, { status: 400, error: 'invalid_scope', words: 'The client may not have this scope.' });
      case 'too_many':
        return refuse(response, {
          status: 429,
          error: 'invalid_client',
          words: `There were too many wrong secrets. Try again in ${issued.retryAfterSeconds} s.`,
          headers: { 'Retry-After': String(issued.retryAfterSeconds) },
        });
      case 'issued':
        response.json({
          access_token: issued.token,
          token_type: 'Bearer',
          expires_in: issued.expiresInSeconds,
          scope: issued.scopes.join(' '),
        });
    }
  }

  const router = Router();
  router.use('/oauth/token', (request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
    if (request.method === 'POST') return next();
    response.status(405).set('Allow', 'POST').json({ error: 'invalid_request', error_description: 'Use POST.' });
  });
  router.use('/oauth/token', express.text({ type: () => true, limit: LARGEST_BODY, inflate: false }));
  router.post('/oauth/token', answer);
  router.use('/oauth/token', (error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
    if (status >= 500) return next(error);
    refuse(response, { status: status === 413 ? 413 : 400, error: 'invalid_request', words: 'It cannot be read.' });
  });
  return router;
}
