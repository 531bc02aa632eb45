import type Stripe from 'stripe';
import { z } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { answeredAt } from './client.ts';
import { toStripeFault } from './errors.ts';
import { readEvent, toReceivedEvent } from './events.ts';
import { isLostPlace, pagesOf, type Page, type ReadPage } from './pages.ts';

const DAY = 86_400;
/** Stripe keeps events for 30 days (Stripe docs, "Events"); asking for a little less is never refused. */
const OLDEST_SECONDS = 30 * DAY - 3_600;
/** Events may be listed a little later than they are stamped, so each sweep looks back this far. */
const OVERLAP_SECONDS = 120;
/** A sweep stops here and goes on the next time, so that what was seen is kept when a process dies. */
const MOST_PAGES = 500;

/** Kind of the events that a sweep over all customers makes: of these no event is kept any more. */
const BACKFILL = 'backfill';

type Cursor = {
  /** Provider time up to which everything has been seen, s; null before the first sweep has ended. */
  since: number | null;
  /** A sweep that has not ended: the time of its first page, and the id that it goes on after. */
  run: { top: number; after: string } | null;
};

const seconds = z.number().int().nonnegative();
const cursorSchema = z.preprocess(
  // The build before kept the time alone.
  (value) => (typeof value === 'number' ? { since: value, run: null } : value),
  z.object({ since: seconds.nullable(), run: z.object({ top: seconds, after: z.string() }).nullable() }),
);

function readCursor(text: string | null): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(text ?? 'null'));
  } catch {
    return { since: null, run: null };
  }
}

/** Whether the events since the cursor are still kept; if not, all customers are read. */
function isKept(cursor: Cursor, now: Date): cursor is Cursor & { since: number } {
  return cursor.since !== null && cursor.since > Math.floor(now.getTime() / 1000) - OLDEST_SECONDS;
}

/**
 * Looks for changes that no webhook told: at first through all customers, then through the events since the last time.
 * A cursor older than Stripe keeps events begins anew with the customers. What fails on the way goes on where it was.
 */
export function createStripeSweep(stripe: Stripe, connection: string, businessNow: () => Date): ChangeSource {
  function customers(top: number, page: Page<{ id: string }>): ReceivedEvent[] {
    return page.data.map(({ id }) => ({
      connection,
      eventId: `${BACKFILL}:${top}:${id}`,
      kind: BACKFILL,
      key: keyOf(connection, 'account', id),
      occurredAt: null,
      payload: { customer: id },
    }));
  }

  function events(page: Page<{ id: string }>): ReceivedEvent[] {
    return page.data.flatMap((listed) => {
      const payload = plain(listed);
      const event = readEvent(payload);
      // Rendered in the version that the account had at that time, which need not be the endpoint's.
      return event === null ? [] : [{ ...toReceivedEvent(connection, event, payload), isCopy: true }];
    });
  }

  return {
    connection,
    async sweep(text, take) {
      const cursor = readCursor(text);
      const kept = isKept(cursor, businessNow());
      const read: ReadPage<{ id: string }> = kept
        ? (after) => stripe.events.list({ limit: 100, created: { gte: cursor.since - OVERLAP_SECONDS }, ...after })
        : (after) => stripe.customers.list({ limit: 100, ...after });
      const ended = (at: number) => ({
        cursor: JSON.stringify({ since: at, run: null } satisfies Cursor),
        checkedThrough: new Date(at * 1000),
      });
      const unfinished = (run: Cursor['run']) => ({
        cursor: JSON.stringify({ since: cursor.since, run } satisfies Cursor),
        checkedThrough: new Date((cursor.since ?? 0) * 1000),
      });
      let { run } = cursor;
      let pages = 0;
      try {
        for await (const page of pagesOf(read, run?.after)) {
          const top = run?.top ?? Math.floor(answeredAt(page).getTime() / 1000);
          const found = kept ? events(page) : customers(top, page);
          if (found.length > 0) await take(found);
          const last = page.data.at(-1)?.id;
          if (!page.has_more || last === undefined) return ended(top);
          run = { top, after: last };
          pages += 1;
          if (pages >= MOST_PAGES) break;
        }
        return unfinished(run);
      } catch (error) {
        // What a page ended with may have gone: the sweep begins anew from its mark.
        if (isLostPlace(error)) return unfinished(null);
        if (pages > 0) return unfinished(run);
        throw toStripeFault(error, 'looking for changes');
      }
    },
  };
}

/** The SDK's decimal objects become text, as they are in webhooks. */
function plain(listed: object): object {
  return JSON.parse(JSON.stringify(listed)) as object;
}
