import { randomBytes } from 'node:crypto';

const TWO_HOURS_MS = 2 * 3_600_000;

/** What a token stands for; times are real ones in ms. */
export type Session = {
  userId: string;
  /** Consumer key of the connected app that it was given to; null for pages and tests. */
  clientId: string | null;
  scope: string;
  /** That it was given together with or for; when that is revoked it ends. */
  refreshToken: string | null;
  issuedAt: number;
  expiresAt: number;
};

/** Access tokens; they live in real time, as sessions do, and not in the state file. */
export class Sessions {
  /** Of tokens that are opened from now on. */
  lifetimeMs = TWO_HOURS_MS;
  readonly #orgId: string;
  readonly #tokens = new Map<string, Session>();

  constructor(orgId: string) {
    this.#orgId = orgId;
  }

  /** @returns `00D…!…`, the form that clients check for */
  open(userId: string, app: Partial<Pick<Session, 'clientId' | 'scope' | 'refreshToken'>> = {}): string {
    const token = `${this.#orgId.slice(0, 15)}!${randomBytes(48).toString('hex')}`;
    const issuedAt = Date.now();
    this.#tokens.set(token, {
      userId,
      clientId: null,
      scope: 'api',
      refreshToken: null,
      ...app,
      issuedAt,
      expiresAt: issuedAt + this.lifetimeMs,
    });
    return token;
  }

  /** Null when the token is unknown or expired. */
  of(token: string): Session | null {
    const session = this.#tokens.get(token);
    if (!session) return null;
    if (session.expiresAt > Date.now()) return session;
    this.#tokens.delete(token);
    return null;
  }

  userOf(token: string): string | null {
    return this.of(token)?.userId ?? null;
  }

  end(token: string): boolean {
    return this.#tokens.delete(token);
  }

  endOf(refreshToken: string): void {
    for (const [token, session] of this.#tokens) if (session.refreshToken === refreshToken) this.#tokens.delete(token);
  }

  /** The next call with any token of before is answered 401. */
  expireAll(): void {
    this.#tokens.clear();
  }

  clear(): void {
    this.expireAll();
    this.lifetimeMs = TWO_HOURS_MS;
  }
}
