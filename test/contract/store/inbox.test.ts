import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toInboxRow } from '../../../server/sync/inbox/storable.ts';
import type { Store } from '../../../server/sync/store.ts';
import type { ReceivedEvent } from '../../../server/workflows/ports/webhook.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

const KEY = 'stripe:account:cus_1';

const row = (eventId: string, more: Partial<ReceivedEvent> = {}) =>
  toInboxRow({
    connection: 'stripe',
    eventId,
    kind: 'invoice.paid',
    key: KEY,
    occurredAt: new Date('2026-11-21T10:00:00Z'),
    payload: { amount: 100 },
    ...more,
  });

describe.each(SUBJECTS)('the inbox in %s', (_name, open) => {
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

  it('stores each event once, also when it comes twice at once', async () => {
    expect(await store.storeRows([row('evt_1'), row('evt_2'), row('evt_1')], 0)).toEqual([
      'stored',
      'stored',
      'duplicate',
    ]);
    const again = await Promise.all([store.storeRows([row('evt_3')], 0), store.storeRows([row('evt_3')], 0)]);
    expect(again.flat().sort()).toEqual(['duplicate', 'stored']);
    expect((await subject.look()).inbox.map(({ eventId }) => eventId)).toEqual(['evt_1', 'evt_2', 'evt_3']);
  });

  it('keeps the first content of a known id, counts another one and has its key worked again', async () => {
    await store.storeRows([row('evt_1')], 0);
    await subject.forgetKeys();
    const other = row('evt_1', { payload: { amount: 999 } });
    expect(await store.storeRows([row('evt_1'), other], 0)).toEqual(['duplicate', 'conflict']);
    const { inbox, dirty } = await subject.look();
    expect(inbox).toMatchObject([{ payload: { amount: 100 }, conflicts: 1 }]);
    expect(dirty.map(({ key }) => key)).toEqual([KEY]);
  });

  it('has the keys of both contents worked again when they name different accounts', async () => {
    await store.storeRows([row('evt_1'), row('evt_2', { key: null })], 0);
    await subject.forgetKeys();
    const [first, second, third] = ['stripe:account:cus_2', 'stripe:account:cus_3', 'stripe:account:cus_4'];
    const others = [row('evt_1', { key: first, payload: {} }), row('evt_2', { key: second, payload: {} })];
    const nameless = row('evt_1', { key: null, payload: { amount: 1 } });
    expect(await store.storeRows([...others, nameless, row('evt_1', { key: third })], 0)).toEqual([
      'conflict',
      'conflict',
      'conflict',
      'duplicate',
    ]);
    const { dirty, inbox } = await subject.look();
    expect(dirty.map(({ key }) => key).sort()).toEqual([KEY, first, second]);
    expect(inbox.map(({ conflicts }) => conflicts)).toEqual([2, 1]);
  });

  it('cannot tell copies apart that have nothing to compare', async () => {
    await store.storeRows([row('evt_1', { isCopy: true })], 0);
    expect(await store.storeRows([row('evt_1', { payload: {} })], 0)).toEqual(['duplicate']);
  });

  it('has its keys wait for further events, but never longer than before', async () => {
    await store.storeRows([row('evt_1')], 50_000);
    expect(await store.claimKeys(1, 1000)).toEqual([]);
    await store.storeRows([row('evt_2')], 100_000);
    await subject.advance(50_001);
    const [claim] = await store.claimKeys(1, 1000);
    expect(claim!.events.map(({ eventId }) => eventId)).toEqual(['evt_1', 'evt_2']);
  });

  it('has nothing left to do for an event that concerns no billing account', async () => {
    await store.storeRows([row('evt_1', { key: null })], 0);
    const { inbox, dirty } = await subject.look();
    expect(inbox).toMatchObject([{ done: true }]);
    expect(dirty).toEqual([]);
  });

  it('stores none of a batch of which one cannot be stored, and says that it is the content', async () => {
    const rows = [row('evt_1'), row('evt_2', { occurredAt: new Date(-8.64e15) })];
    await expect(store.storeRows(rows, 0)).rejects.toMatchObject({ code: expect.stringMatching(/^22/) as string });
    expect(await subject.look()).toMatchObject({ inbox: [], dirty: [] });
  });

  it('hands over what was read and no more: events beyond 500 and later ones stay undone', async () => {
    const events = Array.from({ length: 501 }, (_, index) => row(`evt_${1000 + index}`));
    await store.storeRows(events, 0);
    const [claim] = await store.claimKeys(1, 60_000);
    expect(claim!.events).toHaveLength(500);
    const done = claim!.events.map(({ id }) => id);
    expect(await store.commitResult(claim!, { done })).toMatchObject({ cleared: false });
    const [rest] = await store.claimKeys(1, 60_000);
    expect(rest!.events.map(({ eventId }) => eventId)).toEqual(['evt_1500']);
  });
});
