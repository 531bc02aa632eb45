import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CalloutCredential } from '../../../platform/config/calloutCredentials.ts';
import type { WebhookRequest } from '../../../workflows/ports/webhook.ts';
import { headerOf } from './headers.ts';
import { isInAddress } from './parameters.ts';

type Hmac = Extract<CalloutCredential, { kind: 'hmac' }>;

const ALGORITHMS: Readonly<Record<Hmac['algorithm'], string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const PART = /\{\{\s*Request\.(?:Body|Headers\.([\w-]+))\s*\}\}/g;

/** The bytes that the tenant signs: its template with the parts of this very request, the body untouched. */
function signedBytes({ signed }: Hmac, request: WebhookRequest): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const match of signed.matchAll(PART)) {
    parts.push(Buffer.from(signed.slice(at, match.index)));
    const header = match[1];
    parts.push(header === undefined ? request.rawBody : Buffer.from(headerOf(request, header) ?? ''));
    at = match.index + match[0].length;
  }
  return Buffer.concat([...parts, Buffer.from(signed.slice(at))]);
}

/** Only a time that is signed itself says anything. */
function isStale(hmac: Hmac, request: WebhookRequest, now: Date): boolean {
  if (!/\{\{\s*Request\.Headers\.Date\s*\}\}/i.test(hmac.signed)) return false;
  const age = now.getTime() - Date.parse(headerOf(request, 'date') ?? '');
  return !(Math.abs(age) <= hmac.toleranceSeconds * 1000);
}

/**
 * Checks the signature that a tenant configured in its callout template (Zuora docs, "HMAC authentication").
 *
 * @returns `absent` also for parameters in the address, which no template can sign
 */
export function checkSignature(hmac: Hmac, request: WebhookRequest, now: Date): 'valid' | 'absent' | 'wrong' | 'stale' {
  const given = headerOf(request, hmac.header);
  if (given === undefined || isInAddress(request)) return 'absent';
  if (!given.startsWith(hmac.prefix)) return 'wrong';
  const expected = createHmac(ALGORITHMS[hmac.algorithm], hmac.secret.reveal())
    .update(signedBytes(hmac, request))
    .digest();
  const actual = Buffer.from(given.slice(hmac.prefix.length).trim(), hmac.encoding === 'HEX' ? 'hex' : 'base64');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return 'wrong';
  return isStale(hmac, request, now) ? 'stale' : 'valid';
}
