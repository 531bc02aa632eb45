import express, { type Express } from 'express';
import { StripeRefusal } from './errors.ts';

/** Limits of a sandbox; null for none, as long as nobody switched them on (Stripe docs, "Rate limits"). */
export type LimitSettings = {
  /** Requests a second in all, and to one endpoint (method and route). */
  global: number | null;
  endpoint: number | null;
  /** How long a write takes; meanwhile its object and its idempotency key are locked. */
  processingMs: number;
  /** So many writes from now are carried out and answered 500 all the same. */
  serverErrors: number;
};

const off: LimitSettings = { global: null, endpoint: null, processingMs: 0, serverErrors: 0 };

export class Limits {
  settings: LimitSettings = { ...off };
  #since = 0;
  #counts = new Map<string, number>();
  readonly #locked = new Set<string>();

  reset(): void {
    this.settings = { ...off };
    this.#counts.clear();
  }

  /**
   * Counts a request in the second that runs, by real time.
   * @returns why it is one too many, as the header `Stripe-Rate-Limited-Reason` says it; null when it is not
   */
  exceeded(endpoint: string): 'global-rate' | 'endpoint-rate' | null {
    const now = Date.now();
    if (now - this.#since >= 1_000) {
      this.#since = now;
      this.#counts.clear();
    }
    const count = (key: string): number => {
      const next = (this.#counts.get(key) ?? 0) + 1;
      this.#counts.set(key, next);
      return next;
    };
    const [all, one] = [count('*'), count(endpoint)];
    if (this.settings.global !== null && all > this.settings.global) return 'global-rate';
    if (this.settings.endpoint !== null && one > this.settings.endpoint) return 'endpoint-rate';
    return null;
  }

  /** @returns false when it is locked already */
  lock(what: string): boolean {
    if (this.#locked.has(what)) return false;
    this.#locked.add(what);
    return true;
  }

  unlock(what: string): void {
    this.#locked.delete(what);
  }

  takeServerError(): boolean {
    if (this.settings.serverErrors <= 0) return false;
    this.settings.serverErrors--;
    return true;
  }
}

export const tooMany = (): StripeRefusal =>
  new StripeRefusal(429, {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message:
      'Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.',
  });

export const lockTimeout = (): StripeRefusal =>
  new StripeRefusal(429, {
    type: 'invalid_request_error',
    code: 'lock_timeout',
    message:
      'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.',
  });

export const keyInUse = (): StripeRefusal =>
  new StripeRefusal(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message:
      'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through).',
  });

/** `GET` and `POST /__sim/limits`: the limits of a sandbox are 25 and 25. */
export function addLimitSwitch(app: Express, limits: Limits): void {
  const router = express.Router();
  router.use(express.json());
  router.get('/limits', (_req, res) => void res.json(limits.settings));
  router.post('/limits', (req, res) => {
    const wanted = (req.body ?? {}) as Partial<LimitSettings>;
    const unknown = Object.keys(wanted).find((key) => !Object.hasOwn(off, key));
    if (unknown !== undefined) return void res.status(400).json({ message: `There is no limit ${unknown}` });
    limits.settings = { ...limits.settings, ...wanted };
    return void res.json(limits.settings);
  });
  app.use('/__sim', router);
}
