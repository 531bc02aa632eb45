import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../server/platform/log.ts';
import { PAYLOAD } from '../../server/sync/inbox/payload.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { daysAhead, daysKept, dayOf, makePartition } from '../../server/sync/retention/partitions.ts';
import { createRetention } from '../../server/sync/retention/retention.ts';
import type { Store } from '../../server/sync/store.ts';
import { createTestDatabase, holdTable, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createPostgresStore(database, { orgId: '', mappingVersion: '' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query('truncate inbox, inbox_payload, dirty, lease');
  for (const { table } of await daysKept(database.db)) await database.pool.query(`drop table ${table}`);
});

const retention = () => createRetention({ db: database.db, payloadDays: 35, idDays: 90, log: createLog('silent') });

/** Stores events as if they had come so many days ago. */
async function receive(daysAgo: number, ids: readonly string[], done = true): Promise<void> {
  const rows = ids.map((eventId) => ({
    connection: 'stripe',
    eventId,
    kind: 'invoice.paid',
    key: 'stripe:account:cus_1',
    occurredAt: null,
    payload: JSON.stringify({ id: eventId }),
    digest: '' as const,
  }));
  await store.storeRows(rows, 0);
  const received = `date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '${daysAgo} days' + interval '12 hours'`;
  const { rows: found } = await database.pool.query<{ id: number }>(
    `update inbox_payload p set received_at = ${received} from inbox i
     where i.id = p.id and i.received_at = p.received_at and i.event_id = any($1) returning p.id`,
    [ids],
  );
  await database.pool.query(
    `update inbox set received_at = ${received}, done_at = ${done ? received : 'null'} where id = any($1)`,
    [found.map(({ id }) => id)],
  );
}

/** Makes the partition of a day that lies so many days back. */
async function partitionOf(daysAgo: number): Promise<void> {
  const { rows } = await database.pool.query<{ day: string }>(
    `select to_char((now() at time zone 'UTC')::date - $1::int, 'YYYY-MM-DD') as day`,
    [daysAgo],
  );
  await makePartition(database.db, dayOf(rows[0]!.day));
}

const kept = async () =>
  Object.fromEntries(
    (
      await database.db
        .selectFrom('inbox')
        .select(['event_id', sql.raw<unknown>(PAYLOAD).as('payload')])
        .orderBy('id')
        .execute()
    ).map((row) => [row.event_id, row.payload !== null]),
  );
const inDefault = async () => (await database.pool.query('select from inbox_payload_default')).rowCount;

describe('the inbox', () => {
  it('has a partition for each day ahead, and what came before there was one moves into it', async () => {
    await receive(0, ['evt_1']);
    expect(await inDefault()).toBe(1);
    await retention().tick();
    expect(await daysKept(database.db)).toEqual(await daysAhead(database.db, 4));
    expect(await inDefault()).toBe(0);
    await store.storeRows(
      [
        {
          connection: 'stripe',
          eventId: 'evt_2',
          kind: 'x',
          key: null,
          occurredAt: null,
          payload: '{}',
          digest: '' as const,
        },
      ],
      0,
    );
    expect(await inDefault()).toBe(0);
    expect(await kept()).toEqual({ evt_1: true, evt_2: true });
  });

  it('drops payloads after 35 days and ids after 90', async () => {
    for (const days of [36, 35, 34, 91]) {
      await receive(days, [`evt_${days}`]);
      await partitionOf(days);
    }
    await receive(37, ['evt_37_in_default']);
    await receive(92, ['evt_92_in_default']);
    await retention().tick();
    expect(await kept()).toEqual({ evt_36: false, evt_35: true, evt_34: true, evt_37_in_default: false });
    expect((await daysKept(database.db)).length).toBe(2 + 4);
  });

  it('keeps an event that is not worked off, however old, with its payload and its key at work', async () => {
    await receive(100, ['evt_undone'], false);
    await receive(100, ['evt_same_day']);
    await partitionOf(100);
    await receive(101, ['evt_undone_in_default'], false);
    await retention().tick();
    expect(await kept()).toEqual({ evt_undone: true, evt_undone_in_default: true });
    const [claim] = await store.claimKeys(10, 1000);
    expect(claim!.events.map(({ payload }) => payload)).toEqual([
      { id: 'evt_undone' },
      { id: 'evt_undone_in_default' },
    ]);
    await database.pool.query('update inbox set done_at = now()');
    await retention().tick();
    expect(await kept()).toEqual({});
    expect(await daysKept(database.db)).toHaveLength(4);
  });

  it('clears payloads that the build before 0008 stored in the row itself', async () => {
    await receive(36, ['evt_old']);
    await receive(10, ['evt_young']);
    await database.pool.query(`truncate inbox_payload; update inbox set payload = '{}'`);
    await retention().tick();
    expect(await kept()).toEqual({ evt_old: false, evt_young: true });
  });

  it('deletes ids in steps, past those that are kept', async () => {
    await receive(95, ['evt_first'], false);
    await database.pool.query(
      `insert into inbox (connection, event_id, kind, digest, received_at, done_at)
       select 'stripe', 'old_' || n, 'x', '', now() - interval '91 days', now() from generate_series(1, 12000) n`,
    );
    await receive(1, ['evt_last']);
    await retention().tick();
    expect(Object.keys(await kept())).toEqual(['evt_first', 'evt_last']);
  });

  it('is looked after by one process at a time', async () => {
    await database.pool.query(`insert into lease values ('retention', 'other', now() + interval '1 minute')`);
    await retention().tick();
    expect(await daysKept(database.db)).toEqual([]);
  });

  it('forgets what was done to a subscription a month after the timeline has, and no other object', async () => {
    await database.pool.query(
      `insert into mirror (key, kind, billing_account_key, as_of, version, deleted, body, digest)
       select 'stripe:' || kind || ':' || days, kind, 'stripe:account:cus_1', now() - days * interval '1 day', 0, false, '{}', ''
       from unnest(array['change', 'invoice']) kind, unnest(array[89, 119, 121, 400]) days`,
    );
    await retention().tick();
    const { rows } = await database.pool.query<{ key: string }>('delete from mirror returning key');
    expect(rows.map(({ key }) => key).toSorted()).toEqual([
      'stripe:change:119',
      'stripe:change:89',
      'stripe:invoice:119',
      'stripe:invoice:121',
      'stripe:invoice:400',
      'stripe:invoice:89',
    ]);
  });

  it('gives way to a transaction that holds the table for long, and takes events in meanwhile', async () => {
    const release = await holdTable(database, 'inbox_payload_default', 'row exclusive');
    await retention().tick();
    expect(await daysKept(database.db)).toEqual([]);
    await receive(0, ['evt_1']);
    await release();
    await retention().tick();
    expect(await daysKept(database.db)).toHaveLength(4);
    expect(await kept()).toEqual({ evt_1: true });
  });
});
