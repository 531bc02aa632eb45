import type { RequestHandler } from 'express';
import { RequestFault } from '../org/errors.ts';
import type { DeliveryUsage } from '../pubsub/usage.ts';
import type { RestSwitches } from './switches.ts';
import { sendError } from './wire/http.ts';
import { bearerOf } from './wire/session.ts';

/** API calls of the last 24 hours against the allowance of the org, and those of each connected app. */
export class ApiUsage {
  max: number;
  used = 0;
  readonly byApp = new Map<string, number>();
  /** Change events delivered, which `limits` tells too. */
  readonly events: DeliveryUsage;
  readonly #switches: RestSwitches;

  constructor(max: number, switches: RestSwitches, events: DeliveryUsage) {
    this.max = max;
    this.events = events;
    this.#switches = switches;
  }

  reset(): void {
    this.used = 0;
    this.byApp.clear();
  }

  /** @throws RequestFault when the allowance is used up */
  spend(calls: number): void {
    if (this.used + calls > this.max)
      throw new RequestFault(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    this.used += calls;
  }

  #info(app: string | null): string {
    const { perAppLimit } = this.#switches;
    const org = `api-usage=${this.used}/${this.max}`;
    if (perAppLimit === 0 || app === null) return org;
    return `${org}; per-app-api-usage=${this.byApp.get(app) ?? 0}/${perAppLimit}(appName=${app})`;
  }

  /**
   * Counts every data call that carries a good token and says so in `Sforce-Limit-Info`; refuses when the allowance is
   * used up. Pages of Lightning Experience call with their cookie and are not counted.
   * @param appOf connected app of a token; null when it has none, undefined when the token is no good
   */
  middleware(appOf: (token: string) => string | null | undefined): RequestHandler {
    return (req, res, next) => {
      const token = bearerOf(req);
      const app = token === null ? undefined : appOf(token);
      if (app === undefined) return next();
      try {
        this.spend(1);
      } catch (error) {
        if (!(error instanceof RequestFault)) throw error;
        res.set('Sforce-Limit-Info', this.#info(app));
        return sendError(res, error);
      }
      if (app !== null) this.byApp.set(app, (this.byApp.get(app) ?? 0) + 1);
      res.set('Sforce-Limit-Info', this.#info(app));
      next();
    };
  }
}
