import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { takenRow, type RowAsStored, type TakenRow } from './pending.ts';

/** A bulk job under way. */
export type BulkJob = { id: string; object: string; salesforceId: string | null };

/** Where bulk jobs are kept, as the lane that runs them needs it. */
export interface BulkStore {
  /** @returns objects, in the order given, of which more than `threshold` rows that can wait are ready */
  bulkObjects(objectOrder: readonly string[], threshold: number): Promise<string[]>;
  /** Rows of these partitions that could go by job; none of an Account that waits for a row of an object before it. */
  bulkRows(object: string, before: readonly string[], partitions: readonly number[], most: number): Promise<TakenRow[]>;
  /** Notes a job and that these rows go with it; those that changed meanwhile stay behind. @returns rows that go */
  addBulkJob(id: string, object: string, rows: readonly TakenRow[]): Promise<TakenRow[]>;
  noteBulkJob(id: string, salesforceId: string): Promise<void>;
  bulkJobs(): Promise<BulkJob[]>;
  /** Rows that went with a job, as they are now. */
  rowsOfBulkJob(id: string): Promise<TakenRow[]>;
  /** Lets its rows go: those that were not confirmed are written like others again. */
  endBulkJob(id: string): Promise<void>;
}

const COLUMNS = sql`object, key, account_id, partition, fields, parents, initial, confirmed_version, hash, row_version, changed_at, attempt`;
const WAITS = sql`pending and batch and quarantined_at is null and bulk_job is null and not_before <= now()`;

export function createBulkStore(db: Db): BulkStore {
  return {
    async bulkObjects(objectOrder, threshold) {
      const { rows } = await sql<{ object: string }>`
        select wanted.object from unnest(${[...objectOrder]}::text[]) with ordinality as wanted (object, place),
          lateral (select count(*) as count from (
            select 1 from org_rows o where o.object = wanted.object and ${WAITS} limit ${threshold + 1}) as first_ones) as counted
        where counted.count > ${threshold}
          and not exists (select 1 from org_object_pause p where p.object = wanted.object and p.paused_until > now())
        order by wanted.place`.execute(db);
      return rows.map(({ object }) => object);
    },
    async bulkRows(object, before, partitions, most) {
      const { rows } = await sql<RowAsStored>`
        select ${COLUMNS} from org_rows o
        where object = ${object} and ${WAITS} and partition = any(${[...partitions]}::smallint[])
          and not exists (select 1 from org_rows parent where parent.account_id = o.account_id
            and parent.object = any(${[...before]}::text[]) and parent.pending and parent.quarantined_at is null)
        order by not_before limit ${most}`.execute(db);
      return rows.map(takenRow);
    },
    async addBulkJob(id, object, rows) {
      return db.transaction().execute(async (transaction) => {
        const { rows: gone } = await sql<{ key: string }>`
          update org_rows o set bulk_job = ${id}, sent_version = row_version
          from unnest(${rows.map(({ row }) => row.key)}::text[], ${rows.map(({ rowVersion }) => rowVersion)}::bigint[])
            as wanted (key, version)
          where o.object = ${object} and o.key = wanted.key and o.row_version = wanted.version and ${WAITS}
          returning o.key`.execute(transaction);
        const keys = new Set(gone.map(({ key }) => key));
        if (keys.size > 0)
          await transaction
            .insertInto('bulk_job')
            .values({ id, object, state: 'making', row_count: keys.size })
            .execute();
        return rows.filter(({ row }) => keys.has(row.key));
      });
    },
    async noteBulkJob(id, salesforceId) {
      await db
        .updateTable('bulk_job')
        .set({ salesforce_id: salesforceId, state: 'made' })
        .where('id', '=', id)
        .execute();
    },
    async bulkJobs() {
      const rows = await db.selectFrom('bulk_job').selectAll().orderBy('made_at').execute();
      return rows.map(({ id, object, salesforce_id: salesforceId }) => ({ id, object, salesforceId }));
    },
    async rowsOfBulkJob(id) {
      const { rows } = await sql<RowAsStored>`
        select ${COLUMNS} from org_rows where bulk_job = ${id} order by object, key`.execute(db);
      return rows.map(takenRow);
    },
    async endBulkJob(id) {
      await db.transaction().execute(async (transaction) => {
        await sql`update org_rows set bulk_job = null where (object, key) in (
          select object, key from org_rows where bulk_job = ${id} order by object, key for update)`.execute(
          transaction,
        );
        await transaction.deleteFrom('bulk_job').where('id', '=', id).execute();
      });
    },
  };
}
