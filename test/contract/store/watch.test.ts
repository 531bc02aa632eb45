import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { projectionKeyOf } from '../../../server/domain/billingAccount/key.ts';
import { createLog } from '../../../server/platform/log.ts';
import { toInboxRow } from '../../../server/sync/inbox/storable.ts';
import { whileAlone, type LeaseStore } from '../../../server/sync/leases.ts';
import type { Store } from '../../../server/sync/store.ts';
import { STAMP, SUBJECTS, type Subject } from './subjects.ts';

const ACCOUNT = '001000000000001AAA';

describe.each(SUBJECTS)('in %s', (_name, open) => {
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
  const dirtyKeys = async () => (await subject.look()).dirty.map(({ key }) => key);

  describe('leases', () => {
    it('are with one owner at a time, until they end or are given back', async () => {
      expect(await store.takeLeases(['a', 'b'], 'one', 100_000)).toEqual(['a', 'b']);
      expect(await store.takeLeases(['b', 'c'], 'two', 100_000)).toEqual(['c']);
      await subject.advance(60_000);
      expect(await store.takeLeases(['a'], 'one', 100_000)).toEqual(['a']);
      await subject.advance(60_000);
      expect(await store.takeLeases(['a', 'b'], 'two', 100_000)).toEqual(['b']);
      await store.giveLeases(['a', 'b'], 'one');
      expect(await store.takeLeases(['a', 'b'], 'three', 100_000)).toEqual(['a']);
    });

    it('go to one of many that ask at once', async () => {
      const asked = Array.from({ length: 20 }, (_, index) => store.takeLeases(['a'], `owner ${index}`, 60_000));
      expect((await Promise.all(asked)).flat()).toEqual(['a']);
    });
  });

  describe('leases of work', () => {
    // The process's own clock, by which it renews; databases keep theirs.
    beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
    afterEach(() => vi.useRealTimers());

    /** Answers of the store that have come or will come. */
    let answers: Promise<unknown>[];
    let asked: number;
    type Answer = (nth: number, take: () => Promise<string[]>) => Promise<string[]>;
    /** Leases of a minute. @param answer what the nth time that they are asked for gets */
    const holder = (answer: Answer = (_nth, take) => take(), leaseMs = 60_000) => {
      [answers, asked] = [[], 0];
      const takeLeases: LeaseStore['takeLeases'] = (...args) =>
        answer((asked += 1), () => {
          const taken = store.takeLeases(...args);
          answers.push(taken);
          return taken;
        });
      return { store: { takeLeases, giveLeases: store.giveLeases }, owner: 'one', leaseMs, log: createLog('silent') };
    };

    it('are free at once when it ends, also while they are being renewed', async () => {
      const over = Promise.withResolvers<void>();
      const late = holder((nth, take) => (nth === 2 ? over.promise.then(take) : take()));
      const working = whileAlone(late, 'a', async () => {
        vi.advanceTimersByTime(20_000);
        // The work ends now, and its renewal reaches the database after that.
        setImmediate(over.resolve);
      });
      expect(await working).toBe(true);
      await over.promise;
      await Promise.all(answers);
      expect([asked, answers.length]).toEqual([2, 2]);
      expect(await store.takeLeases(['a'], 'two', 60_000)).toEqual(['a']);
    });

    it('are renewed also when a renewal before got no answer, which their end does not wait for', async () => {
      const deaf = holder((nth, take) => (nth === 2 ? new Promise(() => {}) : take()), 60);
      await whileAlone(deaf, 'a', async (held) => {
        for (let ms = 0; ms < 120; ms += 5) {
          vi.advanceTimersByTime(5);
          await Promise.all(answers);
          expect(held()).toBe(true);
        }
      });
      expect(asked).toBeGreaterThan(4);
      expect(await store.takeLeases(['a'], 'two', 60_000)).toEqual(['a']);
    });

    it('are not sure while they are about to end since the answer that they are taken came late, until they are renewed', async () => {
      const late = holder(async (nth, take) => {
        const taken = await take();
        if (nth === 1) vi.advanceTimersByTime(45_000);
        return taken;
      });
      await whileAlone(late, 'a', async (held) => {
        expect(held()).toBe(false);
        await Promise.all(answers);
        expect(held()).toBe(true);
      });
    });

    it('are not taken from another process, whose work goes on alone', async () => {
      await store.takeLeases(['a'], 'two', 60_000);
      const work = vi.fn(() => Promise.resolve());
      expect(await whileAlone(holder(), 'a', work)).toBe(false);
      expect(work).not.toHaveBeenCalled();
      expect(await store.takeLeases(['a'], 'three', 60_000)).toEqual([]);
    });

    it('are known to be lost when a renewal finds them with another', async () => {
      const robbed = holder((nth, take) => (nth === 1 ? take() : Promise.resolve([])));
      await whileAlone(robbed, 'a', async (held) => {
        expect(held()).toBe(true);
        await vi.advanceTimersByTimeAsync(20_000);
        expect([asked, held()]).toEqual([2, false]);
      });
    });

    it('are not sure any more when no renewal comes through', async () => {
      const cut = holder((nth, take) => (nth === 1 ? take() : Promise.reject(new Error('Connection terminated'))));
      await whileAlone(cut, 'a', async (held) => {
        await vi.advanceTimersByTimeAsync(39_999);
        expect(held()).toBe(true);
        await vi.advanceTimersByTimeAsync(1);
        expect(held()).toBe(false);
      });
      expect(asked).toBeGreaterThan(2);
    });
  });

  describe('sweeps', () => {
    const state = async () => {
      const { state: now, message } = await store.statusOf('stripe');
      return [now, message];
    };

    it('go on where the last one ended, whatever failed since', async () => {
      expect(await store.cursorOf('stripe')).toBeNull();
      const through = new Date('2026-11-21T10:00:00Z');
      await store.saveCursor('stripe', 'cursor 1', through);
      await store.recordSweepFailure('stripe', false, 'Stripe does not answer.');
      expect(await store.cursorOf('stripe')).toBe('cursor 1');
      expect(await store.cursorOf('zuora')).toBeNull();
      expect(await store.statusOf('stripe')).toEqual({
        connection: 'stripe',
        state: 'Connected',
        checkedThrough: through,
        lagSeconds: 0,
        message: '',
      });
    });

    it('say that a connection is delayed after three failures, broken when no retry helps, and well after a success', async () => {
      for (let failures = 0; failures < 3; failures += 1)
        await store.recordSweepFailure('stripe', false, 'Stripe does not answer.');
      expect(await state()).toEqual(['Delayed', 'Stripe does not answer.']);
      await store.recordSweepFailure('stripe', true, 'Stripe refuses the key.');
      expect(await state()).toEqual(['Broken', 'Stripe refuses the key.']);
      await store.saveCursor('stripe', 'cursor 1', new Date(0));
      expect(await state()).toEqual(['Connected', '']);
    });

    it('say how old the oldest event is that waits', async () => {
      const event = { connection: 'stripe', eventId: 'evt_1', kind: 'x', key: 'stripe:account:cus_1' };
      await store.storeRows([toInboxRow({ ...event, occurredAt: null, payload: {} })], 0);
      await subject.advance(600_000);
      const { state: delayed, lagSeconds } = await store.statusOf('stripe');
      expect([delayed, Math.floor(lagSeconds / 100)]).toEqual(['Delayed', 6]);
      expect(await store.statusOf('zuora')).toMatchObject({ state: 'Connected', lagSeconds: 0 });
      const [claim] = await store.claimKeys(1, 60_000);
      await store.commitResult(claim!, { done: [], againAt: new Date(Date.now() + 86_400_000) });
      expect(await store.statusOf('stripe')).toMatchObject({ state: 'Connected', lagSeconds: 0 });
    });
  });

  describe('due dates', () => {
    async function dueOn(nextChangeOn: string | null, accountId = ACCOUNT): Promise<void> {
      await store.bumpKeys([projectionKeyOf(accountId)]);
      const [claim] = await store.claimKeys(1, 60_000);
      await store.commitResult(claim!, { done: [], projection: { accountId, rows: [], nextChangeOn } });
    }

    it('make Accounts dirty whose day has come, once', async () => {
      await dueOn('2026-12-01');
      await dueOn('2026-12-02', '001000000000002AAA');
      expect(await store.takeDue('2026-11-30', 10)).toBe(0);
      expect(await store.takeDue('2026-12-01', 10)).toBe(1);
      expect(await dirtyKeys()).toEqual([projectionKeyOf(ACCOUNT)]);
      expect(await store.takeDue('2026-12-01', 10)).toBe(0);
      expect(await store.takeDue('2027-01-01', 10)).toBe(1);
    });

    it('are taken a few at a time, and forgotten when the next projection knows none', async () => {
      await dueOn('2026-12-01');
      await dueOn('2026-12-02', '001000000000002AAA');
      await dueOn(null);
      await dueOn('2026-12-03', '001000000000003AAA');
      expect(await store.takeDue('2026-12-31', 1)).toBe(1);
      expect(await dirtyKeys()).toEqual([projectionKeyOf('001000000000002AAA')]);
    });
  });

  it('every Account is projected anew for another org or mapping, once', async () => {
    const link = async (billingAccountKey: string, accountId: string | null) => {
      await store.bumpKeys([billingAccountKey]);
      const [claim] = await store.claimKeys(1, 60_000);
      await store.commitResult(claim!, { done: [], link: { billingAccountKey, accountId } });
      await subject.forgetKeys();
    };
    await link('stripe:account:cus_1', ACCOUNT);
    await link('zuora:account:A1', ACCOUNT);
    await link('zuora:account:A2', null);
    expect(await store.projectAnew()).toBe(1);
    expect(await dirtyKeys()).toEqual([projectionKeyOf(ACCOUNT)]);
    expect(await store.projectAnew()).toBe(0);
    expect(await subject.store({ ...STAMP, mappingVersion: '2' }).projectAnew()).toBe(1);
  });
});
