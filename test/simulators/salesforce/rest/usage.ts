import type { RequestHandler } from 'express';
import type { SimClock } from '../../kit/clock.ts';
import { RequestFault } from '../org/errors.ts';
import type { DeliveryUsage } from '../pubsub/usage.ts';
import type { RestSwitches } from './switches.ts';
import { sendError } from './wire/http.ts';
import { bearerOf } from './wire/session.ts';

/** API calls of the last 24 hours against the allowance of the org, and those of each connected app. */
export class ApiUsage {
  max: number;
  /** Change events delivered, which `limits` tells too. */
  readonly events: DeliveryUsage;
  readonly #byApp = new Map<string, number>();
  /** Calls by the hour of the clock in which they were made. */
  readonly #byHour = new Map<number, number>();
  readonly #switches: RestSwitches;
  readonly #clock: SimClock;

  constructor(max: number, parts: { switches: RestSwitches; events: DeliveryUsage; clock: SimClock }) {
    this.max = max;
    this.events = parts.events;
    this.#switches = parts.switches;
    this.#clock = parts.clock;
  }

  #hour(): number {
    return Math.floor(this.#clock.now().getTime() / 3_600_000);
  }

  get used(): number {
    const now = this.#hour();
    for (const hour of this.#byHour.keys()) if (hour <= now - 24 || hour > now) this.#byHour.delete(hour);
    return [...this.#byHour.values()].reduce((sum, calls) => sum + calls, 0);
  }

  set used(calls: number) {
    this.#byHour.clear();
    this.#byHour.set(this.#hour(), calls);
  }

  reset(): void {
    this.used = 0;
    this.#byApp.clear();
  }

  /** @throws RequestFault when the allowance is used up */
  spend(calls: number): void {
    if (this.used + calls > this.max)
      throw new RequestFault(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    this.#byHour.set(this.#hour(), (this.#byHour.get(this.#hour()) ?? 0) + calls);
  }

  #info(app: string | null): string {
    const { perAppLimit } = this.#switches;
    const org = `api-usage=${this.used}/${this.max}`;
    if (perAppLimit === 0 || app === null) return org;
    return `${org}; per-app-api-usage=${this.#byApp.get(app) ?? 0}/${perAppLimit}(appName=${app})`;
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
      if (app !== null) this.#byApp.set(app, (this.#byApp.get(app) ?? 0) + 1);
      res.set('Sforce-Limit-Info', this.#info(app));
      next();
    };
  }
}
