import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import type { Invoice } from '../../domain/invoice/invoice.ts';
import { money } from '../../domain/money/money.ts';
import type { BillingPart, BillingRecord, BillingSystem, EventReading } from '../ports/billingSystem.ts';
import type { KeyClaim, KeyResult, StoredEvent } from '../ports/keyWork.ts';
import type { AccountLink } from '../ports/mirror.ts';
import { refreshBillingAccount } from './refreshBillingAccount.ts';

const KEY = 'stripe:account:cus_1';
const INVOICE = 'stripe:invoice:in_1';
const NOW = new Date('2026-11-21T09:00:00Z');

function at(second: number): Date {
  return new Date(NOW.getTime() + second * 1000);
}

const OF_STRIPE = { connection: 'stripe', source: 'Stripe' as const, billingAccountKey: KEY };

function invoice(minor: number, key = INVOICE): Invoice {
  const amount = money(minor, 'USD');
  return sample.invoice({ ...OF_STRIPE, key, number: key, amount, balance: amount });
}

function account(accountId: string | null): BillingRecord {
  const body = sample.billingAccount({ connection: 'stripe', source: 'Stripe', key: KEY, number: 'cus_1', accountId });
  return { key: KEY, kind: 'account', billingAccountKey: KEY, asOf: at(0), version: 0, deleted: false, body };
}

function record(minor: number, second: number, key = INVOICE): BillingRecord {
  return {
    key,
    kind: 'invoice',
    billingAccountKey: KEY,
    asOf: at(second),
    version: 0,
    deleted: false,
    body: invoice(minor, key),
  };
}

function meteredSubscription(): BillingRecord {
  const key = 'stripe:subscription:sub_1';
  const body = sample.subscription({ ...OF_STRIPE, key, number: 'sub_1', charges: [sample.charge({ kind: 'usage' })] });
  return { key, kind: 'subscription', billingAccountKey: KEY, asOf: at(10), version: 0, deleted: false, body };
}

/** An event whose payload is a complete invoice, null for one that has to be fetched, or that it is gone. */
function event(id: string, second: number, minor: number | 'gone' | null): StoredEvent {
  // Ids are chosen so that none is the one in a hundred that is fetched to be checked.
  return {
    id,
    connection: 'stripe',
    eventId: id,
    kind: 'invoice.updated',
    occurredAt: at(second),
    receivedAt: NOW,
    payload: minor,
  };
}

/** What an event names without its state: it asks for `part`, exactly until the mirror holds `amount` of its invoice. */
type Named = { part: BillingPart; amount?: number };

function readNamed({ part, amount }: Named, mirrored: ReadonlyMap<string, BillingRecord>): EventReading {
  const held = (mirrored.get(INVOICE)?.body as Invoice | undefined)?.amount.minor;
  return {
    records: [],
    fetch: amount !== undefined && held === amount ? [] : [part],
    about: [],
    isExact: amount !== undefined,
  };
}

function named(id: string, payload: Named, receivedAt = NOW): StoredEvent {
  return { ...event(id, 15, null), occurredAt: null, payload, receivedAt };
}

type World = {
  known: BillingRecord[];
  /** null when the billing account is gone. */
  current: BillingRecord[] | null;
  now: number;
  link?: AccountLink;
  owner?: string | null;
  /** Of a billing account that is not found; see FetchedBillingAccount. */
  deleted?: boolean | null;
  realNow?: Date;
  /** A filter leaves it out. */
  excluded?: boolean;
  readsMayLag?: boolean;
};

function rig(world: World) {
  const fetched: BillingPart[][] = [];
  const differing: string[] = [];
  const unknownWords: string[] = [];
  const billing: BillingSystem = {
    connection: 'stripe',
    readsMayLag: world.readsMayLag ?? false,
    fetch(_id, parts) {
      fetched.push([...parts]);
      const { current } = world;
      if (current === null)
        return Promise.resolve({ found: false, deleted: world.deleted ?? null, asOf: at(world.now) });
      if (world.excluded) return Promise.resolve({ found: true, billingAccountKey: KEY, parts: [], excluded: true });
      const kinds = {
        account: 'account',
        subscriptions: 'subscription',
        invoices: 'invoice',
        memos: 'memo',
        payments: 'payment',
        usage: 'usage',
      };
      return Promise.resolve({
        found: true,
        billingAccountKey: KEY,
        parts: parts.map((part) => ({
          part,
          asOf: at(world.now),
          records: current.filter(({ kind }) => kind === kinds[part]).map((one) => ({ ...one, asOf: at(world.now) })),
        })),
      });
    },
    read: (stored, mirrored) =>
      typeof stored.payload === 'object' && stored.payload !== null
        ? readNamed(stored.payload as Named, mirrored)
        : stored.payload === 'gone'
          ? { records: [{ ...record(0, 0), asOf: stored.occurredAt!, deleted: true }], fetch: [], about: [INVOICE] }
          : stored.payload === null
            ? { records: [], fetch: ['invoices'], about: [INVOICE] }
            : {
                records: [{ ...record(stored.payload as number, 0), asOf: stored.occurredAt! }],
                fetch: [],
                about: [INVOICE],
              },
    whereIs: () => Promise.resolve(world.owner ?? null),
  };
  const handler = refreshBillingAccount({
    mirror: {
      ofBillingAccount: () => Promise.resolve(world.known),
      linkOf: () => Promise.resolve(world.link ?? null),
    },
    billing,
    usagePollSeconds: 300,
    onSnapshotDiffers: (key) => differing.push(key),
    onUnknownWord: (what) => unknownWords.push(what),
  });
  return {
    fetched,
    differing,
    unknownWords,
    run: (events: StoredEvent[], more: Partial<KeyClaim> = {}): Promise<KeyResult> =>
      handler({
        key: KEY,
        events,
        claimedAt: world.realNow ?? NOW,
        attempt: 1,
        pollAt: null,
        pollOnly: false,
        batch: false,
        refetch: [],
        ...more,
      }),
  };
}

function amounts(result: KeyResult): (number | 'gone')[] {
  return (result.mirror ?? [])
    .filter(({ record: one }) => one.kind === 'invoice')
    .map(({ record: one }) => (one.deleted ? 'gone' : (one.body as Invoice).amount.minor));
}

describe('refreshing a billing account', () => {
  const known = [account('001000000000001AAA'), record(100, 10)];
  const metered = [...known, meteredSubscription()];
  const link = { billingAccountKey: KEY, accountId: '001000000000001AAA' };

  test('an older event is done without a fetch and without a write', async () => {
    const { fetched, run } = rig({ known, current: known, now: 20, link });
    expect(await run([event('e1', 9, null), event('e2', 5, 50)])).toEqual({
      done: ['e1', 'e2'],
      mirror: [],
      link,
      dirty: [],
    });
    expect(fetched).toEqual([]);
  });

  test('one that a filter leaves out is forgotten, and its Account projected anew', async () => {
    const { fetched, run } = rig({ known, current: known, now: 20, link, excluded: true });
    expect(await run([event('e1', 19, null)], { refetch: ['account'] })).toEqual({
      done: ['e1'],
      forget: true,
      dirty: [`account:projection:${link.accountId}`],
    });
    expect(fetched).toEqual([['account', 'invoices']]);
    const unknown = rig({ known: [], current: known, now: 20, excluded: true });
    expect(await unknown.run([event('e1', 19, 50)])).toEqual({ done: ['e1'], forget: true, dirty: [] });
  });

  test('a poll asks for usage alone; a key that was bumped for another reason for everything', async () => {
    const polled = rig({ known, current: known, now: 20, link });
    await polled.run([], { pollAt: NOW, pollOnly: true });
    expect(polled.fetched).toEqual([['usage']]);
    const bumped = rig({ known, current: known, now: 20, link });
    await bumped.run([], { pollAt: new Date(NOW.getTime() + 1000) });
    expect(bumped.fetched).toEqual([['account', 'subscriptions', 'invoices', 'memos', 'payments', 'usage']]);
  });

  test('events put no poll off', async () => {
    const pollAt = new Date(NOW.getTime() + 1000);
    const early = rig({ known: metered, current: metered, now: 20, link });
    expect((await early.run([event('e1', 11, 250)], { pollAt })).pollAt).toEqual(pollAt);
    expect(early.fetched).toEqual([]);
    const due = rig({ known: metered, current: metered, now: 20, link });
    expect((await due.run([event('e1', 11, 250)], { pollAt: NOW })).pollAt).toEqual(new Date(NOW.getTime() + 300_000));
    expect(due.fetched).toEqual([['usage']]);
  });

  test('usage of what is no longer metered is asked for once more', async () => {
    const pollAt = new Date(NOW.getTime() + 1000);
    const { run } = rig({ known, current: known, now: 20, link });
    expect((await run([event('e1', 11, 250)], { pollAt })).pollAt).toEqual(pollAt);
    expect((await run([], { pollAt: NOW, pollOnly: true })).pollAt).toBeUndefined();
  });

  test('usage is asked for once more too when it was read beside the subscription that turns out to have ended', async () => {
    const { run } = rig({ known: metered, current: known, now: 20, link });
    const ended = await run([], { pollAt: NOW });
    expect(ended.mirror).toContainEqual({
      record: expect.objectContaining({ kind: 'subscription', deleted: true }) as object,
      via: 'fetch',
    });
    expect(ended.pollAt).toEqual(new Date(NOW.getTime() + 300_000));
  });

  test('a newer complete event is trusted', async () => {
    const { fetched, run } = rig({ known, current: known, now: 20, link });
    const result = await run([event('e1', 11, 250)]);
    expect([amounts(result), fetched, result.dirty]).toEqual([[250], [], ['account:projection:001000000000001AAA']]);
    expect(result.mirror?.[0]?.via).toBe('snapshot');
  });

  test('events of the same second cost one fetch, whose answer counts', async () => {
    const { fetched, run } = rig({ known, current: [record(300, 0)], now: 20, link });
    const result = await run([event('e1', 11, 250), event('e2', 11, 260), event('e3', 10, 90)]);
    expect(fetched).toEqual([['invoices']]);
    expect(amounts(result).at(-1)).toBe(300);
  });

  test('the same state told twice in one second costs no fetch', async () => {
    const { fetched, run } = rig({ known, current: [record(250, 0)], now: 20, link });
    const result = await run([event('e1', 11, 250), event('e2', 11, 250)]);
    expect([amounts(result), result.done, fetched]).toEqual([[250], ['e1', 'e2'], []]);
  });

  test('an event that came with two contents has its object read', async () => {
    const { fetched, run } = rig({ known, current: [record(300, 0)], now: 20, link });
    const result = await run([{ ...event('e1', 11, 250), contested: true }]);
    expect([amounts(result).at(-1), fetched]).toEqual([300, [['invoices']]]);
  });

  describe('the one snapshot in a hundred that is checked', () => {
    // The sum of its letters, as the choice weighs them, is a multiple of 100.
    const checked = { ...event('e1', 11, 250), eventId: 'd' };
    const later = new Date(NOW.getTime() + 30_000);

    test('is saved at once and looked at again when its object has come to rest', async () => {
      const { fetched, run } = rig({ known, current: [record(250, 0)], now: 20, link });
      const result = await run([checked]);
      expect([amounts(result), result.done, result.againAt, fetched]).toEqual([[250], [], later, []]);
    });

    test.each([
      [250, []],
      [999, [INVOICE]],
    ])('is compared with a fetch, here of %i', async (minor, expected) => {
      const world = { known: [known[0]!, record(250, 11)], current: [record(minor, 0)], now: 50, link, realNow: later };
      const { fetched, differing, run } = rig(world);
      const result = await run([checked]);
      expect([result.done, result.againAt, fetched, differing]).toEqual([['e1'], undefined, [['invoices']], expected]);
    });

    test('is done without a check when its object has changed since', async () => {
      const world = { known: [known[0]!, record(999, 12)], current: [], now: 50, link, realNow: later };
      const { fetched, differing, run } = rig(world);
      expect((await run([checked])).done).toEqual(['e1']);
      expect([fetched, differing]).toEqual([[], []]);
    });

    test('does not keep a key that was bumped for another reason from being read', async () => {
      const world = {
        known: [known[0]!, record(250, 11)],
        current: [account('001000000000001AAA'), record(300, 0)],
        link,
      };
      const bumped = rig({ ...world, now: 50 });
      const result = await bumped.run([checked]);
      expect(bumped.fetched).toEqual([['account', 'subscriptions', 'invoices', 'memos', 'payments', 'usage']]);
      expect([amounts(result), result.done]).toEqual([[300], ['e1']]);
      const polled = rig({ ...world, now: 50 });
      await polled.run([checked], { pollAt: NOW });
      expect(polled.fetched).toEqual([['usage']]);
    });

    test('costs nothing when its key is worked for another reason before', async () => {
      const { fetched, run } = rig({ known: [known[0]!, record(250, 11)], current: [], now: 15, link });
      const result = await run([checked, event('e2', 12, 260)]);
      expect([amounts(result), fetched]).toEqual([[260], []]);
    });
  });

  describe('an event whose change a read does not show yet', () => {
    const again = new Date(NOW.getTime() + 5_000);
    const lagging = { known, now: 20, link, readsMayLag: true };

    test('waits though another event of the claim showed something in another part', async () => {
      const { run } = rig({ ...lagging, current: [account('001000000000001AAA'), record(300, 0)] });
      const result = await run([named('e1', { part: 'payments' }), named('e2', { part: 'invoices' })]);
      expect([result.done, result.againAt, amounts(result)]).toEqual([['e2'], again, [300]]);
    });

    test('waits though another event showed something in the same part, when it can tell its change from others', async () => {
      const { run } = rig({ ...lagging, current: [record(300, 0)] });
      const events = [named('e1', { part: 'invoices', amount: 400 }), named('e2', { part: 'invoices', amount: 300 })];
      const result = await run([...events, named('e3', { part: 'invoices' })]);
      expect([result.done, result.againAt]).toEqual([['e2', 'e3'], again]);
    });

    test('is looked for at its own times, however many others come', async () => {
      const { run } = rig({ ...lagging, current: [record(100, 0)] });
      const old = named('e1', { part: 'invoices' }, new Date(NOW.getTime() - 61_000));
      const middle = named('e2', { part: 'invoices' }, new Date(NOW.getTime() - 50_000));
      const result = await run([old, middle, named('e3', { part: 'invoices' })]);
      expect([result.done, result.againAt]).toEqual([['e1'], again]);
      expect((await run([old, middle])).againAt).toEqual(new Date(NOW.getTime() + 10_000));
    });
  });

  test.each([false, null])('events of a billing account that is not there yet wait (deleted: %s)', async (deleted) => {
    const { run } = rig({ known: [], current: null, now: 20, deleted });
    expect(await run([event('e1', 11, 250)])).toEqual({ done: [], againAt: new Date(NOW.getTime() + 5000) });
  });

  test.each([true, null])('a known billing account that is gone leaves tombstones (deleted: %s)', async (deleted) => {
    const { run } = rig({ known, current: null, now: 20, link, deleted });
    const result = await run([event('e1', 15, null), { ...event('e2', 15, null), eventId: 'e2' }], {
      refetch: ['account'],
    });
    expect(result.mirror?.map((write) => write.record.deleted)).toEqual([true, true]);
    expect(result.done).toEqual(['e1', 'e2']);
  });

  test('a known billing account that the billing system has never heard of is put aside, not removed', async () => {
    const { run } = rig({ known, current: null, now: 20, link, deleted: false });
    await expect(run([event('e1', 15, null)])).rejects.toMatchObject({
      code: 'billing_account_vanished',
      retryable: false,
    });
  });

  test('a deletion is kept though nothing was known, so that an older state that comes late revives nothing', async () => {
    const alone = [account('001000000000001AAA')];
    const { fetched, run } = rig({ known: alone, current: alone, now: 20, link });
    const result = await run([event('e1', 15, 'gone')]);
    expect([amounts(result), fetched]).toEqual([['gone'], []]);
    const tombstone = result.mirror?.[0]?.record as BillingRecord;
    const late = rig({ known: [...alone, tombstone], current: alone, now: 20, link });
    expect((await late.run([event('e2', 14, 100)])).mirror).toEqual([]);
  });

  test('an unknown billing account is fetched whole and linked', async () => {
    const { fetched, run } = rig({ known: [], current: known, now: 20 });
    const result = await run([event('e1', 11, 250)]);
    expect(fetched).toEqual([['account', 'subscriptions', 'invoices', 'memos', 'payments', 'usage']]);
    expect(result.link).toEqual(link);
    expect(result.dirty).toEqual(['account:projection:001000000000001AAA']);
  });

  test('what a complete list lacks is gone, unless it was learned of later or has moved', async () => {
    const other = record(1, 5, 'stripe:invoice:in_2');
    const gone = rig({ known: [...known, other], current: [record(100, 0)], now: 20, link });
    expect(amounts(await gone.run([event('e1', 15, null)]))).toEqual([100, 'gone']);
    const tied = rig({ known: [...known, { ...other, asOf: at(20) }], current: [record(100, 0)], now: 20, link });
    expect(amounts(await tied.run([event('e1', 15, null)]))).toEqual([100, 'gone']);
    const later = rig({ known: [...known, { ...other, asOf: at(21) }], current: [record(100, 0)], now: 20, link });
    expect(amounts(await later.run([event('e1', 15, null)]))).toEqual([100]);
    const moved = rig({
      known: [...known, other],
      current: [record(100, 0)],
      now: 20,
      link,
      owner: 'stripe:account:cus_2',
    });
    const result = await moved.run([event('e1', 15, null)]);
    expect([amounts(result), result.dirty]).toEqual([[100], ['stripe:account:cus_2']]);
  });

  test('a billing account that is gone takes everything with it but subscriptions that have moved', async () => {
    const gone = rig({ known: metered, current: null, now: 20, link });
    const all = await gone.run([event('e1', 15, null)]);
    expect(all.mirror?.map(({ record: one }) => [one.kind, one.deleted])).toEqual([
      ['account', true],
      ['invoice', true],
      ['subscription', true],
    ]);
    const moved = rig({ known: metered, current: null, now: 20, link, owner: 'stripe:account:cus_2' });
    const result = await moved.run([event('e1', 15, null)]);
    expect(result.mirror?.map(({ record: one }) => one.kind)).toEqual(['account', 'invoice']);
    expect(result.dirty).toContain('stripe:account:cus_2');
  });

  test('a deleted billing account stays deleted', async () => {
    const { fetched, run } = rig({ known: [{ ...known[0]!, deleted: true }], current: known, now: 20, link });
    expect(await run([event('e1', 99, 250)])).toEqual({ done: ['e1'] });
    expect(fetched).toEqual([]);
  });

  test('a link that moves works both Accounts', async () => {
    const { run } = rig({ known, current: [account('001000000000002AAA')], now: 20, link });
    const result = await run([]);
    expect(result.dirty).toEqual(['account:projection:001000000000001AAA', 'account:projection:001000000000002AAA']);
  });

  test('a word that nobody knows is told when it is news, and not each time it is read', async () => {
    const odd = record(120, 20);
    const items = [sample.invoiceItem({ kind: 'StoredValue' })];
    const current = [known[0]!, { ...odd, body: { ...(odd.body as Invoice), items } }];
    const first = rig({ known, current, now: 20, link });
    await first.run([]);
    expect(first.unknownWords).toEqual(['invoice item kind']);
    const second = rig({ known: current, current, now: 30, link });
    await second.run([]);
    expect(second.unknownWords).toEqual([]);
  });

  test('any order and any repetition of events ends in the latest state', async () => {
    const events = [event('e1', 11, 110), event('e2', 12, 120), event('e3', 13, 130), event('e4', 14, 140)];
    const order = fc.array(fc.constantFrom(...events), { maxLength: 12 }).map((some) => [...some, ...events]);
    await fc.assert(
      fc.asyncProperty(
        order.chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
        async (shuffled) => {
          let mirror = known;
          for (const one of shuffled) {
            const { run } = rig({ known: mirror, current: [record(140, 0)], now: 20, link });
            const { mirror: writes = [] } = await run([one]);
            const last = writes.at(-1)?.record as BillingRecord | undefined;
            if (last !== undefined) mirror = [known[0]!, last];
          }
          expect((mirror.at(-1)?.body as Invoice).amount.minor).toBe(140);
        },
      ),
    );
  });
});
