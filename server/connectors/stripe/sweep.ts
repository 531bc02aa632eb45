import type Stripe from 'stripe';
import { z } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { answeredAt } from './client.ts';
import { toStripeFault } from './errors.ts';
import { readEvent, toReceivedEvent } from './events.ts';

const DAY = 86_400;
/** Stripe keeps events for 30 days (Stripe docs, "Events"); asking for a little less is never refused. */
const OLDEST_SECONDS = 30 * DAY - 3_600;
/** Events may be listed a little later than they are stamped, so each sweep looks back this far. */
const OVERLAP_SECONDS = 120;

const cursorSchema = z.coerce.number().int().nonnegative();

type Take = (events: ReceivedEvent[]) => Promise<void>;

/** Kind of the events that the first sweep makes: a customer of whom no event is kept any more. */
const BACKFILL = 'backfill';

/** Asks for every customer once, so that those whose events are long gone are fetched, too. */
async function backfill(stripe: Stripe, connection: string, take: Take): Promise<Date> {
  let asOf: Date | null = null;
  let after: string | undefined;
  for (;;) {
    const page = await stripe.customers.list({ limit: 100, ...(after === undefined ? {} : { starting_after: after }) });
    asOf ??= answeredAt(page);
    const round = Math.floor(asOf.getTime() / 1000);
    if (page.data.length > 0)
      await take(
        page.data.map(({ id }) => ({
          connection,
          eventId: `${BACKFILL}:${round}:${id}`,
          kind: BACKFILL,
          key: keyOf(connection, 'account', id),
          occurredAt: null,
          payload: { customer: id },
        })),
      );
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return asOf;
  }
}

/** Takes in every event since a moment. @returns provider time of the first page */
async function sweepEvents(stripe: Stripe, connection: string, sinceSeconds: number, take: Take): Promise<Date> {
  let asOf: Date | null = null;
  let after: string | undefined;
  for (;;) {
    const page = await stripe.events.list({
      limit: 100,
      created: { gte: sinceSeconds },
      ...(after === undefined ? {} : { starting_after: after }),
    });
    asOf ??= answeredAt(page);
    const events = page.data.flatMap((listed) => {
      const payload = plain(listed);
      const event = readEvent(payload);
      // Rendered in the version that the account had at that time, which need not be the endpoint's.
      return event === null ? [] : [{ ...toReceivedEvent(connection, event, payload), isCopy: true }];
    });
    if (events.length > 0) await take(events);
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return asOf;
  }
}

/**
 * Looks for changes that no webhook told: at first through all customers, then through the events since the last time.
 * A cursor older than Stripe keeps events begins anew with the customers.
 */
export function createStripeSweep(stripe: Stripe, connection: string, businessNow: () => Date): ChangeSource {
  return {
    connection,
    async sweep(cursor, take) {
      const since = cursorSchema.safeParse(cursor ?? undefined);
      const oldest = Math.floor(businessNow().getTime() / 1000) - OLDEST_SECONDS;
      try {
        const seen =
          since.success && since.data > oldest
            ? await sweepEvents(stripe, connection, since.data - OVERLAP_SECONDS, take)
            : await backfill(stripe, connection, take);
        return { cursor: String(Math.floor(seen.getTime() / 1000)), checkedThrough: seen };
      } catch (error) {
        throw toStripeFault(error, 'looking for changes');
      }
    },
  };
}

/** The SDK's decimal objects become text, as they are in webhooks. */
function plain(event: Stripe.Event): object {
  return JSON.parse(JSON.stringify(event)) as object;
}
