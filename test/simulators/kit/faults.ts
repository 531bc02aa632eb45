import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { isSpoiltAnswer, spoil, SPOILT_ANSWERS, type SpoiltAnswer } from './spoiltAnswers.ts';

/** One fault to inject into calls of the service's paths; switches are never hit. */
export type Fault = {
  /** HTTP method; any when absent. */
  method?: string;
  /** Regular expression on the path; any path when absent. */
  path?: string;
  /** How many calls it hits; without end when absent. */
  times?: number;
  /** Waits before the call is handled, in ms. */
  latencyMs?: number;
  /** Waits for this before the call is handled; for whoever runs the simulator in its own process. */
  until?: Promise<unknown>;
  /** Answers this instead of handling the call. */
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON unless it is a string. */
  body?: unknown;
  /** With `status`: the call is handled first, so that its effect is made and only its answer is lost. */
  after?: boolean;
  /** Cuts the connection: before the call is handled, or after its effect was made. */
  reset?: 'before' | 'after';
  /** Spoils the answer, after the effect of the call was made. */
  answer?: SpoiltAnswer;
  /** Lets so many calls pass first. */
  skip?: number;
};

export class Faults {
  #faults: Fault[] = [];

  list(): readonly Fault[] {
    return this.#faults;
  }

  set(faults: readonly Fault[]): void {
    for (const fault of faults) {
      if (fault.path !== undefined) new RegExp(fault.path);
      if (fault.answer !== undefined && !isSpoiltAnswer(fault.answer))
        throw new Error(`answer must be one of ${SPOILT_ANSWERS.join(', ')}`);
    }
    this.#faults = faults.map((fault) => ({ ...fault }));
  }

  #take(method: string, path: string): Fault | undefined {
    const fault = this.#faults.find(
      (one) =>
        (one.method === undefined || one.method.toUpperCase() === method) &&
        (one.path === undefined || new RegExp(one.path).test(path)),
    );
    if (fault?.skip !== undefined && fault.skip-- > 0) return undefined;
    if (fault?.times !== undefined && --fault.times <= 0) this.#faults = this.#faults.filter((one) => one !== fault);
    return fault;
  }

  middleware(): RequestHandler {
    return (req: Request, res: Response, next: NextFunction) => {
      const fault = req.path.startsWith('/__sim/') ? undefined : this.#take(req.method, req.path);
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
        if (fault.answer !== undefined) spoil(res, fault.answer);
        if (fault.status === undefined) return next();
        if (!fault.after) return answer(res, fault);
        const end = res.end.bind(res);
        res.end = (() => {
          res.end = end as Response['end'];
          for (const name of res.getHeaderNames()) res.removeHeader(name);
          answer(res, fault);
          return res;
        }) as Response['end'];
        return next();
      };
      if (fault.until) void fault.until.then(act);
      else if (fault.latencyMs) setTimeout(act, fault.latencyMs);
      else act();
    };
  }
}

function answer(res: Response, { status = 500, headers = {}, body = {} }: Fault): void {
  res.status(status).set(headers);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (!res.get('Content-Type')) res.type(typeof body === 'string' ? 'html' : 'json');
  res.end(text);
}
