import type Stripe from 'stripe';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { answeredAt } from './client.ts';
import { toStripeFault } from './errors.ts';
import { receivedFrom } from './events.ts';
import { isLostPlace, pagesOf } from './pages.ts';
import { KEPT_SECONDS, pastSchema, type Past, type PastSweep } from './past.ts';
import { rotationSchema, type ListSweep, type Rotation } from './sweepLists.ts';

/** Events may be listed a little later than they are stamped, so each sweep looks back this far. */
const OVERLAP_SECONDS = 120;
/** A sweep stops here and goes on the next time, so that what was seen is kept when a process dies. */
const MOST_PAGES = 500;

type Cursor = {
  /** Provider time up to which everything has been seen, s. */
  since: number;
  /** A sweep that has not ended: the time of its first page, and the id that it goes on after. */
  run: { top: number; after: string } | null;
  /** Where the rotation through the lists of objects is; null before the first time. */
  lists: Rotation | null;
  /** What is left to be read of what was before the connection began; null when nothing is. */
  past: Past | null;
};

/** What of the cursor sweeping events moves. */
type Swept = Pick<Cursor, 'since' | 'run'>;

const seconds = z.number().int().nonnegative();
const cursorSchema = z.preprocess(
  // The build before kept the time alone.
  (value) => (typeof value === 'number' ? { since: value, run: null, lists: null, past: null } : value),
  z.object({
    since: seconds,
    run: z.object({ top: seconds, after: z.string() }).nullable(),
    // The build before had none, and where it cannot be read a day is waited.
    lists: rotationSchema.nullable().catch(null),
    // The build before had heard of everything since it began.
    past: pastSchema.nullable().catch(null),
  }),
);

/** @throws Fault for what cannot be read, or of which Stripe no longer keeps the events */
function readCursor(text: string | null, now: Date): Cursor {
  let cause: unknown;
  try {
    const cursor = cursorSchema.parse(JSON.parse(text ?? 'null'));
    if (cursor.since > Math.floor(now.getTime() / 1000) - KEPT_SECONDS) return cursor;
  } catch (error) {
    cause = error;
  }
  throw new Fault({
    code: 'changes_forgotten',
    kind: 'not_found',
    publicText:
      'Stripe keeps events for 30 days, and it is not known what changed before them: everything is read anew.',
    cause,
  });
}

/**
 * Looks for changes that no webhook told, through the events since the last time. What fails on the way goes on where it
 * was.
 *
 * @param more what else is done once the events have been seen: see `createListSweep` and `createPastSweep`; nothing when
 * absent
 */
export function createStripeSweep(
  stripe: Stripe,
  connection: string,
  businessNow: () => Date,
  more: { lists?: ListSweep | undefined; past?: PastSweep | undefined } = {},
): ChangeSource {
  /** @returns where it ended, and the provider time up to which everything has been seen, s */
  async function sweepEvents(
    cursor: Swept,
    take: (events: ReceivedEvent[]) => Promise<void>,
  ): Promise<{ next: Swept; through: number }> {
    const created = { gte: cursor.since - OVERLAP_SECONDS };
    const read = (after: { starting_after?: string }) => stripe.events.list({ limit: 100, created, ...after });
    const unfinished = (run: Cursor['run']) => ({ next: { since: cursor.since, run }, through: cursor.since });
    let { run } = cursor;
    let pages = 0;
    try {
      for await (const page of pagesOf(read, run?.after)) {
        const top = run?.top ?? Math.floor(answeredAt(page).getTime() / 1000);
        const found = receivedFrom(connection, page.data);
        if (found.length > 0) await take(found);
        const last = page.data.at(-1)?.id;
        if (!page.has_more || last === undefined) return { next: { since: top, run: null }, through: top };
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
  }

  return {
    connection,
    async sweep(text, take) {
      const { lists, past, ...cursor } = readCursor(text, businessNow());
      const { next, through } = await sweepEvents(cursor, take);
      // What events tell comes first: most of it is no news to the lists then.
      const isUnfinished = next.run !== null;
      const turned = more.lists === undefined || isUnfinished ? lists : await more.lists(lists, take);
      const left = past === null || more.past === undefined || isUnfinished ? past : await more.past(past, take);
      return {
        cursor: JSON.stringify({ ...next, lists: turned, past: left } satisfies Cursor),
        checkedThrough: new Date(through * 1000),
      };
    },
  };
}
