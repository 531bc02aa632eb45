import { createHmac, randomBytes } from 'node:crypto';
import type { CalloutCredential } from '../../../platform/config/calloutCredentials.ts';
import { isEqual } from './equal.ts';

export type OAuthClient = Extract<CalloutCredential, { kind: 'oauth' }>;

/** Zuora asks for a token anew for each callout, so that a short life costs nothing. */
export const TOKEN_SECONDS = 600;

/** Bound to the client, so that a token ends with the secret that it was given for. */
function sealOf(client: OAuthClient, expiry: string, nonce: string): string {
  return createHmac('sha256', client.clientSecret.reveal())
    .update(`callout token\n${client.clientId}\n${expiry}\n${nonce}`)
    .digest('base64url');
}

/** @returns a bearer token that needs no storage: every process can check it */
export function issueToken(client: OAuthClient, now: Date): string {
  const expiry = String(Math.floor(now.getTime() / 1000) + TOKEN_SECONDS);
  const nonce = randomBytes(9).toString('base64url');
  return [expiry, nonce, sealOf(client, expiry, nonce)].join('.');
}

export function isTokenOf(client: OAuthClient, token: string, now: Date): boolean {
  const [expiry = '', nonce = '', seal = ''] = token.split('.');
  return isEqual(seal, sealOf(client, expiry, nonce)) && Number(expiry) * 1000 > now.getTime();
}
