import { randomBytes } from 'node:crypto';

const TWO_HOURS_MS = 2 * 3_600_000;

/** Access tokens; they live in real time, as sessions do, and not in the state file. */
export class Sessions {
  readonly #orgId: string;
  readonly #tokens = new Map<string, { userId: string; expiresAt: number }>();

  constructor(orgId: string) {
    this.#orgId = orgId;
  }

  /** @returns `00D…!…`, the form that clients check for */
  open(userId: string): string {
    const token = `${this.#orgId.slice(0, 15)}!${randomBytes(48).toString('hex')}`;
    this.#tokens.set(token, { userId, expiresAt: Date.now() + TWO_HOURS_MS });
    return token;
  }

  userOf(token: string): string | null {
    const session = this.#tokens.get(token);
    if (!session) return null;
    if (session.expiresAt > Date.now()) return session.userId;
    this.#tokens.delete(token);
    return null;
  }

  end(token: string): boolean {
    return this.#tokens.delete(token);
  }

  /** The next call with any token of before is answered 401. */
  expireAll(): void {
    this.#tokens.clear();
  }
}
