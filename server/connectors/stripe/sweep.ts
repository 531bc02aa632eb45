import type Stripe from 'stripe';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { answeredAt } from './client.ts';
import { toStripeFault } from './errors.ts';
import { readEvent, toReceivedEvent } from './events.ts';
import { isLostPlace, pagesOf, type Page } from './pages.ts';
import { rotationSchema, type ListSweep, type Rotation } from './sweepLists.ts';

const DAY = 86_400;
/** Stripe keeps events for 30 days (Stripe docs, "Events"); asking for a little less is never refused. */
const OLDEST_SECONDS = 30 * DAY - 3_600;
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
};

const seconds = z.number().int().nonnegative();
const cursorSchema = z.preprocess(
  // The build before kept the time alone.
  (value) => (typeof value === 'number' ? { since: value, run: null, lists: null } : value),
  z.object({
    since: seconds,
    run: z.object({ top: seconds, after: z.string() }).nullable(),
    // The build before had none, and where it cannot be read a day is waited.
    lists: rotationSchema.nullable().catch(null),
  }),
);

/** @throws Fault for what cannot be read, or of which Stripe no longer keeps the events */
function readCursor(text: string | null, now: Date): Cursor {
  let cause: unknown;
  try {
    const cursor = cursorSchema.parse(JSON.parse(text ?? 'null'));
    if (cursor.since > Math.floor(now.getTime() / 1000) - OLDEST_SECONDS) return cursor;
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
 * @param listSweep what else is done once the events have been seen: see `createListSweep`; nothing when absent
 */
export function createStripeSweep(
  stripe: Stripe,
  connection: string,
  businessNow: () => Date,
  listSweep?: ListSweep,
): ChangeSource {
  function events(page: Page<{ id: string }>): ReceivedEvent[] {
    return page.data.flatMap((listed) => {
      const payload = plain(listed);
      const event = readEvent(payload);
      // Rendered in the version that the account had at that time, which need not be the endpoint's.
      return event === null ? [] : [{ ...toReceivedEvent(connection, event, payload), isCopy: true }];
    });
  }

  /** @returns where it ended, and the provider time up to which everything has been seen, s */
  async function sweepEvents(
    cursor: Omit<Cursor, 'lists'>,
    take: (events: ReceivedEvent[]) => Promise<void>,
  ): Promise<{ next: Omit<Cursor, 'lists'>; through: number }> {
    const created = { gte: cursor.since - OVERLAP_SECONDS };
    const read = (after: { starting_after?: string }) => stripe.events.list({ limit: 100, created, ...after });
    const unfinished = (run: Cursor['run']) => ({ next: { since: cursor.since, run }, through: cursor.since });
    let { run } = cursor;
    let pages = 0;
    try {
      for await (const page of pagesOf(read, run?.after)) {
        const top = run?.top ?? Math.floor(answeredAt(page).getTime() / 1000);
        const found = events(page);
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
      const { lists, ...cursor } = readCursor(text, businessNow());
      const { next, through } = await sweepEvents(cursor, take);
      // What events tell comes first: most of it is no news to the lists then.
      const turned = listSweep === undefined || next.run !== null ? lists : await listSweep(lists, take);
      return {
        cursor: JSON.stringify({ ...next, lists: turned } satisfies Cursor),
        checkedThrough: new Date(through * 1000),
      };
    },
  };
}

/** The SDK's decimal objects become text, as they are in webhooks. */
function plain(listed: object): object {
  return JSON.parse(JSON.stringify(listed)) as object;
}
