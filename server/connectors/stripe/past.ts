import type Stripe from 'stripe';
import { z } from 'zod';
import { withPriority } from '../../platform/priority.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { changesIn } from './changes.ts';
import type { StripeContext } from './context.ts';
import { toStripeFault } from './errors.ts';
import { receivedFrom } from './events.ts';
import { isLostPlace, pagesOf } from './pages.ts';

/** Stripe keeps events for 30 days (Stripe docs, "Events"); asking for a little less is never refused. */
export const KEPT_SECONDS = 30 * 86_400 - 3_600;
/** Of every sweep so many pages are these. */
const PAGES_A_SWEEP = 20;

const seconds = z.number().int().nonnegative();

/** Where the way back through what was done to subscriptions is; kept in the cursor of the sweep. */
export const pastSchema = z.object({
  /** Provider times between which events are read, s: the first counts, the last does not. */
  from: seconds,
  before: seconds,
  /** Id of the event that it goes on after; null at the newest. */
  after: z.string().nullable(),
});
export type Past = z.infer<typeof pastSchema>;

/** @param since provider time from which sweeps tell what happens, s */
export const pastBefore = (since: number): Past => ({ from: since - KEPT_SECONDS, before: since, after: null });

/**
 * Reads the next pages of what was done to subscriptions before a connection began: it stands in events alone, not in
 * what there is now. Only events that tell a change are taken.
 * @returns where it goes on; null when all that Stripe still has was read
 * @throws Fault when Stripe refuses; what may pass is tried again at the next sweep, from the page that it failed at
 */
export type PastSweep = (past: Past, take: (events: ReceivedEvent[]) => Promise<void>) => Promise<Past | null>;

export function createPastSweep(stripe: Stripe, context: StripeContext, pagesASweep = PAGES_A_SWEEP): PastSweep {
  return async (past, take) => {
    const created = { gte: past.from, lt: past.before };
    const read = (after: { starting_after?: string }) =>
      stripe.events.list({ type: 'customer.subscription.*', limit: 100, created, ...after });
    let place = past;
    let pages = 0;
    try {
      return await withPriority('batch', async () => {
        for await (const page of pagesOf(read, past.after ?? undefined)) {
          const told = receivedFrom(
            context.connection,
            page.data,
            (event) => event.object === 'event' && changesIn(event, context).length > 0,
          );
          if (told.length > 0) await take(told);
          const last = page.data.at(-1)?.id;
          if (!page.has_more || last === undefined) return null;
          place = { ...past, after: last };
          pages += 1;
          if (pages >= pagesASweep) break;
        }
        return place;
      });
    } catch (error) {
      // Events that are too old go while others are read.
      if (isLostPlace(error)) return { ...past, after: null };
      const fault = toStripeFault(error, 'looking for earlier changes');
      if (fault.retryable) return place;
      throw fault;
    }
  };
}
