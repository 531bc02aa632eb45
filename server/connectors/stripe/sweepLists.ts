import type Stripe from 'stripe';
import { z } from 'zod';
import { keyOf, type KeyKind } from '../../domain/billingAccount/key.ts';
import { withPriority } from '../../platform/priority.ts';
import { partsTakenBy, takesAccount, type BillingFilter } from '../../workflows/ports/billingFilter.ts';
import { PART_OF } from '../../workflows/ports/billingSystem.ts';
import type { MirrorLookup, MirrorRecord } from '../../workflows/ports/mirror.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { answeredAt } from './client.ts';
import type { StripeContext } from './context.ts';
import { toStripeFault } from './errors.ts';
import { GONE, isKnown, LISTED, saysOf, type ListedPayload } from './listed.ts';
import { ownerIn } from './locate.ts';
import { isLostPlace, pagesOf, type Page, type ReadPage } from './pages.ts';
import { customerSchema, objectSchema } from './schema.ts';

/** A round begins so long after the one before ended (real time, ms). */
const ROUND_MS = 86_400_000;
/** Of every sweep so many pages are these: with one a minute less than 2 % of what Stripe allows a sandbox. */
const PAGES_A_SWEEP = 20;
/** So many mirrored customers are looked for in one round; of more, the next ones in the next round. */
const MOST_EXPECTED = 20_000;

const LISTS = ['customers', 'subscriptions', 'schedules', 'invoices', 'creditNotes', 'charges'] as const;
type List = (typeof LISTS)[number];

const KINDS: Readonly<Record<List, { kind: KeyKind; object: string }>> = {
  customers: { kind: 'account', object: 'customer' },
  subscriptions: { kind: 'subscription', object: 'subscription' },
  // Those that have not begun, each of which stands for its subscription.
  schedules: { kind: 'subscription', object: 'subscription_schedule' },
  invoices: { kind: 'invoice', object: 'invoice' },
  creditNotes: { kind: 'creditnote', object: 'credit_note' },
  charges: { kind: 'payment', object: 'charge' },
};

/** Where the rotation through the lists is; kept in the cursor of the sweep. */
export const rotationSchema = z.object({
  /** Real time at which the last round ended, ms. */
  endedAt: z.number(),
  /** Last customer that was looked for, in the order of keys; null when the next round begins with the first. */
  lookedThrough: z.string().nullable(),
  run: z
    .object({
      /** Real time of its begin, ms; names its findings. */
      startedAt: z.number(),
      /** What is left to be read, the first one in part. */
      lists: z.array(z.enum(LISTS)),
      /** Id that the first list goes on after. */
      after: z.string().nullable(),
      /** Keys of customers that the mirror holds alive and that no page has had yet. */
      expected: z.array(z.string()),
    })
    .nullable(),
});
export type Rotation = z.infer<typeof rotationSchema>;

/**
 * Reads the next pages when a round is due or under way.
 * @param before null for the first time: what is there then has just been read
 * @throws Fault when Stripe refuses; what may pass is tried again at the next sweep, from the page that it failed at
 */
export type ListSweep = (
  before: Rotation | null,
  take: (events: ReceivedEvent[]) => Promise<void>,
) => Promise<Rotation>;

export type ListSweepDeps = {
  stripe: Stripe;
  context: StripeContext;
  mirror: MirrorLookup;
  filter: BillingFilter;
  /** Real time. */
  now: () => Date;
  /** Pages of one sweep. */
  pagesASweep?: number;
  /** Customers that are looked for in one round. */
  mostExpected?: number;
};

/** What the mirror holds of the objects on one page and of their customers. */
async function mirrored(mirror: MirrorLookup, keys: Iterable<string>): Promise<ReadonlyMap<string, MirrorRecord>> {
  const records = await mirror.recordsOf([...new Set(keys)]);
  return new Map(records.map((record) => [record.key, record]));
}

/**
 * Goes through the lists of objects, a few pages at a time and once a day, and compares them with the mirror: for what no
 * event told and none tells any more. Only what differs becomes an event. Of objects other than customers those of the
 * customers that the mirror has are compared: a customer that it lacks is read as a whole.
 */
export function createListSweep(deps: ListSweepDeps): ListSweep {
  const { stripe, context, mirror, filter, now, pagesASweep = PAGES_A_SWEEP, mostExpected = MOST_EXPECTED } = deps;
  const { connection } = context;
  const taken = partsTakenBy(filter);
  const lists = LISTS.filter((list) => taken.has(PART_OF[KINDS[list].kind]!));
  const read: Readonly<Record<List, ReadPage<{ id: string }>>> = {
    customers: (after) => stripe.customers.list({ limit: 100, ...after }),
    subscriptions: (after) => stripe.subscriptions.list({ status: 'all', limit: 100, ...after }),
    schedules: (after) => stripe.subscriptionSchedules.list({ scheduled: true, limit: 100, ...after }),
    invoices: (after) => stripe.invoices.list({ limit: 100, ...after }),
    creditNotes: (after) => stripe.creditNotes.list({ limit: 100, ...after }),
    charges: (after) => stripe.charges.list({ limit: 100, ...after }),
  };

  function eventOf(
    kind: string,
    billingAccountKey: string,
    payload: ListedPayload,
    { startedAt }: { startedAt: number },
    occurredAt: Date,
  ): ReceivedEvent {
    const eventId = `${kind}:${startedAt}:${payload.key}`;
    // A page that is read again may tell it a little differently.
    return { connection, eventId, kind, key: billingAccountKey, occurredAt, payload, isCopy: true };
  }

  function isWanted(listed: unknown): boolean {
    const customer = customerSchema.safeParse(listed).data;
    return customer === undefined || takesAccount(filter, customer.currency?.toUpperCase() ?? null, customer.metadata);
  }

  async function differing(
    list: List,
    page: Page<{ id: string }>,
    run: { startedAt: number },
  ): Promise<ReceivedEvent[]> {
    const listedAt = answeredAt(page);
    const entries = page.data.flatMap((entry) => {
      // The SDK's decimal objects become text, as they are in answers.
      const listed = objectSchema.parse(JSON.parse(JSON.stringify(entry)));
      const owner = ownerIn(connection, listed);
      // The payment of a guest belongs to nobody.
      return owner === null ? [] : [{ key: keyOf(connection, KINDS[list].kind, entry.id), owner, listed }];
    });
    const known = await mirrored(
      mirror,
      entries.flatMap(({ key, owner }) => [key, owner]),
    );
    return entries.flatMap(({ key, owner, listed }) => {
      const account = known.get(owner);
      if (account?.deleted === true || (account === undefined && (key !== owner || !isWanted(listed)))) return [];
      const says = saysOf(listed, owner.slice(keyOf(connection, 'account', '').length), context);
      if (isKnown(says, listedAt, known.get(key))) return [];
      return [eventOf(`${LISTED}${KINDS[list].object}`, owner, { key, says }, run, listedAt)];
    });
  }

  async function begin({ endedAt, lookedThrough }: Rotation): Promise<Rotation> {
    const expected = await mirror.accountsAfter(connection, lookedThrough, mostExpected);
    const last = expected.length < mostExpected ? null : (expected.at(-1) ?? null);
    return { endedAt, lookedThrough: last, run: { startedAt: now().getTime(), lists, after: null, expected } };
  }

  /** @returns the rotation after one page of its first list */
  async function afterPage(
    before: Rotation & { run: NonNullable<Rotation['run']> },
    list: List,
    page: Page<{ id: string }>,
    take: (events: ReceivedEvent[]) => Promise<void>,
  ): Promise<Rotation> {
    const found = await differing(list, page, before.run);
    if (found.length > 0) await take(found);
    const run = { ...before.run };
    if (list === 'customers') {
      const seen = new Set(page.data.map(({ id }) => keyOf(connection, 'account', id)));
      run.expected = run.expected.filter((key) => !seen.has(key));
    }
    const last = page.data.at(-1)?.id;
    if (page.has_more && last !== undefined) return { ...before, run: { ...run, after: last } };
    if (list === 'customers' && run.expected.length > 0) {
      const at = answeredAt(page);
      await take(run.expected.map((key) => eventOf(GONE, key, { key, says: null }, run, at)));
      run.expected = [];
    }
    const left = run.lists.slice(1);
    return left.length > 0
      ? { ...before, run: { ...run, lists: left, after: null } }
      : { ...before, endedAt: now().getTime(), run: null };
  }

  return async function turn(before, take) {
    if (before === null) return { endedAt: now().getTime(), lookedThrough: null, run: null };
    if (before.run === null && now().getTime() - before.endedAt < ROUND_MS) return before;
    let rotation = before;
    let pages = 0;
    try {
      if (rotation.run === null) rotation = await begin(rotation);
      await withPriority('batch', async () => {
        while (rotation.run !== null && pages < pagesASweep) {
          const { lists: left, after } = rotation.run;
          const list = left[0]!;
          for await (const page of pagesOf(read[list], after ?? undefined)) {
            rotation = await afterPage({ ...rotation, run: rotation.run! }, list, page, take);
            pages += 1;
            if (pages >= pagesASweep) break;
          }
        }
      });
      return rotation;
    } catch (error) {
      if (isLostPlace(error) && rotation.run !== null) return { ...rotation, run: { ...rotation.run, after: null } };
      const fault = toStripeFault(error, 'going through lists');
      if (fault.retryable) return rotation;
      throw fault;
    }
  };
}
