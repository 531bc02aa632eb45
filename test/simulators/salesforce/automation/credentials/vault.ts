import { request } from 'undici';
import { CalloutFault } from './fault.ts';
import type { ExternalCredential } from './read.ts';

export type Secret = { clientId: string; clientSecret: string };

/** Secrets of principals, which no metadata holds, and the tokens that were got with them. */
export class CredentialVault {
  readonly #secrets = new Map<string, Secret>();
  readonly #tokens = new Map<string, { token: string; until: number }>();

  static #key(credential: string, principal: string): string {
    return `${credential}-${principal}`;
  }

  set(credential: string, principal: string, secret: Secret): void {
    const key = CredentialVault.#key(credential, principal);
    this.#secrets.set(key, secret);
    this.#tokens.delete(key);
  }

  has(credential: string, principal: string): boolean {
    return this.#secrets.has(CredentialVault.#key(credential, principal));
  }

  remove(credential: string, principal: string): boolean {
    const key = CredentialVault.#key(credential, principal);
    this.#tokens.delete(key);
    return this.#secrets.delete(key);
  }

  clear(): void {
    this.#secrets.clear();
    this.#tokens.clear();
  }

  forget(credential: string, principal: string): void {
    this.#tokens.delete(CredentialVault.#key(credential, principal));
  }

  /**
   * A token by client credentials (RFC 6749, section 4.4), kept until it ends in real time.
   * @throws CalloutFault when the principal has no secret or the token endpoint refuses it
   */
  async token(credential: ExternalCredential, principal: string): Promise<string> {
    const key = CredentialVault.#key(credential.name, principal);
    const kept = this.#tokens.get(key);
    if (kept && kept.until > Date.now()) return kept.token;
    const secret = this.#secrets.get(key);
    if (!secret) throw new CalloutFault(`The credential ${key} has not been authenticated.`);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: secret.clientId,
      client_secret: secret.clientSecret,
      ...(credential.scope === null ? {} : { scope: credential.scope }),
    });
    const failed = (why: string): CalloutFault => new CalloutFault(`No token for the credential ${key}: ${why}`);
    let body: { access_token?: unknown; expires_in?: unknown };
    try {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await request(credential.tokenUrl, { method: 'POST', headers, body: form.toString() });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw failed(`the token endpoint answered ${answer.statusCode}`);
      body = JSON.parse(text) as typeof body;
    } catch (error) {
      throw error instanceof CalloutFault ? error : failed(error instanceof Error ? error.message : String(error));
    }
    if (typeof body.access_token !== 'string') throw failed('the answer holds no access_token');
    const seconds = typeof body.expires_in === 'number' ? body.expires_in : 600;
    this.#tokens.set(key, { token: body.access_token, until: Date.now() + seconds * 1000 });
    return body.access_token;
  }
}
