import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureProjection, FAILURE_OBJECT, kindOfMany } from '../../server/connectors/salesforce/rows/syncFailure.ts';
import { Fault } from '../../server/domain/fault.ts';
import { createLog } from '../../server/platform/log.ts';
import { createFailureDesk } from '../../server/sync/failures/desk.ts';
import { createFailureTeller } from '../../server/sync/failures/teller.ts';
import { dropResolved } from '../../server/sync/failures/store.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { dismissFailures } from '../../server/sync/operate/dismiss.ts';
import { parseFailureId } from '../../server/sync/operate/failureId.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { retryFailures } from '../../server/sync/operate/retry.ts';
import { pauseObjects } from '../../server/sync/outbox/pause.ts';
import { PARTITIONS } from '../../server/sync/outbox/partition.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import { followFailures } from '../../server/workflows/failures/followFailures.ts';
import type { OrgWriteResult } from '../../server/workflows/ports/orgRows.ts';
import { customFields, list, readMetadata } from '../metadata/source.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** Failures as rows of the org: which there are, how many at most, and when they are resolved. */

const ACCOUNT = '001000000000001AAA';
const ALL = Array.from({ length: PARTITIONS }, (_, at) => at);
const RULE: OrgWriteResult = {
  outcome: 'refused',
  retry: 'never',
  code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  message: 'No amounts on Sundays.',
};

let database: TestDatabase;
let store: Store;
let now: Date;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: '', mappingVersion: '' });
});
afterAll(() => database.close());
beforeEach(async () => {
  now = new Date('2026-11-22T08:00:00Z');
  await database.pool.query(
    `truncate inbox, inbox_payload, dirty, mirror, account_link, org_rows, org_row_removal, org_object_pause, dismissal,
       operator_action, connection, owner_notice, org_account`,
  );
});

const teller = () =>
  createFailureTeller({
    db: database.db,
    projection: failureProjection,
    follow: (told, before) => followFailures(failureProjection, told, before, now),
    setRows: async (rows) => void (await store.setRows(null, rows, true)),
    log: createLog('silent'),
  });
const tell = () => teller().tick();

const invoice = (id: string, amount = 1) => ({
  object: 'Billing_Invoice__c',
  key: `stripe:invoice:${id}`,
  fields: { Amount__c: amount },
  parents: {},
});
const idOf = (id: string) => `row:Billing_Invoice__c:stripe:invoice:${id}`;

/** Salesforce answers to everything that waits. @returns keys that were sent, by object */
async function answer(result: OrgWriteResult, most = 20_000): Promise<string[]> {
  const rows = await store.takeRows(ALL, most);
  await store.recordResults(
    rows,
    rows.map(() => result),
    () => 0,
  );
  return rows.map(({ row }) => row.key);
}
async function refuse(...ids: string[]): Promise<void> {
  await store.setRows(
    ACCOUNT,
    ids.map((id) => invoice(id)),
  );
  await answer(RULE);
}

type Fields = Record<string, unknown>;
async function rows(): Promise<
  (Fields & { key: string; version: number; batch: boolean; account_id: string | null })[]
> {
  const found = await database.pool.query<{ key: string; fields: Fields; row_version: number; batch: boolean }>(
    'select key, fields, row_version as version, batch, account_id from org_rows where object = $1 order by key',
    [FAILURE_OBJECT],
  );
  return found.rows.map(({ fields, ...row }) => ({ ...row, ...fields })) as never;
}
const retry = async (...ids: string[]) =>
  retryFailures(
    database.db,
    'ada@test',
    ids.map((id) => parseFailureId(id)!),
  );

describe('a row that Salesforce refuses', () => {
  it('is told with what it is, why, what to do and since when', async () => {
    await store.setRows(ACCOUNT, [{ ...invoice('in_0'), fields: { Amount__c: 5 } }]);
    await answer({ outcome: 'written' });
    await refuse('in_1');
    await tell();
    const [failure] = await listFailures(database.db);
    expect(await rows()).toMatchObject([
      {
        key: `stripe:failure:${idOf('in_1')}`,
        account_id: null,
        batch: true,
        Name: 'Billing Invoice in_1',
        Failure_Id__c: idOf('in_1'),
        State__c: 'Open',
        Kind__c: 'Row refused',
        Connection__c: 'stripe',
        Account__c: ACCOUNT,
        Object__c: 'Billing_Invoice__c',
        Record_Key__c: 'stripe:invoice:in_1',
        Source_Object__c: 'invoice',
        Source_Id__c: 'in_1',
        Code__c: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
        Reason__c: 'No amounts on Sundays.',
        What_To_Do__c: expect.stringMatching(
          /^A validation rule of the org refuses it.* Then choose Try again\.$/,
        ) as string,
        First_Seen__c: failure!.since.toISOString(),
        Last_Seen__c: failure!.since.toISOString(),
        Resolved_At__c: null,
        Attempts__c: 1,
        Times__c: 1,
        Failures__c: 1,
      },
    ]);
  });

  it('is written once, however often it is looked at', async () => {
    await refuse('in_1');
    await tell();
    const [before] = await rows();
    await answer({ outcome: 'written' });
    await tell();
    await tell();
    expect((await rows())[0]).toEqual(before);
    expect(await answer(RULE)).toEqual([]);
  });

  it('stays open while it is tried, and is resolved when Salesforce takes it', async () => {
    await refuse('in_1');
    await tell();
    await retry(idOf('in_1'));
    await tell();
    expect(await rows()).toMatchObject([{ State__c: 'Open', Times__c: 1 }]);
    await answer({ outcome: 'written' });
    now = new Date('2026-11-22T09:00:00Z');
    await tell();
    expect(await rows()).toMatchObject([{ State__c: 'Resolved', Resolved_At__c: now.toISOString(), Times__c: 1 }]);
    await tell();
    expect(await rows()).toMatchObject([{ Resolved_At__c: now.toISOString() }]);
  });

  it('that comes back is open again, with when it was first seen and how often it failed', async () => {
    await refuse('in_1');
    await tell();
    const [first] = await rows();
    await retry(idOf('in_1'));
    await answer({ outcome: 'written' });
    await tell();
    await store.setRows(ACCOUNT, [invoice('in_1', 2)]);
    await answer(RULE);
    await tell();
    const [again] = await rows();
    expect(again).toMatchObject({
      ...{ State__c: 'Open', Resolved_At__c: null, Times__c: 2, First_Seen__c: first!['First_Seen__c'] },
    });
    expect(String(again!['Last_Seen__c']) > String(first!['Last_Seen__c'])).toBe(true);
  });

  it('and that an operator dismisses is resolved', async () => {
    await refuse('in_1');
    await tell();
    await dismissFailures(database.db, 'ada@test', [parseFailureId(idOf('in_1'))!], 'known');
    await tell();
    expect(await rows()).toMatchObject([{ State__c: 'Resolved' }]);
  });

  it('names no Account that Salesforce does not have, or has no more', async () => {
    await refuse('in_1');
    await tell();
    expect(await rows(), 'nothing of it was ever taken').toMatchObject([{ Account__c: null }]);
    await store.setRows(ACCOUNT, [invoice('in_0')]);
    await answer({ outcome: 'written' });
    await tell();
    expect(await rows()).toMatchObject([{ Account__c: ACCOUNT }]);
    await database.pool.query("insert into org_account (account_id, state) values ($1, 'deleted')", [ACCOUNT]);
    await tell();
    expect(await rows()).toMatchObject([{ Account__c: null, State__c: 'Open' }]);
  });
});

describe('what ops lists', () => {
  it('and the rows agree, of every kind', async () => {
    await refuse('in_1', 'in_2');
    await store.storeRows(
      ['cus_1', 'cus_2'].map((id) => ({
        ...{ connection: 'stripe', eventId: `evt_${id}`, kind: 'x', key: `stripe:account:${id}`, occurredAt: null },
        ...{ payload: '{}', digest: '=' },
      })),
      0,
    );
    const handler = () =>
      Promise.reject(
        new Fault({ code: 'stripe_key_refused', kind: 'forbidden', publicText: 'Stripe refuses the API key.' }),
      );
    await createKeyWorker({ store, handler, log: createLog('silent') }).drain();
    await store.bumpKeys([`account:projection:${ACCOUNT}`, 'match:billing:zuora:account:A1']);
    await createKeyWorker({ store, handler, log: createLog('silent') }).drain();
    await database.pool.query(`
      insert into connection (name, system, state, reason) values ('zuora', 'Zuora', 'Paused', 'Moving house.'),
        ('stripe', 'Stripe', 'Connected', '');
      insert into inbox (connection, event_id, kind, digest, conflicts, done_at)
        values ('stripe', 'evt_9', 'x', '=', 1, now());
      insert into owner_notice (deal_key, quarantined_at, code, message)
        values ('stripe:deal:sub_1', now(), 'FEATURE_OFF', 'Chatter is off.')`);
    await pauseObjects(database.db, [
      { object: 'Usage__c', code: 'INVALID_TYPE', message: 'Usage__c is not supported.' },
    ]);
    await tell();
    const listed = await listFailures(database.db);
    const told = await rows();
    expect(told.map((row) => row['Failure_Id__c']).sort()).toEqual(listed.map(({ id }) => id).sort());
    expect(
      told.map((row) => `${row['Connection__c']} ${row['Kind__c']} ${row['Code__c']}: ${row['Name']}`).sort(),
    ).toEqual([
      'salesforce Object not written INVALID_TYPE: Usage',
      `salesforce Work put aside stripe_key_refused: Account ${ACCOUNT}`,
      'stripe Event to look at null: Event 3',
      'stripe Owner not told FEATURE_OFF: Opportunity sub_1',
      'stripe Row refused FIELD_CUSTOM_VALIDATION_EXCEPTION: Billing Invoice in_1',
      'stripe Row refused FIELD_CUSTOM_VALIDATION_EXCEPTION: Billing Invoice in_2',
      'stripe Work put aside stripe_key_refused: Billing Account cus_1',
      'stripe Work put aside stripe_key_refused: Billing Account cus_2',
      'zuora Connection stopped null: Connection zuora',
      'zuora Work put aside stripe_key_refused: Billing Account A1',
    ]);
    expect(told.every((row) => row['Reason__c'] && row['What_To_Do__c'])).toBe(true);
    const button = readMetadata(`quickActions/${FAILURE_OBJECT}.Billing_Retry.quickAction-meta.xml`)['label'];
    const named = told.flatMap((row) => String(row['What_To_Do__c']).match(/(?<=choose )try again/gi) ?? []);
    expect(new Set(named), 'the button is named as it is called').toEqual(new Set([button]));
    expect(
      told.find((row) => row['Connection__c'] === 'zuora' && row['Kind__c'] === 'Connection stopped'),
    ).toMatchObject({
      Reason__c: 'Paused: Moving house.',
    });
  });
});

describe('a failure of a row that tells of failures', () => {
  it('is told by no row, and listed for operators', async () => {
    await refuse('in_1');
    await tell();
    await answer(RULE);
    for (let look = 0; look < 3; look += 1) {
      await tell();
      await answer(RULE);
    }
    expect((await rows()).map(({ key }) => key)).toEqual([`stripe:failure:${idOf('in_1')}`]);
    expect((await listFailures(database.db)).map(({ id }) => id).sort()).toEqual([
      idOf('in_1'),
      `row:${FAILURE_OBJECT}:stripe:failure:${idOf('in_1')}`,
    ]);
    await tell();
    expect(await answer(RULE), 'nothing is sent over and over').toEqual([]);
  });

  it('whose object the org does not have is told by no row either', async () => {
    await refuse('in_1');
    await tell();
    await answer({ outcome: 'refused', retry: 'mapping', code: 'NOT_FOUND', message: 'Not there.' });
    await pauseObjects(database.db, [{ object: FAILURE_OBJECT, code: 'NOT_FOUND', message: 'Not there.' }]);
    await tell();
    expect(await rows()).toHaveLength(1);
    expect((await listFailures(database.db)).map(({ id }) => id)).toContain(`object:${FAILURE_OBJECT}`);
  });
});

describe('the object of the package', () => {
  const fields = new Map(
    customFields().flatMap(({ object, name, xml }) => (object === FAILURE_OBJECT ? [[name, xml]] : [])),
  );
  const valuesOf = (name: string) =>
    list(list(list(fields.get(name)!, 'valueSet')[0]!, 'valueSetDefinition')[0]!, 'value').map(
      (one) => one['fullName'],
    );

  it('has every field that a row has, with room for it, and every kind and state', async () => {
    const key = `stripe:invoiceitem:${'x'.repeat(230)}`;
    await store.setRows(ACCOUNT, [{ ...invoice('in_1'), key, object: 'Billing_Invoice_Item__c' }]);
    await answer({ ...RULE, message: 'No. '.repeat(120) });
    await tell();
    const [row] = await rows();
    const { key: ownKey, version: _v, batch: _b, account_id: _a, Name: name, ...written } = row!;
    for (const [field, value] of Object.entries(written)) {
      expect.soft([...fields.keys()]).toContain(field);
      const most = Number(fields.get(field)?.['length'] ?? Infinity);
      expect.soft(String(value ?? '').length, field).toBeLessThanOrEqual(most);
    }
    expect(ownKey.length).toBeLessThanOrEqual(255);
    expect(ownKey).toMatch(/^stripe:failure:[0-9a-f]{64}$/);
    expect(String(name).length).toBeLessThanOrEqual(80);
    expect(valuesOf('State__c')).toEqual(['Open', 'Resolved']);
    const kinds = (['row', 'object', 'key', 'event', 'notice', 'connection'] as const).map((kind) =>
      failureProjection.open(
        { kind, connection: null, count: 2, from: now, to: now },
        { firstSeen: now, lastSeen: now, times: 1 },
      ),
    );
    expect(valuesOf('Kind__c')).toEqual(kinds.map((one) => one.fields['Kind__c']));
    expect(kinds.map(kindOfMany)).toEqual(['row', 'object', 'key', 'event', 'notice', 'connection']);
  });
});

describe('ten thousand failures', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => `in_${String(at).padStart(5, '0')}`);

  it('are 25 rows of the longest waiting and one with the count, and the 25 stay while others come and go', async () => {
    await refuse(...many);
    await database.pool.query(
      "update org_rows set quarantined_at = now() - interval '1 hour' where key < 'stripe:invoice:in_00025'",
    );
    await tell();
    const told = await rows();
    expect(told).toHaveLength(26);
    const [more] = told.filter((row) => row['Failure_Id__c'] === null);
    expect(more).toMatchObject({
      ...{ key: 'stripe:failure:more:row', Name: '9975 more: Row refused', Failures__c: 9975, Kind__c: 'Row refused' },
    });
    const ids = told.flatMap((row) => row['Failure_Id__c'] ?? []);
    expect(ids).toEqual(many.slice(0, 25).map(idOf));
    // What is put aside anew counts as failed later, and stays among those that are told.
    await retry(idOf(many[3]!));
    await answer(RULE);
    await tell();
    expect((await rows()).flatMap((row) => row['Failure_Id__c'] ?? [])).toEqual(ids);
    await retry(...many.map(idOf));
    await answer({ outcome: 'written' });
    await tell();
    expect((await rows()).map((row) => row['State__c'])).toEqual(Array.from({ length: 26 }, () => 'Resolved'));
  }, 120_000);

  it('another cause among them has rows of its own', async () => {
    await refuse(...many.slice(0, 100));
    await store.setRows(ACCOUNT, [invoice('in_other')]);
    await answer({ outcome: 'refused', retry: 'never', code: 'STRING_TOO_LONG', message: 'Too long.' });
    await tell();
    expect((await rows()).map((row) => row['Name'])).toContain('Billing Invoice in_other');
  });

  it('make way for the figures: their rows can wait', async () => {
    await refuse(...many.slice(0, 100));
    await tell();
    await store.setRows(ACCOUNT, [invoice('in_live')]);
    expect((await store.takeRows(ALL, 1)).map(({ row }) => row.key)).toEqual(['stripe:invoice:in_live']);
  });

  it('that were resolved fall out after their time, or when there are too many', async () => {
    await refuse(...many.slice(0, 10));
    await tell();
    await answer({ outcome: 'written' });
    await retry(...many.slice(0, 10).map(idOf));
    await answer({ outcome: 'written' });
    await tell();
    await answer({ outcome: 'written' });
    expect(await dropResolved(database.db, FAILURE_OBJECT, 30, 500)).toBe(0);
    expect(await dropResolved(database.db, FAILURE_OBJECT, 30, 4)).toBe(6);
    await database.pool.query(
      `update org_rows set fields = fields || '{"Resolved_At__c": "2026-01-01T00:00:00.000Z"}' where object = $1`,
      [FAILURE_OBJECT],
    );
    expect(await dropResolved(database.db, FAILURE_OBJECT, 30, 500)).toBe(4);
    const { rows: removals } = await database.pool.query('select object from org_row_removal');
    expect(removals).toHaveLength(10);
    expect(await rows()).toEqual([]);
  });
});

describe('another try that a person asks for', () => {
  let tried = 0;
  const desk = () =>
    createFailureDesk({
      db: database.db,
      projection: failureProjection,
      kindOfMany,
      onRetried: () => (tried += 1),
    });

  it('is the one of operators, with who asked', async () => {
    await refuse('in_1', 'in_2');
    await tell();
    await answer({ outcome: 'written' });
    tried = 0;
    expect(await desk().retry(`stripe:failure:${idOf('in_1')}`, 'Salesforce user 005')).toBe(1);
    expect(tried).toBe(1);
    expect(await answer({ outcome: 'written' })).toEqual(['stripe:invoice:in_1']);
    const { rows: actions } = await database.pool.query('select operator, action, targets from operator_action');
    expect(actions).toEqual([{ operator: 'Salesforce user 005', action: 'retry', targets: [idOf('in_1')] }]);
  });

  it('of a row that stands for many means all of its kind', async () => {
    await refuse(...Array.from({ length: 30 }, (_, at) => `in_${at}`));
    await tell();
    await answer({ outcome: 'written' });
    expect(await desk().retry('stripe:failure:more:row', 'x')).toBe(30);
    expect(await answer(RULE)).toHaveLength(30);
  });

  it('of what is resolved, or of no failure, does nothing', async () => {
    await refuse('in_1');
    await tell();
    await retry(idOf('in_1'));
    await answer({ outcome: 'written' });
    await tell();
    expect(await desk().retry(`stripe:failure:${idOf('in_1')}`, 'x')).toBeNull();
    expect(await desk().retry('stripe:failure:row:Nothing__c:a', 'x')).toBeNull();
  });

  it('looks at once at a connection that is broken, and leaves one alone that an operator paused', async () => {
    await database.pool.query(`insert into connection (name, system, state, reason, probe_at) values
      ('stripe', 'Stripe', 'Broken', 'No.', now() + interval '1 hour'), ('zuora', 'Zuora', 'Paused', 'No.', now())`);
    await tell();
    for (const name of ['stripe', 'zuora']) await desk().retry(`${name}:failure:connection:${name}`, 'x');
    const { rows: due } = await database.pool.query(
      'select name, state from connection where probe_at <= now() order by name',
    );
    expect(due).toEqual([
      { name: 'stripe', state: 'Broken' },
      { name: 'zuora', state: 'Paused' },
    ]);
  });
});
