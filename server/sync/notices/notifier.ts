import { Counter, type Registry } from 'prom-client';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import type { BatchReads } from '../../workflows/ports/org.ts';
import type { NoticeLook, OwnerNotice, OwnerNotices } from '../../workflows/ports/ownerNotices.ts';
import { backoffMs } from '../backoff.ts';
import { MAX_ATTEMPTS } from '../keys/bump.ts';
import { repeat } from '../repeat.ts';
import { endNotices, failNotices, takeNotices } from './store.ts';

const EVERY_MS = 5000;
/** Longer than Salesforce works on a call: what is not in the feed by then is not on its way any more. */
const UNKNOWN_WAIT_MS = 600_000;
/** Time from taking notices to sending them after which they are left to whoever takes them next. */
const MOST_MS_TO_SEND = 120_000;
const RETRY_BASE_MS = 2000;
const RETRY_CAP_MS = 300_000;

export type NotifierOptions = {
  db: Db;
  notices: OwnerNotices;
  /** Calls that can wait. */
  batch: BatchReads;
  log: Log;
  metrics: Registry;
  random?: () => number;
};

export type Notifier = {
  start(): void;
  stop(): Promise<void>;
  /** Works off notices whose time has come. @returns how many it took */
  tick(): Promise<number>;
};

/**
 * Tells owners of deals once. A notice is taken before anything is sent, what the org holds is read before every try, and
 * after a call without an answer nothing is sent until it is certain that the call is over. So a process that dies, or an
 * answer that is lost, costs time and never a second notice.
 */
export function createNotifier({ db, notices, batch, log, metrics, random }: NotifierOptions): Notifier {
  const ended = new Counter({
    name: 'billing360_owner_notices_total',
    help: 'Notices to owners of Opportunities that the product made, by outcome (told, nobody, refused)',
    labelNames: ['outcome'] as const,
    registers: [metrics],
  });

  /** A call failed as a whole. @param sent whether notices may be on their way */
  async function failed(error: unknown, dealKeys: readonly string[], sent: boolean): Promise<void> {
    const fault = error instanceof Fault ? error : null;
    const isUnknown = sent && (fault === null || fault.outcomeUnknown);
    const code = fault?.code ?? 'internal';
    const message = fault?.publicText ?? 'The notice failed inside the server; its log says why.';
    // An org that does not answer, or has no calls left, is nothing that anybody could mend at the notice.
    const passes = fault?.kind === 'unavailable' || fault?.kind === 'rate_limited';
    const waitMs = Math.max(fault?.retryAfterMs ?? 0, backoffMs(3, RETRY_BASE_MS, RETRY_CAP_MS, random));
    await failNotices(db, { dealKeys, code, message, tries: passes ? 0 : 1 }, isUnknown ? null : waitMs, MAX_ATTEMPTS);
    log.warn({ err: error, count: dealKeys.length }, 'Owners could not be told of Opportunities');
  }

  async function send(some: readonly OwnerNotice[]): Promise<void> {
    const refusals = await batch(() => notices.send(some));
    const told = some.filter((_notice, index) => refusals[index] === null);
    await endNotices(
      db,
      told.map(({ dealKey }) => ({ dealKey, why: null })),
    );
    ended.inc({ outcome: 'told' }, told.length);
    for (const [index, { dealKey }] of some.entries()) {
      const refusal = refusals[index];
      if (refusal == null) continue;
      await failNotices(db, { dealKeys: [dealKey], ...refusal, tries: null }, 0, MAX_ATTEMPTS);
      ended.inc({ outcome: 'refused' });
    }
  }

  async function tick(): Promise<number> {
    const takenAt = performance.now();
    const dealKeys = await takeNotices(db, notices.most, UNKNOWN_WAIT_MS);
    if (dealKeys.length === 0) return 0;
    let looks: ReadonlyMap<string, NoticeLook>;
    try {
      looks = await batch(() => notices.look(dealKeys));
    } catch (error) {
      await failed(error, dealKeys, false);
      return dealKeys.length;
    }
    const over = [...looks].flatMap(([dealKey, look]) =>
      look.found === 'owner' ? [] : [{ dealKey, why: look.found === 'nobody' ? look.why : null }],
    );
    await endNotices(db, over);
    ended.inc({ outcome: 'nobody' }, over.filter(({ why }) => why !== null).length);
    const open = [...looks.values()].flatMap((look) => (look.found === 'owner' ? [look.notice] : []));
    if (open.length === 0 || performance.now() - takenAt > MOST_MS_TO_SEND) return dealKeys.length;
    try {
      await send(open);
    } catch (error) {
      const left = open.map(({ dealKey }) => dealKey);
      await failed(error, left, true);
    }
    return dealKeys.length;
  }

  const loop = repeat(
    async () => ((await tick()) === notices.most ? 0 : EVERY_MS),
    EVERY_MS,
    (error) => log.warn({ err: error }, 'Owners of Opportunities could not be told'),
  );
  return { start: () => loop.start(), stop: () => loop.stop(), tick };
}
