import { createHash, randomBytes } from 'node:crypto';
import { OAuthFault, type Parameters } from './apps.ts';

const FIFTEEN_MINUTES_MS = 15 * 60_000;

type Grant = { userId: string; clientId: string; scope: string };
type Code = Grant & { redirectUri: string; challenge: string | undefined; expiresAt: number };

/** Authorization codes, each good once, and refresh tokens, good until they are revoked; in memory, in real time. */
export class Grants {
  readonly #codes = new Map<string, Code>();
  readonly #refresh = new Map<string, Grant>();

  clear(): void {
    this.#codes.clear();
    this.#refresh.clear();
  }

  newCode(grant: Grant, redirectUri: string, challenge: string | undefined): string {
    const code = `aPrx${randomBytes(32).toString('base64url')}==`;
    this.#codes.set(code, { ...grant, redirectUri, challenge, expiresAt: Date.now() + FIFTEEN_MINUTES_MS });
    return code;
  }

  /** @throws OAuthFault when the code is unknown, used or old, or was given to somebody else */
  useCode(clientId: string, { code = '', redirect_uri, code_verifier = '' }: Parameters): Grant {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    if (!found || found.expiresAt <= Date.now()) throw new OAuthFault('invalid_grant', 'expired authorization code');
    if (found.clientId !== clientId) throw new OAuthFault('invalid_grant', 'invalid authorization code');
    if (found.redirectUri !== redirect_uri)
      throw new OAuthFault('redirect_uri_mismatch', 'redirect_uri must match configuration');
    const challenge = createHash('sha256').update(code_verifier).digest('base64url');
    if (found.challenge !== undefined && found.challenge !== challenge)
      throw new OAuthFault('invalid_grant', 'invalid code verifier');
    return { userId: found.userId, clientId, scope: found.scope };
  }

  newRefreshToken(grant: Grant): string {
    const token = `5Aep861${randomBytes(48).toString('base64url')}`;
    this.#refresh.set(token, grant);
    return token;
  }

  refresh(clientId: string, token: string | undefined): Grant {
    const grant = this.#refresh.get(token ?? '');
    if (!grant || grant.clientId !== clientId) throw new OAuthFault('invalid_grant', 'expired access/refresh token');
    return grant;
  }

  revoke(token: string): boolean {
    return this.#refresh.delete(token);
  }

  refreshGrant(token: string): Grant | undefined {
    return this.#refresh.get(token);
  }
}
