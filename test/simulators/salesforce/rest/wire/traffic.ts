import type { RequestHandler } from 'express';
import type { RestSwitches } from '../switches.ts';
import { errorReply } from './faults.ts';
import { send } from './http.ts';

/** How long answers take, and how many long ones an org bears at once; all in real time. */
export class Traffic {
  readonly #switches: RestSwitches;
  readonly #startedAt = new Set<number[]>();

  constructor(switches: RestSwitches) {
    this.#switches = switches;
  }

  /** Sends the answer once the call has lasted as long as the latency model says. */
  delay(rows: number, answer: () => void): void {
    const { baseMs, perRowMs } = this.#switches.latency;
    const ms = baseMs + rows * perRowMs;
    if (ms > 0) setTimeout(answer, ms).unref();
    else answer();
  }

  #longRunning(): number {
    const { afterMs } = this.#switches.longRequests;
    return [...this.#startedAt].filter(([at]) => Date.now() - at! >= afterMs).length;
  }

  middleware(): RequestHandler {
    return (_req, res, next) => {
      if (this.#longRunning() >= this.#switches.longRequests.max)
        return send(res, errorReply(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'));
      const mine = [Date.now()];
      this.#startedAt.add(mine);
      res.on('close', () => this.#startedAt.delete(mine));
      next();
    };
  }
}
