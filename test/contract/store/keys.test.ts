import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../server/domain/fault.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createIntake } from '../../../server/sync/inbox/intake.ts';
import { createKeyWorker } from '../../../server/sync/keys/worker.ts';
import type { Store } from '../../../server/sync/store.ts';
import { BILLING_PARTS } from '../../../server/workflows/ports/billingSystem.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../../../server/workflows/ports/keyWork.ts';
import type { ReceivedEvent } from '../../../server/workflows/ports/webhook.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

const log = createLog('silent');
const KEY = 'stripe:account:cus_1';

describe.each(SUBJECTS)('keys in %s', (_name, open) => {
  let subject: Subject;
  let store: Store;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject.close());
  beforeEach(async () => {
    await subject.reset();
    store = subject.store();
  });

  const event = (eventId: string, key = KEY): ReceivedEvent => ({
    connection: 'stripe',
    eventId,
    kind: 'invoice.paid',
    key,
    occurredAt: null,
    payload: {},
  });
  const take = (...events: ReceivedEvent[]) => createIntake(store, { coalesceMs: 0 }).accept(events);
  const allDone = (claim: KeyClaim): KeyResult => ({ done: claim.events.map(({ id }) => id) });
  const undone = async () => (await subject.look()).inbox.filter(({ done }) => !done).map(({ eventId }) => eventId);
  const dirty = async () => (await subject.look()).dirty;
  const worker = (handler: KeyHandler, more: { retryBaseMs?: number; concurrency?: number } = {}) =>
    createKeyWorker({ store, handler, log, retryBaseMs: 0, ...more });

  it('are handed over with their events together and cleared', async () => {
    await take(event('evt_1'), event('evt_2'), event('evt_3', 'stripe:account:cus_2'));
    const claims: KeyClaim[] = [];
    await worker(async (claim) => {
      claims.push(claim);
      return allDone(claim);
    }).drain();
    expect(claims.map(({ key, events }) => [key, events.map(({ eventId }) => eventId)]).sort()).toEqual([
      [KEY, ['evt_1', 'evt_2']],
      ['stripe:account:cus_2', ['evt_3']],
    ]);
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });

  it('run again for an event that is committed while they are being worked', async () => {
    await take(event('evt_1'));
    const seen: string[][] = [];
    await worker(async (claim) => {
      seen.push(claim.events.map(({ eventId }) => eventId));
      if (seen.length === 1) await take(event('evt_2'));
      return allDone(claim);
    }).drain();
    expect(seen).toEqual([['evt_1'], ['evt_2']]);
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });

  it('are told of events that came with two contents', async () => {
    await take(event('evt_1'), event('evt_2'), { ...event('evt_1'), payload: { other: true } });
    const seen: (boolean | undefined)[] = [];
    const handler: KeyHandler = async (claim) => {
      seen.push(...claim.events.map(({ contested }) => contested));
      return allDone(claim);
    };
    await worker(handler).drain();
    expect(seen).toEqual([true, false]);
  });

  it('are worked when what they use was edited', async () => {
    await take(event('evt_1', 'stripe:product:prod_1'));
    const seen: string[] = [];
    const handler: KeyHandler = async (claim) => {
      seen.push(claim.key);
      return { ...allDone(claim), ...(claim.key === KEY ? {} : { refetch: { keys: [KEY], parts: ['account'] } }) };
    };
    await worker(handler).drain();
    expect(seen).toEqual(['stripe:product:prod_1', KEY]);
  });

  it.each([
    [
      'what another key led to',
      async () => {
        await store.bumpKeys(['stripe:account:cus_2']);
        const [claim] = await store.claimKeys(1, 60_000);
        await store.commitResult(claim!, { done: [], dirty: [KEY] });
      },
    ],
    [
      'an event that came with another content',
      async () => {
        await take(event('evt_0'));
        await worker(async (claim) => allDone(claim)).drain();
        await take({ ...event('evt_0'), payload: { other: true } });
      },
    ],
  ])('are read as a whole after %s, whatever events join', async (_what, bump) => {
    await bump();
    await take(event('evt_1'));
    const [claim] = await store.claimKeys(1, 60_000);
    expect(claim).toMatchObject({ key: KEY, events: [{ eventId: 'evt_1' }], refetch: BILLING_PARTS });
    await store.commitResult(claim!, { ...allDone(claim!), pollAt: new Date(Date.now() + 3_600_000) });
    await take(event('evt_2'));
    expect(await store.claimKeys(1, 60_000)).toMatchObject([{ refetch: [] }]);
  });

  it('set what a catalog is to have, which belongs to no Account', async () => {
    await take(event('evt_1', 'stripe:catalog:all'));
    const [claim] = await store.claimKeys(1, 60_000);
    const product = { object: 'Product2', key: 'stripe:price:price_1', fields: { IsActive: true }, parents: {} };
    const result = { ...allDone(claim!), catalog: [product] };
    expect(await store.commitResult(claim!, result)).toEqual({ cleared: true, rowsWaiting: 1 });
    expect((await subject.look()).rows).toMatchObject([{ key: product.key, accountId: null, pending: true }]);
  });

  it('get the events that were found to belong to them', async () => {
    await take(event('evt_1', 'stripe:invoice:in_1'), event('evt_2'));
    const seen: [string, string[]][] = [];
    const handler: KeyHandler = async (claim) => {
      seen.push([claim.key, claim.events.map(({ eventId }) => eventId)]);
      if (claim.key === KEY) return allDone(claim);
      return { done: [], dirty: [KEY], moved: { to: KEY, events: claim.events.map(({ id }) => id) } };
    };
    await worker(handler, { concurrency: 1 }).drain();
    const worked = seen.filter(([key]) => key === KEY).flatMap(([, events]) => events);
    expect(worked.sort()).toEqual(['evt_1', 'evt_2']);
    expect(seen.filter(([key]) => key !== KEY)).toEqual([['stripe:invoice:in_1', ['evt_1']]]);
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });

  it('run again when they are bumped without an event while they are being worked', async () => {
    await store.bumpKeys([KEY]);
    const [claim] = await store.claimKeys(1, 60_000);
    await store.bumpKeys([KEY]);
    expect(await store.commitResult(claim!, { done: [] })).toMatchObject({ cleared: false });
    expect(await store.claimKeys(1, 60_000)).toHaveLength(1);
  });

  it('pass to another worker when their lease has ended, and nothing of the first one is saved', async () => {
    await take(event('evt_1'));
    const [late] = await store.claimKeys(10, 60_000);
    expect(await store.claimKeys(10, 60_000)).toEqual([]);
    await subject.advance(61_000);
    const [second] = await store.claimKeys(10, 60_000);
    expect(second?.key).toBe(KEY);
    const record = {
      key: KEY,
      kind: 'account' as const,
      billingAccountKey: KEY,
      asOf: new Date(0),
      version: 0,
      deleted: false,
      body: {},
    };
    const result: KeyResult = {
      ...allDone(late!),
      mirror: [{ record, via: 'fetch' }],
      dirty: ['stripe:account:cus_0'],
    };
    await expect(store.commitResult(late!, result)).rejects.toThrow('lease');
    expect(await undone()).toEqual(['evt_1']);
    expect((await dirty()).map(({ key }) => key)).toEqual([KEY]);
    expect(await store.ofBillingAccount(KEY)).toEqual([]);
    expect(await store.commitResult(second!, allDone(second!))).toMatchObject({ cleared: true });
    expect(await undone()).toEqual([]);
  });

  it('neither fail nor return nor stay for a worker that has lost them', async () => {
    await store.bumpKeys([KEY]);
    const [late] = await store.claimKeys(1, 1000);
    await subject.advance(2000);
    const [second] = await store.claimKeys(1, 1000);
    await store.recordFailure(late!, { action: 'quarantine' }, 'Lost.');
    await store.giveBack([late!]);
    expect(await dirty()).toMatchObject([{ leased: true, aside: false, reason: null }]);
    await store.renewLeases([late!], 600_000);
    await subject.advance(2000);
    expect(await store.claimKeys(1, 1000)).toHaveLength(1);
    expect(second?.key).toBe(KEY);
  });

  it('stay with a worker that renews them, and are free at once when it gives them back', async () => {
    await store.bumpKeys([KEY]);
    const claims = await store.claimKeys(1, 200_000);
    await subject.advance(150_000);
    await store.renewLeases(claims, 200_000);
    await subject.advance(150_000);
    expect(await store.claimKeys(1, 200_000)).toEqual([]);
    await store.giveBack(claims);
    expect(await store.claimKeys(1, 200_000)).toHaveLength(1);
  });

  it('are put aside when they fail 8 times, while others go on', async () => {
    await take(event('evt_1', 'stripe:account:poison'), event('evt_2'));
    let tries = 0;
    const poisoned = worker(async (claim) => {
      if (claim.key !== 'stripe:account:poison') return allDone(claim);
      tries += 1;
      throw new TypeError('boom');
    });
    await poisoned.drain();
    expect(tries).toBe(8);
    expect(await undone()).toEqual(['evt_1']);
    expect(await dirty()).toMatchObject([
      {
        key: 'stripe:account:poison',
        attempt: 8,
        leased: false,
        aside: true,
        reason: 'Something unexpected went wrong (TypeError). The log has the details.',
      },
    ]);
  });

  it('that were put aside are tried once more when an event comes, and anew when they are released', async () => {
    await take(event('evt_1'));
    let tries = 0;
    const failing = worker(async () => {
      tries += 1;
      throw new Error('boom');
    });
    await failing.drain();
    await take(event('evt_2'));
    await failing.drain();
    expect(tries).toBe(9);
    expect(await store.releaseKeys(['stripe:account:cus_2'])).toBe(0);
    expect(await store.releaseKeys([])).toBe(0);
    expect(await store.releaseKeys()).toBe(1);
    await worker(async (claim) => allDone(claim)).drain();
    expect(await undone()).toEqual([]);
  });

  it('are put aside at once when trying again cannot help', async () => {
    await take(event('evt_1'));
    await worker(async () => {
      throw new Fault({ code: 'x', kind: 'invalid', publicText: 'The price has no currency.' });
    }).drain();
    expect(await dirty()).toMatchObject([{ attempt: 1, aside: true, reason: 'The price has no currency.' }]);
  });

  it('wait as long as a billing system asks, however often, and are never put aside for its outage', async () => {
    await take(event('evt_1'));
    const busy = worker(async () => {
      throw new Fault({ code: 'x', kind: 'rate_limited', publicText: 'Stripe is busy.', retryAfterMs: 90_000 });
    });
    for (let tries = 0; tries < 10; tries += 1) {
      await busy.drain();
      await subject.advance(90_001);
    }
    await busy.drain();
    expect(await dirty()).toMatchObject([{ attempt: 11, aside: false }]);
    await take(event('evt_2'));
    expect((await dirty())[0]!.waitMs).toBeGreaterThan(80_000);
  });

  it('are worked again at the time that their handler names, or earlier for an event', async () => {
    await take(event('evt_1'));
    const againAt = new Date(Date.now() + 3_600_000);
    const handler: KeyHandler = async () => ({ done: [], againAt });
    expect(await worker(handler).drain()).toBe(1);
    expect((await dirty())[0]!.waitMs).toBeGreaterThan(3_500_000);
    expect(await store.nextReadyInMs()).toBeGreaterThan(3_500_000);
    await take(event('evt_2'));
    expect(await worker(async (claim) => allDone(claim)).drain()).toBe(1);
    expect(await undone()).toEqual([]);
  });

  it('that wait for their poll say so, unless an event came for them', async () => {
    await store.bumpKeys([KEY]);
    const pollAt = new Date(Date.now() + 1000);
    const claims: [pollOnly: boolean, pollAt: Date | null][] = [];
    const polling = worker(async (claim) => {
      claims.push([claim.pollOnly, claim.pollAt]);
      return { ...allDone(claim), pollAt };
    });
    await polling.drain();
    await subject.advance(1001);
    const [poll] = await store.claimKeys(1, 60_000);
    claims.push([poll!.pollOnly, poll!.pollAt]);
    await store.commitResult(poll!, { done: [], pollAt });
    await take(event('evt_1'));
    const [told] = await store.claimKeys(1, 60_000);
    claims.push([told!.pollOnly, told!.pollAt]);
    expect(claims).toEqual([
      [false, null],
      [true, pollAt],
      [false, pollAt],
    ]);
  });

  it('are found again when nobody works their events any more', async () => {
    await take(event('evt_1'));
    await subject.forgetKeys();
    expect(await store.rearm(30_000)).toBe(0);
    await subject.advance(31_000);
    expect(await store.rearm(30_000)).toBe(1);
    expect(await store.rearm(30_000)).toBe(0);
  });

  it('are shared between workers that run together, each with one of them', async () => {
    await store.bumpKeys(Array.from({ length: 60 }, (_, index) => `stripe:account:cus_${index}`));
    const seen: string[] = [];
    const handler: KeyHandler = async (claim) => {
      seen.push(claim.key);
      return { done: [] };
    };
    await Promise.all([worker(handler).drain(), worker(handler).drain(), worker(handler).drain()]);
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });

  it('are worked as they come while a worker runs, which stops when asked', async () => {
    let worked: (key: string) => void = () => {};
    const first = new Promise<string>((resolve) => (worked = resolve));
    const running = worker(async (claim) => {
      worked(claim.key);
      return allDone(claim);
    });
    running.start();
    await take(event('evt_1'));
    expect(await first).toBe(KEY);
    await running.stop();
    expect(await undone()).toEqual([]);
    expect(await dirty()).toEqual([]);
  });
});
