import { sql } from 'kysely';
import { projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { newId } from '../../platform/ids.ts';
import type { Db } from '../../platform/db/database.ts';
import type { RefreshBook, RefreshState } from '../../workflows/ports/actions.ts';
import { refetchNow } from '../keys/bump.ts';
import { changesBetween, rowsNow, sentenceOfKeptOut, type KeptOut, type RowsThen } from './rowChanges.ts';

/** A refresh that has not ended after this time is told to have failed; what is left goes on by itself. */
const LONGEST_MINUTES = 10;

type Request = { key: string; generation: number };

type Job = {
  id: string;
  accountId: string;
  keys: Request[];
  before: RowsThen | null;
  state: RefreshState['state'];
  message: string;
  changes: string;
  late: boolean;
};

type KeyTrouble = { connection: string; quarantined: boolean; reason: string | null; stopped: string | null };

const NOTHING_LINKED =
  'No customer of a billing system is linked to this Account, so that there is nothing to refresh.';
const LATE = 'This takes longer than usual. It goes on by itself; look again later.';

/** How the parts of a refresh stand that are still to be done; none when every billing account was read. */
async function unread(db: Db, keys: readonly Request[]): Promise<KeyTrouble[]> {
  const { rows } = await sql<KeyTrouble>`
    select split_part(dirty.key, ':', 1) as connection, quarantined_at is not null as quarantined, dirty.reason,
      case when state <> 'Connected' then state end as stopped
    from unnest(${keys.map(({ key }) => key)}::text[], ${keys.map(({ generation }) => generation)}::bigint[])
      as asked (key, generation)
    join dirty on dirty.key = asked.key and refetch_generation >= asked.generation
    left join connection on connection.name = split_part(dirty.key, ':', 1)
    order by dirty.key`.execute(db);
  return rows;
}

type OnItsWay = { derived: 'stuck' | 'due' | null; waiting: boolean; keptOut: KeptOut[] };

/**
 * Whether what was read is worked out and in Salesforce. What waits for a record that was refused, or for an object that no
 * row of can be written, is tried on for minutes; nobody is to wait for it.
 */
async function onItsWay(db: Db, accountId: string): Promise<OnItsWay> {
  const { rows } = await sql<OnItsWay>`
    with kept_out as (
      select object, key, fields ->> 'Number__c' as number from org_rows child
      where account_id = ${accountId} and (quarantined_at is not null or pending and (
        object in (select object from org_object_pause)
        or refusal = 'after_parent' and exists (
          select from jsonb_each(child.parents) as named
          join org_rows parent on parent.object = named.value ->> 'object' and parent.key = named.value ->> 'key'
          where parent.quarantined_at is not null)))
    )
    select
      (select case when quarantined_at is not null then 'stuck' else 'due' end from dirty
        where key = ${projectionKeyOf(accountId)} and (quarantined_at is not null or not_before <= now())) as derived,
      exists (select from org_rows where account_id = ${accountId} and pending
        and (object, key) not in (select object, key from kept_out)) as waiting,
      (select coalesce(jsonb_agg(kept_out order by object, key), '[]') from kept_out) as "keptOut"`.execute(db);
  return rows[0]!;
}

/** Refreshes that people asked for; any process can tell how one stands. */
export function createRefreshBook(db: Db): RefreshBook {
  async function end(
    job: Job,
    state: 'Done' | 'Failed',
    message: string,
    changes: string[] = [],
  ): Promise<RefreshState> {
    const text = changes.join('\n');
    await sql`
      update org_refresh set state = ${state}, message = ${message}, changes = ${text}, before = null, ended_at = now()
      where id = ${job.id} and state = 'Running'`.execute(db);
    return { jobId: job.id, state, message, changes: text };
  }

  async function progress(job: Job): Promise<RefreshState> {
    const running = (message: string): RefreshState => ({ jobId: job.id, state: 'Running', message, changes: '' });
    const left = await unread(db, job.keys);
    const stopped = left.find((one) => one.stopped !== null);
    if (stopped)
      return end(
        job,
        'Failed',
        `${stopped.connection} is not read now: its connection is ${stopped.stopped!.toLowerCase()}. Tell your administrator.`,
      );
    const stuck = left.find(({ quarantined }) => quarantined);
    if (stuck)
      return end(
        job,
        'Failed',
        `${stuck.connection} could not be read: ${stuck.reason ?? 'the reason is in the log.'}`,
      );
    if (job.late) return end(job, 'Failed', LATE);
    const failing = left.find(({ reason }) => reason !== null);
    if (failing) return running(`${failing.connection} could not be read: ${failing.reason!}`);
    if (left.length > 0)
      return running(`Reading ${[...new Set(left.map(({ connection }) => connection))].join(', ')}.`);
    const { derived, waiting, keptOut } = await onItsWay(db, job.accountId);
    if (derived === 'stuck')
      return end(job, 'Failed', 'It was read, but its figures could not be worked out. Tell your administrator.');
    if (derived !== null || waiting) return running('Writing to Salesforce.');
    const changes = changesBetween(job.before ?? {}, await rowsNow(db, job.accountId));
    const refused = keptOut.length > 0 ? ` ${sentenceOfKeptOut(keptOut)}` : '';
    return end(job, 'Done', (changes.length === 0 ? 'Nothing changed.' : 'Refreshed.') + refused, changes);
  }

  return {
    async start({ clientId, userId, accountId, jobId = newId() }) {
      return db.transaction().execute(async (transaction) => {
        const there = await transaction
          .selectFrom('org_refresh')
          .select('id')
          .where('id', '=', jobId)
          .executeTakeFirst();
        if (there !== undefined) return { jobId };
        const linked = await transaction
          .selectFrom('account_link')
          .select('billing_account_key')
          .where('account_id', '=', accountId)
          .execute();
        const before = await rowsNow(transaction, accountId);
        const keys = await refetchNow(
          transaction,
          linked.map(({ billing_account_key: key }) => key),
        );
        const job = {
          id: jobId,
          client_id: clientId,
          user_id: userId,
          account_id: accountId,
          keys: JSON.stringify(keys),
        };
        const ended = { state: 'Failed', message: NOTHING_LINKED, ended_at: new Date() };
        await transaction
          .insertInto('org_refresh')
          .values({ ...job, ...(keys.length === 0 ? ended : { before: JSON.stringify(before) }) })
          .execute();
        return { jobId };
      });
    },
    async look({ jobId, clientId, userId, accountId }) {
      const { rows } = await sql<Job>`
        select id, account_id as "accountId", keys, before, state, message, changes,
          started_at < now() - ${LONGEST_MINUTES} * interval '1 min' as late
        from org_refresh
        where id = ${jobId} and client_id = ${clientId} and user_id = ${userId} and account_id = ${accountId}`.execute(
        db,
      );
      const [job] = rows;
      if (job === undefined) return null;
      if (job.state === 'Running') return progress(job);
      return { jobId: job.id, state: job.state, message: job.message, changes: job.changes };
    },
  };
}
