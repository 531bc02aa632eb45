/** What a token of an org may be used for: looking, or making something happen. */
export const SCOPES = ['billing.read', 'billing.act'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whoever presents a token that counts. */
export type OrgCaller = {
  clientId: string;
  /** 18-character id of the only org that it may speak for. */
  orgId: string;
  scopes: readonly Scope[];
};

/** A request for a token by client credentials (RFC 6749, section 4.4). */
export type TokenRequest = {
  clientId: string;
  clientSecret: string;
  /** null for everything that the client may have. */
  scopes: readonly string[] | null;
  /** Where it came from; wrong secrets are counted by it. */
  address: string;
};

export type TokenAnswer =
  | { outcome: 'issued'; token: string; scopes: readonly Scope[]; expiresInSeconds: number }
  | { outcome: 'unknown_client' }
  | { outcome: 'unknown_scope' }
  | { outcome: 'too_many'; retryAfterSeconds: number };

export interface TokenIssuer {
  issue(request: TokenRequest): Promise<TokenAnswer>;
  /** @returns null for a token that does not count, or does no longer */
  check(token: string): Promise<OrgCaller | null>;
}
