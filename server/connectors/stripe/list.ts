import type Stripe from 'stripe';
import { z } from 'zod';
import type { BillingAccountList } from '../../workflows/ports/billingAccountList.ts';
import { answeredAt } from './client.ts';
import { toStripeFault } from './errors.ts';
import { pastBefore } from './past.ts';

const cursorSchema = z.object({ after: z.string(), created: z.number().int() });

/** Lists customers, the newest first. */
export function createStripeList(stripe: Stripe, connection: string): BillingAccountList {
  /** The customer that a page ended with may be deleted since; those that are not newer come again then. */
  async function pageAfter({ after, created }: z.infer<typeof cursorSchema>) {
    try {
      return await stripe.customers.list({ limit: 100, starting_after: after });
    } catch (error) {
      if (toStripeFault(error, '').kind !== 'not_found') throw error;
      return stripe.customers.list({ limit: 100, created: { lte: created } });
    }
  }

  return {
    connection,
    async page(cursor) {
      try {
        const page =
          cursor === null
            ? await stripe.customers.list({ limit: 100 })
            : await pageAfter(cursorSchema.parse(JSON.parse(cursor)));
        const last = page.data.at(-1);
        return {
          ids: page.data.map(({ id }) => id),
          next: page.has_more && last !== undefined ? JSON.stringify({ after: last.id, created: last.created }) : null,
          asOf: answeredAt(page),
        };
      } catch (error) {
        throw toStripeFault(error, 'listing customers');
      }
    },
    sweepFrom(asOf) {
      const since = Math.floor(asOf.getTime() / 1000);
      return JSON.stringify({ since, run: null, lists: null, past: pastBefore(since) });
    },
  };
}
