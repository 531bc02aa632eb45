import type { RequestHandler } from 'express';
import { sendError } from './faults.ts';
import { bearerOf } from './session.ts';

/** API calls of the last 24 hours against the allowance of the org. */
export class ApiUsage {
  max: number;
  used = 0;

  constructor(max: number) {
    this.max = max;
  }

  /**
   * Counts every data call that carries a good token and says so in `Sforce-Limit-Info`; refuses when the allowance is
   * used up. Pages of Lightning Experience call with their cookie and are not counted.
   */
  middleware(isGood: (token: string) => boolean): RequestHandler {
    return (req, res, next) => {
      const token = bearerOf(req);
      if (token === null || !isGood(token)) return next();
      if (this.used >= this.max) {
        res.set('Sforce-Limit-Info', `api-usage=${this.used}/${this.max}`);
        return sendError(res, 403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
      }
      this.used++;
      res.set('Sforce-Limit-Info', `api-usage=${this.used}/${this.max}`);
      next();
    };
  }
}
