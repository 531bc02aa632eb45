import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createLog } from '../../server/platform/log.ts';
import { rowNotes } from '../../server/sync/operate/rowNotes.ts';
import { createOutbox, type OutboxOptions } from '../../server/sync/outbox/outbox.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import type { OrgChunkResult, OrgRow, OrgWrite, OrgWriteResult } from '../../server/workflows/ports/orgRows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const stamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const objectOrder = ['Billing_Account__c', 'Billing_Invoice__c', 'Account'];
const ACCOUNT = '001000000000001AAA';
const LEASE_MS = 60_000;

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, stamp);
});
afterAll(() => database.close());
beforeEach(() => database.pool.query('truncate org_rows, lease, upstream, org_object_pause, api_budget'));

type Call = { object: string; writes: readonly OrgWrite[] };
type Answer = (call: Call) => OrgChunkResult | Promise<OrgChunkResult>;
const written = ({ writes }: Call): OrgWriteResult[] => writes.map(() => ({ outcome: 'written' }));

/** An outbox over a Salesforce that answers as told. */
function outboxOver(answer: Answer = written, options: Partial<OutboxOptions> = {}) {
  const calls: Call[] = [];
  const behaviour = { answer };
  const outbox = createOutbox({
    store,
    objectOrder,
    log: createLog('silent'),
    writer: {
      async write(chunks) {
        const answers: OrgChunkResult[] = [];
        for (const { object, writes } of chunks) {
          calls.push({ object, writes });
          answers.push(await behaviour.answer({ object, writes }));
        }
        return answers;
      },
      usage: () => null,
    },
    ...options,
  });
  return { outbox, calls, behaviour };
}

const invoice = (id: string, amount = 1): OrgRow => ({
  object: 'Billing_Invoice__c',
  key: `stripe:invoice:${id}`,
  fields: { Amount__c: amount },
  parents: { Billing_Account__r: { object: 'Billing_Account__c', key: 'stripe:account:cus_1' } },
});
const billingAccount: OrgRow = { object: 'Billing_Account__c', key: 'stripe:account:cus_1', fields: {}, parents: {} };
const rows = () => database.db.selectFrom('org_rows').selectAll().orderBy('key').execute();
const due = () => database.pool.query('update org_rows set not_before = now()');
const endHold = () => database.pool.query('update upstream set hold_until = now() where hold_until > now()');

describe('the outbox', () => {
  it('writes a row once and leaves it alone while its content stays', async () => {
    const { outbox, calls } = outboxOver();
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    expect(await outbox.flush()).toBe(1);
    expect(calls).toMatchObject([
      { object: 'Billing_Invoice__c', writes: [{ accountId: ACCOUNT, row: invoice('in_1') }] },
    ]);
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    expect(await outbox.flush()).toBe(0);
  });

  it('sends only the last of several states, each with a higher version', async () => {
    const { outbox, calls } = outboxOver();
    for (const amount of [1, 2, 3]) await outbox.setRows(ACCOUNT, [invoice('in_1', amount)]);
    await outbox.flush();
    await outbox.setRows(ACCOUNT, [invoice('in_1', 4)]);
    await outbox.flush();
    expect(calls.map(({ writes }) => writes.map(({ row }) => row.fields['Amount__c']))).toEqual([[3], [4]]);
    const versions = calls.map(({ writes }) => writes[0]!.rowVersion);
    expect(versions[1]).toBeGreaterThan(versions[0]!);
    expect(versions[0]).toBeGreaterThan(Date.UTC(2020));
  });

  it('keeps why a row does not hold what billing says, as it is told last, and sends none of it', async () => {
    const { outbox, calls } = outboxOver();
    const row = (...notes: string[]): OrgRow => ({ ...billingAccount, ...(notes.length > 0 && { notes }) });
    await outbox.setRows(ACCOUNT, [row('Seats__c is empty: "many" is no number.')]);
    await outbox.setRows(ACCOUNT, [
      row('Seats__c is empty: "few" is no number.', 'Vip__c is not set.'),
      invoice('in_1'),
    ]);
    const told = { object: 'Billing_Account__c', key: 'stripe:account:cus_1', accountId: ACCOUNT };
    expect(await rowNotes(database.db, 10)).toEqual({
      total: 2,
      notes: [
        { ...told, note: 'Seats__c is empty: "few" is no number.' },
        { ...told, note: 'Vip__c is not set.' },
      ],
    });
    expect((await rowNotes(database.db, 1)).notes).toHaveLength(1);
    expect((await rowNotes(database.db, 1)).total).toBe(2);
    await outbox.flush();
    expect(calls[0]!.writes[0]!.row).not.toHaveProperty('notes');
    await outbox.setRows(ACCOUNT, [row()]);
    expect(await rowNotes(database.db, 10)).toEqual({ total: 0, notes: [] });
  });

  it('sends nothing when a row is what Salesforce confirmed again before anything was sent', async () => {
    const { outbox, calls } = outboxOver();
    await outbox.setRows(ACCOUNT, [invoice('in_1', 1)]);
    await outbox.flush();
    await outbox.setRows(ACCOUNT, [invoice('in_1', 2)]);
    await outbox.setRows(ACCOUNT, [invoice('in_1', 1)]);
    expect(await outbox.flush()).toBe(0);
    expect(calls).toHaveLength(1);
  });

  it('sends a row again when it is what it was, but something else may have arrived meanwhile', async () => {
    const { outbox, calls, behaviour } = outboxOver();
    await outbox.setRows(ACCOUNT, [invoice('in_1', 1)]);
    await outbox.flush();
    behaviour.answer = () => {
      throw new Fault({ code: 'x', kind: 'unavailable', publicText: 'No answer.', outcomeUnknown: true });
    };
    await outbox.setRows(ACCOUNT, [invoice('in_1', 2)]);
    await outbox.flush();
    behaviour.answer = written;
    await outbox.setRows(ACCOUNT, [invoice('in_1', 1)]);
    await outbox.flush();
    expect(calls.map(({ writes }) => writes[0]!.row.fields['Amount__c'])).toEqual([1, 2, 1]);
    const versions = calls.map(({ writes }) => writes[0]!.rowVersion);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
  });

  it('sends the same version again when the outcome is unknown', async () => {
    const { outbox, calls, behaviour } = outboxOver(() => {
      throw new Fault({ code: 'x', kind: 'unavailable', publicText: 'No answer.', outcomeUnknown: true });
    });
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    await outbox.flush();
    behaviour.answer = written;
    await outbox.flush();
    expect(calls).toHaveLength(2);
    expect(calls[1]!.writes[0]!.rowVersion).toBe(calls[0]!.writes[0]!.rowVersion);
    expect(calls[1]!.writes[0]!.syncedAt).toEqual(calls[0]!.writes[0]!.syncedAt);
    expect(await rows()).toMatchObject([{ pending: false, attempt: 0 }]);
  });

  it('puts rows of many Accounts in few calls, parents first', async () => {
    const { outbox, calls } = outboxOver();
    for (let account = 0; account < 50; account += 1) {
      const id = `001${String(account).padStart(12, '0')}AAA`;
      const own = Array.from({ length: 9 }, (_, index) => invoice(`in_${account}_${index}`));
      await outbox.setRows(id, [
        { object: 'Account', key: id, fields: { Billing_MRR__c: 1 }, parents: {} },
        ...own,
        { ...billingAccount, key: `stripe:account:cus_${account}` },
      ]);
    }
    expect(await outbox.flush()).toBe(550);
    expect(calls.map(({ object, writes }) => [object, writes.length]).sort()).toEqual([
      ['Account', 50],
      ['Billing_Account__c', 50],
      ['Billing_Invoice__c', 200],
      ['Billing_Invoice__c', 200],
      ['Billing_Invoice__c', 50],
    ]);
    expect(calls[0]!.object).toBe('Billing_Account__c');
    expect(calls.at(-1)!.object).toBe('Account');
  });

  it('takes the answers row by row', async () => {
    const { outbox, behaviour, calls } = outboxOver(({ writes }) =>
      writes.map(({ row }): OrgWriteResult => {
        if (row.key.endsWith('locked'))
          return { outcome: 'refused', retry: 'soon', code: 'UNABLE_TO_LOCK_ROW', message: 'Locked.' };
        if (row.key.endsWith('bad'))
          return { outcome: 'refused', retry: 'never', code: 'STRING_TOO_LONG', message: 'The name is too long.' };
        return row.key.endsWith('newer') ? { outcome: 'newer_is_there' } : { outcome: 'written' };
      }),
    );
    await outbox.setRows(ACCOUNT, [invoice('good'), invoice('locked'), invoice('bad'), invoice('newer')]);
    await outbox.flush();
    expect(await rows()).toMatchObject([
      { key: 'stripe:invoice:bad', pending: true, code: 'STRING_TOO_LONG', message: 'The name is too long.' },
      { key: 'stripe:invoice:good', pending: false },
      { key: 'stripe:invoice:locked', pending: true, attempt: 1, quarantined_at: null },
      { key: 'stripe:invoice:newer', pending: true, attempt: 1 },
    ]);
    expect((await rows())[0]!.quarantined_at).not.toBeNull();
    behaviour.answer = written;
    await due();
    await outbox.flush();
    expect(
      calls
        .at(-1)!
        .writes.map(({ row }) => row.key)
        .sort(),
    ).toEqual(['stripe:invoice:locked', 'stripe:invoice:newer']);
  });

  const locked = ({ writes }: Call): OrgWriteResult[] =>
    writes.map(() => ({ outcome: 'refused', retry: 'soon', code: 'UNABLE_TO_LOCK_ROW', message: 'Locked.' }));

  it('retries a locked row five times, puts it alone aside, and takes it up again when its content changes', async () => {
    const { outbox, calls, behaviour } = outboxOver(locked);
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    for (let taken = 1; taken > 0; await due()) taken = await outbox.flush();
    expect(calls).toHaveLength(6);
    expect(await rows()).toMatchObject([{ code: 'UNABLE_TO_LOCK_ROW', message: 'Locked.', attempt: 6 }]);
    behaviour.answer = written;
    await outbox.setRows(ACCOUNT, [invoice('in_1', 2)]);
    expect(await outbox.flush()).toBe(1);
    expect(await rows()).toMatchObject([{ pending: false, quarantined_at: null, code: null }]);
  });

  it('takes locked rows up again when another row of their Account could be written', async () => {
    const { outbox, behaviour } = outboxOver(locked);
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    for (let taken = 1; taken > 0; await due()) taken = await outbox.flush();
    behaviour.answer = written;
    await outbox.setRows(ACCOUNT, [invoice('in_2')]);
    await outbox.flush();
    await outbox.flush();
    expect(await rows()).toMatchObject([{ pending: false }, { pending: false }]);
  });

  it('tries rows that were refused for good again when a start releases them', async () => {
    const { outbox, behaviour } = outboxOver(({ writes }) =>
      writes.map(() => ({ outcome: 'refused', retry: 'never', code: 'STRING_TOO_LONG', message: 'Too long.' })),
    );
    await outbox.setRows(ACCOUNT, [invoice('in_1'), invoice('in_2')]);
    await outbox.flush();
    expect(await outbox.flush()).toBe(0);
    behaviour.answer = written;
    expect(await store.releaseRows()).toBe(2);
    expect(await outbox.flush()).toBe(2);
    expect((await rows()).every(({ pending, code }) => !pending && code === null)).toBe(true);
  });

  it('sends a row above a newer version that nobody here gave, as after a restore of the database', async () => {
    const held = Date.now() + 8 * 60_000;
    const { outbox, calls } = outboxOver(({ writes }) =>
      writes.map(({ rowVersion }) => ({ outcome: rowVersion < held ? 'newer_is_there' : 'written' })),
    );
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    for (let taken = 1; taken > 0;) taken = await outbox.flush();
    expect(await rows()).toMatchObject([{ pending: false, attempt: 0, quarantined_at: null }]);
    const versions = calls.map(({ writes }) => writes[0]!.rowVersion);
    expect(versions.length).toBeLessThan(8);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('puts a row aside, with words, that Salesforce always holds a newer version of', async () => {
    const { outbox, calls } = outboxOver(({ writes }) => writes.map(() => ({ outcome: 'newer_is_there' })));
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    for (let taken = 1; taken > 0;) taken = await outbox.flush();
    expect(calls).toHaveLength(8);
    expect(await rows()).toMatchObject([{ code: 'NEWER_ROW_VERSION' }]);
  });

  const fieldGone = ({ object, writes }: Call): OrgWriteResult[] =>
    object === 'Billing_Invoice__c'
      ? writes.map(() => ({ outcome: 'refused', retry: 'mapping', code: 'INVALID_FIELD', message: 'No such column.' }))
      : written({ object, writes });
  const endPause = () => database.pool.query('update org_object_pause set paused_until = now()');

  it('pauses one object whose field is gone, without counting tries, and goes on when it is back', async () => {
    const { outbox, behaviour, calls } = outboxOver(fieldGone);
    await outbox.setRows(ACCOUNT, [billingAccount, invoice('in_1'), invoice('in_2')]);
    for (let round = 0; round < 10; round += 1) {
      await outbox.flush();
      await endPause();
    }
    expect(await rows()).toMatchObject([
      { object: 'Billing_Account__c', pending: false },
      { pending: true, attempt: 0, quarantined_at: null, code: 'INVALID_FIELD', message: 'No such column.' },
      { pending: true, attempt: 0, quarantined_at: null },
    ]);
    behaviour.answer = written;
    await outbox.flush();
    expect((await rows()).some(({ pending }) => pending)).toBe(false);
    expect(await database.db.selectFrom('org_object_pause').selectAll().execute()).toEqual([]);
    expect(calls.length).toBe(12);
  });

  it('writes rows of other objects while one is paused', async () => {
    const { outbox, calls } = outboxOver(fieldGone);
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    await outbox.flush();
    await outbox.setRows(ACCOUNT, [billingAccount, invoice('in_2')]);
    expect(await outbox.flush()).toBe(1);
    expect(calls.at(-1)!.object).toBe('Billing_Account__c');
  });

  it('records what other chunks of a call came to when one was not answered', async () => {
    const { outbox } = outboxOver((call) =>
      call.object === 'Billing_Invoice__c'
        ? new Fault({ code: 'x', kind: 'unavailable', publicText: 'No answer.', outcomeUnknown: true })
        : written(call),
    );
    await outbox.setRows(ACCOUNT, [billingAccount, invoice('in_1')]);
    await outbox.flush();
    expect(await rows()).toMatchObject([{ pending: false }, { pending: true, attempt: 0 }]);
    expect(await store.heldForMs('salesforce')).toBeGreaterThanOrEqual(0);
  });

  it('does no harm with a call whose lease ended while it was on its way', async () => {
    const org = new Map<string, { version: number; amount: unknown }>();
    const land = ({ writes }: Call): OrgWriteResult[] =>
      writes.map(({ row, rowVersion }) => {
        if (rowVersion < (org.get(row.key)?.version ?? 0)) return { outcome: 'newer_is_there' };
        org.set(row.key, { version: rowVersion, amount: row.fields['Amount__c'] });
        return { outcome: 'written' };
      });
    let arrive: () => void = () => {};
    let called: () => void = () => {};
    const underway = new Promise<void>((resolve) => (called = resolve));
    const slow = outboxOver(async (call) => {
      called();
      await new Promise<void>((resolve) => (arrive = resolve));
      return land(call);
    });
    const other = outboxOver(land);
    await slow.outbox.setRows(ACCOUNT, [invoice('in_1', 1)]);
    const flushing = slow.outbox.flush();
    await underway;
    await database.pool.query("update lease set until = now() - interval '1 s', owner = 'dead'");
    await other.outbox.setRows(ACCOUNT, [invoice('in_1', 2)]);
    expect(await other.outbox.flush()).toBe(1);
    arrive();
    await flushing;
    expect(org.get('stripe:invoice:in_1')!.amount).toBe(2);
    expect(await rows()).toMatchObject([{ pending: false, attempt: 0, fields: { Amount__c: 2 } }]);
  });

  /** A store, and what lets another process have its leases and waits until a renewal finds that. */
  function robbedStore(): { robbed: Store; rob: () => Promise<void> } {
    // The process's own clock, by which it renews.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { promise: leaseLost, resolve } = Promise.withResolvers<void>();
    const takeLeases: Store['takeLeases'] = async (names, owner, leaseMs) => {
      const taken = await store.takeLeases(names, owner, leaseMs);
      if (taken.length < names.length) setImmediate(resolve);
      return taken;
    };
    const rob = async () => {
      await database.pool.query("update lease set owner = 'another', until = now() + interval '1 min'");
      vi.advanceTimersByTime(LEASE_MS / 2);
      await leaseLost;
    };
    return { robbed: { ...store, takeLeases }, rob };
  }

  it('starts no further call once another process may have its rows', async () => {
    const { robbed, rob } = robbedStore();
    const { outbox, calls, behaviour } = outboxOver(written, { store: robbed, leaseMs: LEASE_MS });
    await outbox.setRows(
      ACCOUNT,
      Array.from({ length: 1001 }, (_, index) => invoice(`in_${index}`)),
    );
    behaviour.answer = async (call) => {
      await rob();
      return written(call);
    };
    await outbox.flush();
    expect(calls).toHaveLength(5);
    expect((await rows()).filter(({ pending }) => pending)).toHaveLength(1);
  });

  it('starts no call with half of a refused one once another process may have its rows', async () => {
    const { robbed, rob } = robbedStore();
    const { outbox, calls } = outboxOver(
      async () => {
        await rob();
        return new Fault({ code: 'malformed', kind: 'invalid', publicText: 'The call cannot be read.' });
      },
      { store: robbed, leaseMs: LEASE_MS },
    );
    await outbox.setRows(ACCOUNT, [invoice('in_1'), invoice('in_2')]);
    await outbox.flush();
    expect(calls).toHaveLength(1);
    expect(await rows()).toMatchObject([{ pending: true }, { pending: true }]);
  });

  it('sends nothing again for an answer that the database could record at the second try only', async () => {
    const troubles = [new Error('Connection terminated unexpectedly')];
    const recordResults: Store['recordResults'] = async (...args) => {
      const trouble = troubles.pop();
      if (trouble) throw trouble;
      return store.recordResults(...args);
    };
    const { outbox, calls } = outboxOver(written, { store: { ...store, recordResults } });
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    expect(await outbox.flush()).toBe(1);
    expect([await outbox.flush(), calls.length]).toEqual([0, 1]);
    expect(await rows()).toMatchObject([{ pending: false, attempt: 0 }]);
  });

  it.each([
    ['the database cannot record at all', new Error('Connection terminated unexpectedly'), 2],
    ['a bug keeps from being recorded', new TypeError('boom'), 1],
  ])('sends rows again whose answer %s, once Salesforce was left alone for a while', async (_what, trouble, most) => {
    let tries = 0;
    const recordResults: Store['recordResults'] = async () => {
      tries += 1;
      throw trouble;
    };
    const { outbox } = outboxOver(written, { store: { ...store, recordResults } });
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    await outbox.flush();
    expect(tries).toBe(most);
    const { rows: held } = await database.pool.query('select from upstream where hold_until is not null');
    expect(held).toHaveLength(1);
    expect(await outboxOver().outbox.flush()).toBe(1);
    expect(await rows()).toMatchObject([{ pending: false }]);
  });

  it('gives children another chance when their parent has arrived', async () => {
    const { outbox } = outboxOver(({ object, writes }) =>
      writes.map(() =>
        object === 'Billing_Invoice__c'
          ? { outcome: 'refused', retry: 'after_parent', code: 'INVALID_FIELD', message: 'No parent.' }
          : { outcome: 'written' },
      ),
    );
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    for (let taken = 1; taken > 0; await due()) taken = await outbox.flush();
    await outbox.setRows(ACCOUNT, [billingAccount]);
    await outbox.flush();
    expect((await rows()).find(({ object }) => object === 'Billing_Invoice__c')).toMatchObject({
      quarantined_at: null,
      attempt: 0,
    });
  });

  it('keeps a row pending whose content changed while its call was on its way', async () => {
    const { outbox, behaviour, calls } = outboxOver();
    behaviour.answer = async (call) => {
      await outbox.setRows(ACCOUNT, [invoice('in_1', 2)]);
      return written(call);
    };
    await outbox.setRows(ACCOUNT, [invoice('in_1', 1)]);
    await outbox.flush();
    expect(await rows()).toMatchObject([{ pending: true }]);
    behaviour.answer = written;
    await outbox.flush();
    expect(calls[1]!.writes[0]!.row.fields['Amount__c']).toBe(2);
    expect(await rows()).toMatchObject([{ pending: false }]);
  });

  it('finds the one row that makes Salesforce refuse a whole call', async () => {
    const { outbox } = outboxOver((call) => {
      if (call.writes.some(({ row }) => row.key.endsWith('spoiler')))
        return new Fault({ code: 'malformed', kind: 'invalid', publicText: 'The call cannot be read.' });
      return written(call);
    });
    await outbox.setRows(ACCOUNT, [
      ...Array.from({ length: 20 }, (_, index) => invoice(`in_${index}`)),
      invoice('spoiler'),
    ]);
    await outbox.flush();
    const waiting = (await rows()).filter(({ pending }) => pending);
    expect(waiting).toMatchObject([{ key: 'stripe:invoice:spoiler', code: 'malformed' }]);
  });

  it('lets one process at a time work on a partition', async () => {
    let answer: () => void = () => {};
    let called: () => void = () => {};
    const underway = new Promise<void>((resolve) => (called = resolve));
    const first = outboxOver(async (call) => {
      called();
      await new Promise<void>((resolve) => (answer = resolve));
      return written(call);
    });
    const second = outboxOver();
    await first.outbox.setRows(ACCOUNT, [invoice('in_1')]);
    const flushing = first.outbox.flush();
    await underway;
    expect(await second.outbox.flush()).toBe(0);
    answer();
    expect(await flushing).toBe(1);
    expect(second.calls).toEqual([]);
  });

  it('goes on with a partition whose lease could not be given back', async () => {
    const { promise: second, resolve } = Promise.withResolvers<void>();
    const giveLeases = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    const { outbox, calls } = outboxOver(
      (call) => {
        if (calls.length === 1) setImmediate(() => void outbox.setRows(ACCOUNT, [invoice('in_1', 2)]));
        else resolve();
        return written(call);
      },
      { store: { ...store, giveLeases } },
    );
    outbox.start();
    await outbox.setRows(ACCOUNT, [invoice('in_1', 1)]);
    await second;
    await outbox.stop();
    expect(calls.map(({ writes }) => writes[0]!.row.fields['Amount__c'])).toEqual([1, 2]);
  });

  /** Runs the outbox until it has looked `times` more times for what the org allows. */
  async function lookedAt(times: number, options: Partial<OutboxOptions> = {}) {
    let looks = 0;
    let enough: () => void = () => {};
    const done = new Promise<void>((resolve) => (enough = resolve));
    const counting: Store = {
      ...store,
      async orgState() {
        if ((looks += 1) > times) enough();
        return store.orgState();
      },
    };
    const { outbox, calls } = outboxOver(written, { store: counting, pollMs: 1, gatherMs: 0, ...options });
    return { outbox, calls, done };
  }
  const readAgo = (ms: number) =>
    database.pool.query(`update api_budget set read_at = now() - ${ms} * interval '1 ms'`);

  it('leaves the reserve of API calls alone, and asks with one small call again when the reading is old', async () => {
    await store.noteUsage({ used: 80, limit: 100 });
    await store.setRows(
      ACCOUNT,
      Array.from({ length: 250 }, (_, index) => invoice(`in_${index}`)),
    );
    const first = await lookedAt(5);
    first.outbox.start();
    await first.done;
    await first.outbox.stop();
    expect(first.calls).toEqual([]);

    await readAgo(300_001);
    const second = await lookedAt(5);
    second.outbox.start();
    await second.done;
    await second.outbox.stop();
    expect(second.calls.map(({ writes }) => writes.length)).toEqual([200]);

    await store.noteUsage({ used: 20, limit: 100 });
    const third = outboxOver();
    await third.outbox.flush();
    expect((await rows()).some(({ pending }) => pending)).toBe(false);
  });

  it('stops rows that can wait before the others', async () => {
    await store.noteUsage({ used: 75, limit: 100 });
    await store.setRows(ACCOUNT, [invoice('backfill'), invoice('live')]);
    await database.pool.query("update org_rows set batch = key like '%backfill'");
    const { outbox, calls, done } = await lookedAt(5);
    outbox.start();
    await done;
    await outbox.stop();
    expect(calls.map(({ writes }) => writes.map(({ row }) => row.key))).toEqual([['stripe:invoice:live']]);
  });

  it('shares what the org says of its API calls with other processes', async () => {
    const { outbox } = outboxOver(written, {
      writer: {
        usage: () => ({ used: 7, limit: 9 }),
        write: (chunks) => Promise.resolve(chunks.map(({ object, writes }) => written({ object, writes }))),
      },
    });
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    await outbox.flush();
    expect(await createPostgresStore(database, stamp).orgState()).toMatchObject({ budget: { used: 7, limit: 9 } });
  });

  it('holds every process when the org has no call left', async () => {
    const limit = new Fault({ code: 'x', kind: 'rate_limited', publicText: 'Used up.', retryAfterMs: 300_000 });
    const { outbox } = outboxOver(() => limit);
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    await outbox.flush();
    expect(await createPostgresStore(database, stamp).heldForMs('salesforce')).toBeGreaterThan(299_000);
    expect(await rows()).toMatchObject([{ pending: true, attempt: 0 }]);
    await store.endHold('salesforce');
  });

  it('writes by itself when rows wait, and again after a hold', async () => {
    let done: () => void = () => {};
    const finished = new Promise<void>((resolve) => (done = resolve));
    let tries = 0;
    const { outbox, calls } = outboxOver(async (call) => {
      tries += 1;
      if (tries === 1) {
        setImmediate(() => void holdEnded());
        throw new Fault({ code: 'x', kind: 'unavailable', publicText: 'Down.', retryAfterMs: 3_600_000 });
      }
      done();
      return written(call);
    });
    async function holdEnded(): Promise<void> {
      for (let ended = 0; ended === 0;) ended = (await endHold()).rowCount ?? 0;
    }
    outbox.start();
    await outbox.setRows(ACCOUNT, [invoice('in_1')]);
    await finished;
    await outbox.stop();
    expect(calls).toHaveLength(2);
    expect(await rows()).toMatchObject([{ pending: false }]);
  });
});
