import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** One fault to inject into calls of the product's paths. */
export type Fault = {
  /** HTTP method; any when absent. */
  method?: string;
  /** Regular expression on the path; any path when absent. */
  path?: string;
  /** How many calls it hits; without end when absent. */
  times?: number;
  /** Waits before the call is handled, in ms. */
  latencyMs?: number;
  /** Answers this instead of handling the call. */
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON unless it is a string. */
  body?: unknown;
  /** Cuts the connection: before the call is handled, or after its effect was made. */
  reset?: 'before' | 'after';
};

export class Faults {
  #faults: Fault[] = [];

  list(): readonly Fault[] {
    return this.#faults;
  }

  set(faults: readonly Fault[]): void {
    for (const fault of faults) if (fault.path !== undefined) new RegExp(fault.path);
    this.#faults = faults.map((fault) => ({ ...fault }));
  }

  #take(method: string, path: string): Fault | undefined {
    const fault = this.#faults.find(
      (one) =>
        (one.method === undefined || one.method.toUpperCase() === method) &&
        (one.path === undefined || new RegExp(one.path).test(path)),
    );
    if (fault?.times !== undefined && --fault.times <= 0) this.#faults = this.#faults.filter((one) => one !== fault);
    return fault;
  }

  middleware(): RequestHandler {
    return (req: Request, res: Response, next: NextFunction) => {
      const fault = this.#take(req.method, req.path);
      if (!fault) return next();
      const act = () => {
        if (fault.reset === 'before') return void req.socket.destroy();
        if (fault.reset === 'after') {
          res.end = (() => {
            req.socket.destroy();
            return res;
          }) as Response['end'];
          return next();
        }
        if (fault.status === undefined) return next();
        res.status(fault.status).set(fault.headers ?? {});
        return void (typeof fault.body === 'string' ? res.send(fault.body) : res.json(fault.body ?? {}));
      };
      if (fault.latencyMs) setTimeout(act, fault.latencyMs);
      else act();
    };
  }
}
