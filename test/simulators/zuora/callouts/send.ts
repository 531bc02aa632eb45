import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { Tenant } from '../tenant.ts';
import { categoryOf } from './events.ts';
import type { Hmac, OAuthProvider } from './model.ts';

/** How a callout proves who it is. */
export type Auth =
  | { kind: 'basic'; username: string; password: string; preemptive: boolean }
  | { kind: 'oauth'; provider: OAuthProvider }
  | { kind: 'none' };

export type Callout = {
  event: string;
  /** Id of the notification definition; null for a target of the simulator's options. */
  definition: string | null;
  notification: string;
  objectId: string;
  context: Record<string, string>;
  url: string;
  method: string;
  contentType: 'json' | 'form' | 'xml';
  /** Key and value parameters; the body of all methods that have one, unless there is a `body`. */
  params: Record<string, string>;
  /** Finished text of a custom body. */
  body: string | null;
  headers: Record<string, string>;
  auth: Auth;
  hmac: Hmac | null;
  retry: boolean;
};

const contentTypes = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'application/xml',
} as const;

const xmlText = (text: string): string => text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function bodyOf({ body, params, contentType }: Callout): string {
  if (body !== null) return body;
  if (contentType === 'json') return JSON.stringify(params);
  if (contentType === 'form') return new URLSearchParams(params).toString();
  const parameters = Object.entries(params).map(([name, value]) => `<${name}>${xmlText(value)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?><callout>${parameters.join('')}</callout>`;
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const nodeNames: Record<string, string> = {
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  MD5: 'md5',
};

/** Signs what the tenant configured: `{{Request.Headers.<Name>}}`, `{{Request.Body}}`, `{{Request.Url}}` are filled in. */
function signatureOf(hmac: Hmac, url: string, headers: Record<string, string>, body: string): string {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const text = hmac.data.replace(
    /\{\{\s*Request\.(Headers\.([\w-]+)|Body|Url)\s*\}\}/g,
    (_, part: string, name?: string) =>
      name !== undefined ? (lower[name.toLowerCase()] ?? '') : part === 'Body' ? body : url,
  );
  const encoding = hmac.format === 'HEX' ? 'hex' : 'base64';
  return createHmac(nodeNames[hmac.algorithm] ?? 'sha256', hmac.secret)
    .update(text)
    .digest(encoding);
}

/** Gets a bearer by client credentials, new for every callout. */
async function bearerOf(provider: OAuthProvider): Promise<string> {
  const response = await request(provider.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: provider.clientId,
      client_secret: provider.clientSecret,
      ...(provider.scope !== null && { scope: provider.scope }),
    }).toString(),
  });
  const answer = (await response.body.json()) as { access_token?: string };
  return `Bearer ${answer.access_token ?? ''}`;
}

/**
 * Sends a callout: up to three attempts, delivered by HTTP 200 alone, `Zuora-Notification-Id` the same over attempts and
 * `Zuora-Request-Id` new each time (Zuora docs, "Configure callout settings"). Basic without preemptive sends the first
 * request bare, and repeats it with credentials once the receiver answers 401 with `WWW-Authenticate`.
 */
export function send(tenant: Tenant, callout: Callout, notificationId: string = randomUUID()): void {
  const body = bodyOf(callout);
  const withBody = callout.method !== 'GET' && callout.method !== 'DELETE';
  const target = new URL(callout.url);
  if (!withBody) for (const [name, value] of Object.entries(callout.params)) target.searchParams.set(name, value);
  const url = target.toString();
  const wait = tenant.options.calloutRetryMs;
  const attempts = callout.retry ? tenant.options.calloutAttempts : 1;
  tenant.ctx.webhooks.send({
    url,
    request: async () => {
      const headers: Record<string, string> = {
        Date: new Date().toUTCString(),
        ...(withBody && { 'Content-Type': contentTypes[callout.contentType] }),
        'Zuora-Request-Id': randomUUID(),
        'Zuora-Notification-Id': notificationId,
        'X-Amzn-Trace-Id': `Root=1-${randomUUID()}`,
        ...callout.headers,
      };
      const { auth, hmac } = callout;
      if (auth.kind === 'basic' && auth.preemptive) headers['Authorization'] = basic(auth.username, auth.password);
      if (auth.kind === 'oauth') headers['Authorization'] = await bearerOf(auth.provider);
      if (hmac)
        headers[hmac.header] = hmac.value.replaceAll('{{hmac}}', signatureOf(hmac, url, headers, withBody ? body : ''));
      return { method: callout.method, headers, body: withBody ? body : '' };
    },
    onChallenge: (challenge) =>
      callout.auth.kind === 'basic' && !callout.auth.preemptive && /^basic/i.test(challenge)
        ? { Authorization: basic(callout.auth.username, callout.auth.password) }
        : undefined,
    accepts: (status) => status === 200,
    retryDelaysMs: Array.from({ length: attempts - 1 }, () => wait),
    onAttempt: (attempt, status, answer) => {
      tenant.data.callouts.push({
        id: tenant.newId(),
        attemptedNum: attempt,
        createTime: tenant.now(),
        eventCategory: categoryOf(callout.event),
        eventContext: callout.context,
        notification: callout.notification,
        requestMethod: callout.method,
        requestUrl: callout.url,
        responseCode: status,
        responseContent: answer.slice(0, 60_000),
        objectId: callout.objectId,
        event: callout.event,
        definitionId: callout.definition,
        notificationId,
      });
      tenant.data.callouts.splice(0, tenant.data.callouts.length - 10_000);
      tenant.touch();
    },
  });
}
