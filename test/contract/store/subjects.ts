import { PAYLOAD } from '../../../server/sync/inbox/payload.ts';
import { createPostgresStore } from '../../../server/sync/postgres.ts';
import type { OrgStamp } from '../../../server/sync/outbox/setRows.ts';
import type { Store } from '../../../server/sync/store.ts';
import { createMemoryStore } from '../../simulation/memoryStore/index.ts';
import { Memory } from '../../simulation/memoryStore/memory.ts';
import { createTestDatabase } from '../../support/postgres.ts';

export const STAMP: OrgStamp = { orgId: '00D000000000001AAA', mappingVersion: '1' };

/** What a store holds, as far as tests look at it. */
export type Look = {
  inbox: { eventId: string; payload: unknown; conflicts: number; done: boolean }[];
  dirty: { key: string; attempt: number; leased: boolean; aside: boolean; reason: string | null; waitMs: number }[];
  rows: {
    key: string;
    accountId: string | null;
    pending: boolean;
    aside: boolean;
    attempt: number;
    code: string | null;
    message: string | null;
  }[];
};

/** A store that is held to the contract, and what tests do to it beside its interface. */
export type Subject = {
  /** A store over the same data. */
  store(stamp?: OrgStamp): Store;
  /** Lets time pass by the store's clock. */
  advance(ms: number): Promise<void>;
  look(): Promise<Look>;
  /** Loses every dirty key, which never happens by itself. */
  forgetKeys(): Promise<void>;
  reset(): Promise<void>;
  close(): Promise<void>;
};

const TABLES =
  'inbox, inbox_payload, dirty, mirror, account_link, account_due, org_rows, org_object_pause, api_budget, lease, upstream, sweep_cursor, setting';
const TIMES: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ['inbox', ['received_at']],
  ['dirty', ['not_before', 'lease_until']],
  ['org_rows', ['not_before', 'changed_at']],
  ['lease', ['until']],
  ['upstream', ['hold_until']],
  ['org_object_pause', ['paused_until']],
  ['api_budget', ['read_at']],
];

async function inPostgres(): Promise<Subject> {
  const database = await createTestDatabase();
  const { pool } = database;
  const select = async <T extends object>(query: string) => (await pool.query<T>(query)).rows;
  return {
    store: (stamp = STAMP) => createPostgresStore(database, stamp),
    // The clock of Postgres cannot be moved, so what it is compared with is.
    async advance(ms) {
      for (const [table, columns] of TIMES)
        await pool.query(
          `update ${table} set ${columns.map((one) => `${one} = ${one} - ${ms} * interval '1 ms'`).join(', ')}`,
        );
    },
    look: async () => ({
      inbox: await select(
        `select event_id as "eventId", ${PAYLOAD} as payload, conflicts, done_at is not null as done from inbox order by id`,
      ),
      dirty: await select(
        `select key, attempt, lease_owner is not null as leased, quarantined_at is not null as aside, reason,
          (extract(epoch from not_before - now()) * 1000)::float8 as "waitMs" from dirty order by key collate "C"`,
      ),
      rows: await select(
        `select key, account_id as "accountId", pending, quarantined_at is not null as aside, attempt, code, message
          from org_rows order by key collate "C"`,
      ),
    }),
    forgetKeys: async () => void (await pool.query('truncate dirty')),
    reset: async () => void (await pool.query(`truncate ${TABLES}`)),
    close: () => database.close(),
  };
}

function inMemory(): Subject {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  let memory = new Memory(now);
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  return {
    store: (stamp = STAMP) => createMemoryStore(memory, stamp),
    advance: async (ms) => void (ahead += ms),
    look: async () => ({
      inbox: memory.inbox
        .values()
        .sort((a, b) => a.id - b.id)
        .map(({ eventId, payload, conflicts, doneAt }) => ({ eventId, payload, conflicts, done: doneAt !== null })),
      dirty: memory.dirty
        .values()
        .map(({ key, attempt, leaseOwner, quarantinedAt, reason, notBefore }) => ({
          key,
          attempt,
          leased: leaseOwner !== null,
          aside: quarantinedAt !== null,
          reason,
          waitMs: notBefore - now(),
        }))
        .sort(byKey),
      rows: memory.orgRows
        .values()
        .map(({ row, accountId, pending, quarantinedAt, attempt, code, message }) => ({
          key: row.key,
          accountId,
          pending,
          aside: quarantinedAt !== null,
          attempt,
          code,
          message,
        }))
        .sort(byKey),
    }),
    forgetKeys: async () => memory.dirty.values().forEach(({ key }) => memory.dirty.delete(key)),
    async reset() {
      ahead = 0;
      memory = new Memory(now);
    },
    close: async () => {},
  };
}

/** The stores that are held to the contract, by name. */
export const SUBJECTS: readonly (readonly [name: string, open: () => Promise<Subject>])[] = [
  ['Postgres', inPostgres],
  ['memory', async () => inMemory()],
];
