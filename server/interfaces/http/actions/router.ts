import { Router, type NextFunction, type Request, type Response } from 'express';
import express from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { z } from 'zod';
import { Fault, type FaultKind } from '../../../domain/fault.ts';
import type { Log } from '../../../platform/log.ts';
import { timedOut } from '../../../workflows/actions/once.ts';
import type { ActionLog } from '../../../workflows/ports/actions.ts';
import type { OrgCaller, TokenIssuer } from '../../../workflows/ports/orgClients.ts';
import { OPERATIONS, type AnswerOf, type Operation, type OperationId, type RequestOf } from './schemas.ts';

/** What carries the operations out. @throws Fault */
export type Actions = {
  [T in OperationId]: (caller: OrgCaller, request: RequestOf<T>) => Promise<AnswerOf<T>>;
};

export type ActionOptions = {
  actions: Actions;
  issuer: TokenIssuer;
  audit: ActionLog;
  /** Counts a call. @returns seconds to wait when there are too many of them; null otherwise */
  tooMany: (caller: OrgCaller, userId: string) => Promise<number | null>;
  log: Log;
  metrics: Registry;
  /** Flows wait for an answer; by then there is one, ms. */
  answerWithinMs?: number;
};

/** Largest request that is read; a request is a handful of ids. */
const LARGEST_BODY = '16kb';

const STATUS: Readonly<Record<FaultKind, number>> = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  unavailable: 503,
  bug: 503,
};

/** What the workflows refuse with is meant for people; anything else is not, and is logged. */
const UNAVAILABLE = new Fault({
  code: 'action_unavailable',
  kind: 'unavailable',
  publicText: 'This cannot be done now. Try again in a few minutes; if it stays so, tell your administrator.',
  retryAfterMs: 5000,
});

const unreadable = (publicText: string): Fault =>
  new Fault({ code: 'request_unreadable', kind: 'invalid', publicText });

const TOO_LARGE = 'The request is too large.';

/** Ids as the call gave them, to be noted whatever is wrong with it. */
function textIn(body: unknown, name: string): string {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : null;
  return typeof value === 'string' ? value : '';
}

/** What a request is about, besides the Account. */
function subjectOf({ shape }: z.ZodObject, body: unknown): string | null {
  const name = ['invoiceKey', 'opportunityId'].find((one) => one in shape);
  return name === undefined ? null : textIn(body, name);
}

function parsed<T extends z.ZodObject>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw unreadable(
    field === '' ? 'The request is no JSON object.' : `The field ${field} of the request is missing or cannot be read.`,
  );
}

/** Faults that workflows of actions made for people have no `salesforce_`, `stripe_` or `zuora_` of a connector before them. */
function forPeople(error: unknown): Fault {
  if (!(error instanceof Fault) || error.kind === 'bug') return UNAVAILABLE;
  return /^(salesforce|stripe|zuora|upstream|limits?)_/.test(error.code) ? UNAVAILABLE : error;
}

/** `POST /actions/<operation>` for orgs: token, then the shape, then what the operation itself checks. */
export function createActionRouter(options: ActionOptions): Router {
  const { actions, issuer, audit, tooMany, log, metrics, answerWithinMs = 4_800 } = options;
  const seconds = new Histogram({
    name: 'billing360_action_seconds',
    help: 'Time to answer what people of an org asked for, by operation',
    labelNames: ['operation'] as const,
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 5, 10],
    registers: [metrics],
  });
  const outcomes = new Counter({
    name: 'billing360_actions_total',
    help: 'What people of an org asked for, by operation and outcome: done, or a code of docs/errors.md',
    labelNames: ['operation', 'outcome'] as const,
    registers: [metrics],
  });

  function refuse(response: Response, operation: string, fault: Fault, status = STATUS[fault.kind]): void {
    outcomes.inc({ operation, outcome: fault.code });
    if (fault.retryAfterMs !== undefined) response.set('Retry-After', String(Math.ceil(fault.retryAfterMs / 1000)));
    response.status(status).json({ code: fault.code, message: fault.publicText });
  }

  /** Notes a call of a known client that was refused before anything of it was read. */
  async function noteRefusal({ clientId }: OrgCaller, operation: string, outcome: string): Promise<void> {
    const nothing = { orgId: '', userId: '', accountId: '', subject: null };
    await audit.end(await audit.begin({ clientId, operation, ...nothing }), outcome);
  }

  /** RFC 6750: who presents a token that counts and has the scope; null when it was refused. */
  async function authorised(request: Request, response: Response, operation: string, scope: string) {
    const [, token] = /^Bearer (b360t_[\w-]{43})$/i.exec(request.headers.authorization ?? '') ?? [];
    const caller = token === undefined ? null : await issuer.check(token);
    if (caller === null) {
      response.set('WWW-Authenticate', 'Bearer realm="billing-360", error="invalid_token"');
      const publicText =
        'The org could not prove who it is. Tell your administrator: its credential for Billing 360 is missing or was ended.';
      refuse(response, operation, new Fault({ code: 'token_refused', kind: 'forbidden', publicText }), 401);
      return null;
    }
    if (caller.scopes.some((one) => one === scope)) return caller;
    response.set('WWW-Authenticate', `Bearer realm="billing-360", error="insufficient_scope", scope="${scope}"`);
    const publicText = 'The credential of this org may not do that. Tell your administrator.';
    await noteRefusal(caller, operation, 'scope_missing');
    refuse(response, operation, new Fault({ code: 'scope_missing', kind: 'forbidden', publicText }));
    return null;
  }

  /** The answer, or after its time that there is none yet; what is under way goes on and is noted when it ends. */
  async function inTime(work: Promise<unknown>): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(timedOut()), answerWithinMs);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }

  async function carryOut(id: OperationId, caller: OrgCaller, body: unknown): Promise<unknown> {
    const { request }: Operation = OPERATIONS[id];
    const entry = await audit.begin({
      clientId: caller.clientId,
      orgId: textIn(body, 'organizationId'),
      userId: textIn(body, 'userId'),
      operation: id,
      accountId: textIn(body, 'accountId'),
      subject: subjectOf(request, body),
    });
    let outcome = 'done';
    try {
      const waitSeconds = await tooMany(caller, textIn(body, 'userId'));
      if (waitSeconds !== null)
        throw new Fault({
          code: 'too_many_requests',
          kind: 'rate_limited',
          publicText: `Too much was asked for at once. Try again in ${waitSeconds} s.`,
          retryAfterMs: waitSeconds * 1000,
        });
      const run = actions[id] as (caller: OrgCaller, request: unknown) => Promise<unknown>;
      return await run(caller, parsed(request, body));
    } catch (error) {
      const fault = forPeople(error);
      outcome = fault.code;
      if (fault === UNAVAILABLE || fault.cause !== undefined)
        log.warn({ err: error instanceof Fault ? (error.cause ?? error) : error, operation: id }, 'An action failed');
      throw fault;
    } finally {
      await audit.end(entry, outcome);
    }
  }

  const router = Router();
  router.use('/actions', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  for (const id of Object.keys(OPERATIONS) as OperationId[]) {
    const { name, scope }: Operation = OPERATIONS[id];
    const path = `/actions/${name}`;
    const json = express.json({ type: () => true, limit: LARGEST_BODY, inflate: false });
    router.post(
      path,
      async (request, response, next) => {
        const caller = await authorised(request, response, id, scope);
        if (caller === null) return;
        response.locals['caller'] = caller;
        next();
      },
      json,
      async (request, response) => {
        const end = seconds.startTimer({ operation: id });
        try {
          response.json(await inTime(carryOut(id, response.locals['caller'] as OrgCaller, request.body)));
          outcomes.inc({ operation: id, outcome: 'done' });
        } catch (error) {
          refuse(response, id, forPeople(error));
        } finally {
          end();
        }
      },
    );
    router.all(path, (_request, response) => {
      response.set('Allow', 'POST');
      refuse(response, id, unreadable('Ask by POST.'), 405);
    });
    router.use(path, async (error: unknown, _request: Request, response: Response, _next: NextFunction) => {
      const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 503;
      if (status >= 500) {
        log.error({ err: error, operation: id }, 'An action failed');
        return refuse(response, id, UNAVAILABLE);
      }
      const fault = unreadable(status === 413 ? TOO_LARGE : 'The request is no JSON.');
      await noteRefusal(response.locals['caller'] as OrgCaller, id, fault.code);
      refuse(response, id, fault, status === 413 ? 413 : 400);
    });
  }
  return router;
}
