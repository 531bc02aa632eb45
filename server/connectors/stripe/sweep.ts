import type Stripe from 'stripe';
import { z } from 'zod';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import { answeredAt } from './client.ts';
import { toStripeFault } from './errors.ts';
import { toReceivedEvent } from './events.ts';

const DAY = 86_400;
/** Stripe keeps events for 30 days (Stripe docs, "Events"); asking for a little less is never refused. */
const OLDEST_SECONDS = 30 * DAY - 3_600;
/** The first sweep of a new connection: what is older is read by fetching, not by events. */
const FIRST_SECONDS = DAY;
/** Events may be listed a little later than they are stamped, so each sweep looks back this far. */
const OVERLAP_SECONDS = 120;

const cursorSchema = z.coerce.number().int().nonnegative();

/** Looks through Stripe's list of events, oldest page last, for what no webhook brought. */
export function createStripeSweep(stripe: Stripe, connection: string): ChangeSource {
  return {
    connection,
    async sweep(cursor, take) {
      const parsed = cursorSchema.safeParse(cursor ?? undefined);
      let after: string | undefined;
      let startedAt: number | null = null;
      let since = 0;
      try {
        for (;;) {
          const page = await stripe.events.list({
            limit: 100,
            ...(since === 0 ? {} : { created: { gte: since } }),
            ...(after === undefined ? {} : { starting_after: after }),
          });
          if (startedAt === null) {
            startedAt = Math.floor(answeredAt(page).getTime() / 1000);
            const from = parsed.success ? parsed.data - OVERLAP_SECONDS : startedAt - FIRST_SECONDS;
            since = Math.max(from, startedAt - OLDEST_SECONDS, 1);
          }
          const recent = page.data.filter(({ created }) => created >= since);
          const events = recent
            .map((event) => toReceivedEvent(connection, plain(event)))
            .filter((event) => event !== null);
          if (events.length > 0) await take(events);
          after = page.data.at(-1)?.id;
          if (!page.has_more || after === undefined || recent.length < page.data.length) break;
        }
      } catch (error) {
        throw toStripeFault(error, 'looking through the events');
      }
      return { cursor: String(startedAt), checkedThrough: new Date(startedAt * 1000) };
    },
  };
}

/** The SDK's decimal objects become text, as they are in webhooks. */
function plain(event: Stripe.Event): unknown {
  return JSON.parse(JSON.stringify(event));
}
