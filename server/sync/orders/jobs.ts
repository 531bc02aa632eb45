import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { JobBook } from '../../workflows/ports/billingJobs.ts';

/** Nobody asks any more for a job that was begun so long ago. */
const FORGOTTEN_AFTER = sql`interval '30 days'`;

/** Jobs of billing systems, for all processes. */
export function createJobBook(db: Db): JobBook {
  return {
    async of(key) {
      const row = await db
        .selectFrom('billing_job')
        .select('job_id as id')
        .select(sql<number>`(extract(epoch from now() - asked_at) * 1000)::float8`.as('ageMs'))
        .where('key', '=', key)
        .executeTakeFirst();
      return row ?? null;
    },
    async keep(key, id) {
      await sql`with old as (delete from billing_job where asked_at < now() - ${FORGOTTEN_AFTER} and key <> ${key})
        insert into billing_job (key, job_id) values (${key}, ${id})
        on conflict (key) do update set job_id = excluded.job_id,
          asked_at = case when billing_job.job_id = excluded.job_id then billing_job.asked_at else now() end`.execute(
        db,
      );
    },
    async forget(keys) {
      await db
        .deleteFrom('billing_job')
        .where('key', 'in', [...keys])
        .execute();
    },
  };
}
