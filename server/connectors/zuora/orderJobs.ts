import { createHash } from 'node:crypto';
import { z, type ZodType } from 'zod';
import { Fault, UNREADABLE_RETRY_MS } from '../../domain/fault.ts';
import type { Order } from '../../domain/order/order.ts';
import type { JobBook } from '../../workflows/ports/billingJobs.ts';
import { stuck, underWay } from '../../workflows/ports/orders.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraRefusal } from './errors.ts';
import { maybeText } from './schema.ts';

/** Order actions that a call may carry whose answer is waited for (Zuora API, "Create an order", limits). */
const MOST_AT_ONCE = 50;

/** First and longest wait between two looks at a job, ms; in between, half of what it has taken so far. */
const FIRST_LOOK_MS = 2_000;
const LONGEST_LOOK_MS = 120_000;

/** Zuora names no longest time of a job; nobody has heard of one that took as long, ms. */
export const STUCK_AFTER_MS = 3_600_000;
const STUCK_LOOK_MS = 600_000;
/** A preview by then, ms; what was begun an hour ago, and nobody asked for, is not what it would come to now. */
const PREVIEW_STUCK_AFTER_MS = 1_800_000;
const PREVIEW_FRESH_MS = 3_600_000;

/**
 * What is sold by a subscription that is made counts as an action each: it is charges that an order takes time for (Zuora docs,
 * "Orders performance guidance").
 * @returns whether Zuora might not answer in time, or takes no order as large at once
 */
export function isLarge({ actions }: Pick<Order, 'actions'>): boolean {
  const size = actions.reduce((sum, one) => sum + (one.type === 'CreateSubscription' ? one.plans.length : 1), 0);
  return size > MOST_AT_ONCE;
}

/** Answer to POST /v1/async/orders and /v1/async/orders/preview. */
const begunSchema = z.object({ jobId: z.string().min(1) });
/** Answer of GET /v1/async-jobs/{jobId}. */
const jobSchema = z.object({ status: z.string(), errors: maybeText, result: z.unknown() });

export const orderJobKey = (connection: string, effectId: string): string => `${connection}:orderjob:${effectId}`;
export const previewJobKey = (connection: string, { number }: Order, body: object): string =>
  `${connection}:previewjob:${number}:${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}`;

/** `[40000050] Operation failed …`: codes of jobs stand in brackets before the words (seen live). Words alone are of rules. */
function reasonIn(errors: string | null): { code: string; message: string } {
  const [, code, message] = /^\s*\[(\d{8})\]\s*([\s\S]*)$/.exec(errors ?? '') ?? [];
  return { code: code ?? '00000030', message: message ?? errors ?? '' };
}

/** @returns the fault of a job that could not be looked at, which says nothing about what it does */
function unseen(fault: Fault): Fault {
  const { code, kind, publicText, retryable, retryAfterMs, notTried, context } = fault;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new Fault({
    code,
    kind,
    publicText,
    retryable,
    ...wait,
    notTried,
    outcomeUnknown: true,
    context,
    cause: fault,
  });
}

/** @returns the fault of a job that the tenant knows nothing of */
const lost = (doing: string, cause?: Fault): Fault =>
  new Fault({
    code: 'order_job_lost',
    kind: 'unavailable',
    publicText: `Zuora does not know any more what became of its job while ${doing}; it is tried again.`,
    cause,
  });

const unreadable = (doing: string, { issues }: z.ZodError): Fault =>
  new Fault({
    code: 'zuora_answer_unreadable',
    kind: 'bug',
    retryable: true,
    retryAfterMs: UNREADABLE_RETRY_MS,
    publicText: `A job of Zuora came to something in a shape that is not known here while ${doing} (${issues[0]?.path.join('.') ?? ''}). Update Billing 360, or report it.`,
  });

/** How a job ended: with what it was for, or why it did not. */
export type Ended<T> = { result: T } | { failed: Fault };

/** What is asked of a job. */
type Question<T> = {
  key: string;
  doing: string;
  schema: ZodType<T>;
  /** What people are told while it goes on. */
  told: string;
  stuckAfterMs: number;
  onStuck: (job: string) => Fault | Promise<Fault>;
};

export type OrderJobs = {
  /** Has an order made. @param idempotencyKey as in `ZuoraClient.effect`, whose Faults it throws */
  begin(key: string, body: object, idempotencyKey: string): Promise<void>;
  /**
   * @returns how the job of an order ended; null where none is known. It is not known any more then.
   * @throws Fault `underWay`, `stuck`; with `outcomeUnknown` where it could not be looked at
   */
  placed<T>(key: string, order: Order, schema: ZodType<T>): Promise<Ended<T> | null>;
  /**
   * @returns what a preview says; begun where none is known, and known until it is forgotten
   * @throws Fault as `placed`; why it ended without one
   */
  previewed<T>(key: string, body: object, schema: ZodType<T>): Promise<T>;
  forget(keys: readonly string[]): Promise<void>;
};

/** Orders and previews that a tenant works off after it has answered. Which job it is, is committed before it is looked at. */
export function createOrderJobs(
  client: ZuoraClient,
  jobs: JobBook,
  refused: (refusal: ZuoraRefusal) => Fault,
): OrderJobs {
  async function read(id: string, doing: string): Promise<z.infer<typeof jobSchema> | null> {
    try {
      return (await client.get(doing, `/v1/async-jobs/${encodeURIComponent(id)}`, [], jobSchema)).data;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.kind === 'not_found') return null;
      throw unseen(error);
    }
  }

  async function ask<T>({ key, doing, schema, told, stuckAfterMs, onStuck }: Question<T>): Promise<Ended<T> | null> {
    const job = await jobs.of(key);
    if (job === null) return null;
    const found = await read(job.id, doing);
    if (found?.status === 'Completed') {
      const parsed = schema.safeParse(found.result);
      return parsed.success ? { result: parsed.data } : { failed: unreadable(doing, parsed.error) };
    }
    if (found === null || found.status === 'Failed') {
      await jobs.forget([key]);
      if (found === null) return { failed: lost(doing) };
      const body = { success: false, reasons: [reasonIn(found.errors)] };
      return { failed: refused({ status: 200, body, requestId: undefined, retryAfterMs: null, doing }) };
    }
    if (job.ageMs > stuckAfterMs) throw await onStuck(job.id);
    throw underWay(told, Math.min(LONGEST_LOOK_MS, Math.max(FIRST_LOOK_MS, job.ageMs / 2)));
  }

  return {
    async begin(key, body, idempotencyKey) {
      const doing = 'placing a large order';
      const { jobId } = await client.effect(doing, '/v1/async/orders', body, begunSchema, idempotencyKey, refused);
      await jobs.keep(key, jobId);
    },

    async placed(key, { number }, schema) {
      const ended = await ask({
        key,
        doing: 'looking at a large order',
        schema,
        told: 'Zuora works on this large order. It goes on by itself, and has its number here when Zuora is done.',
        stuckAfterMs: STUCK_AFTER_MS,
        onStuck: (job) =>
          stuck(
            `Zuora has worked on order ${number} for more than an hour. Ask the support of Zuora about job ${job}, and retry this when it has ended.`,
            STUCK_LOOK_MS,
          ),
      });
      if (ended !== null) await jobs.forget([key]);
      return ended;
    },

    async previewed(key, body, schema) {
      const doing = 'previewing a large order';
      const known = await jobs.of(key);
      if (known === null || known.ageMs > PREVIEW_FRESH_MS) {
        const { data } = await client.post(doing, '/v1/async/orders/preview', body, begunSchema, refused);
        await jobs.keep(key, data.jobId);
      }
      const ended = await ask({
        key,
        doing,
        schema,
        told: 'Zuora works out what this large order comes to. It goes on by itself.',
        stuckAfterMs: PREVIEW_STUCK_AFTER_MS,
        onStuck: async (job) => {
          await jobs.forget([key]);
          return stuck(
            `Zuora has not worked out within half an hour what a large order comes to. Ask the support of Zuora about job ${job}, and retry this.`,
            null,
          );
        },
      });
      if (ended !== null && 'result' in ended) return ended.result;
      throw ended?.failed ?? lost(doing);
    },

    forget: (keys) => jobs.forget(keys),
  };
}
