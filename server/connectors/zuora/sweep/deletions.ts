import { z } from 'zod';
import { keyOf } from '../../../domain/billingAccount/key.ts';
import { Fault } from '../../../domain/fault.ts';
import { instantIn } from '../../../domain/time/instant.ts';
import type { BillingPart, BillingRecord, EventReading } from '../../../workflows/ports/billingSystem.ts';
import type { ReceivedEvent } from '../../../workflows/ports/webhook.ts';
import type { ZuoraContext } from '../context.ts';
import type { DataQuery } from '../dataQuery.ts';
import type { Deletions } from './cursor.ts';

/** Kind of the events that are made of deleted rows. */
export const DELETED = 'deleted';

const ROUND_MS = 86_400_000;
/** Asked for again after so long where a job came to nothing. */
const RETRY_MS = 3_600_000;
const OVERLAP_MS = 3_600_000;
/** Deleted rows are kept for 30 days (Zuora docs, "Data Retention Policy"); a little less is never too much to ask. */
const KEPT_MS = 29.5 * 86_400_000;

/**
 * Tables whose deleted rows no query of objects shows, and what is to be read anew for them. An account that is deleted
 * stays, canceled, and is found by its change.
 */
const TABLES: Readonly<Record<string, readonly BillingPart[]>> = {
  subscription: ['subscriptions'],
  invoice: ['account', 'invoices'],
  payment: ['account', 'payments'],
  creditmemo: ['account', 'invoices', 'memos'],
  debitmemo: ['account', 'memos'],
  refund: ['account', 'payments'],
  usage: ['usage'],
};

const rowSchema = z.object({
  id: z.string(),
  accountid: z.string().nullable(),
  updateddate: z.string(),
  /** Number and version of a subscription. */
  name: z.string().optional(),
  version: z.coerce.number().optional(),
});

const payloadSchema = z.object({ table: z.string(), number: z.string().optional(), version: z.number().optional() });

/**
 * Reads an event of a deleted row. When an order is deleted, the version of a subscription that it made goes, and the one
 * before it is true again.
 */
export function readDeleted(
  payload: unknown,
  known: ReadonlyMap<string, BillingRecord>,
  connection: string,
): EventReading {
  const { table = '', number = '', version } = payloadSchema.safeParse(payload).data ?? {};
  const key = keyOf(connection, 'subscription', number);
  const takenBack = version !== undefined && known.get(key)?.version === version ? [key] : [];
  return { records: [], fetch: [...(TABLES[table] ?? [])], about: [], takenBack };
}

function sqlOf(table: string, since: Date): string {
  const from = since.toISOString().slice(0, 19).replace('T', ' ');
  const more = table === 'subscription' ? ', name, version' : '';
  return `SELECT id, accountid, updateddate${more} FROM ${table} WHERE updateddate >= timestamp '${from} +00:00'`;
}

/**
 * Takes the next step of the daily look for deleted rows: a job for each table, one after the other, which is looked after
 * at the next sweep.
 *
 * @param now provider time
 * @returns what is to be kept for the next step
 * @throws Fault of code `changes_forgotten` when nobody can tell any more what was deleted since the last look
 */
export async function sweepDeletions(
  dataQuery: DataQuery,
  { connection, timeZone }: ZuoraContext,
  before: Deletions | null,
  now: Date,
  take: (events: ReceivedEvent[]) => Promise<void>,
): Promise<Deletions> {
  // What was deleted before anything was read needs no looking for.
  if (before === null) return { through: now.toISOString(), notBefore: null, round: null };
  const { through, notBefore } = before;
  if (now.getTime() - Date.parse(through) > KEPT_MS)
    throw new Fault({
      code: 'changes_forgotten',
      kind: 'not_found',
      publicText:
        'Zuora keeps deleted rows for 30 days, and the last look at them was longer ago: everything is read anew.',
    });
  const isDue = now.getTime() - Date.parse(through) >= ROUND_MS && (notBefore === null || new Date(notBefore) <= now);
  const round = before.round ?? (isDue ? { until: now.toISOString(), tables: Object.keys(TABLES), job: null } : null);
  const [table, ...others] = round?.tables ?? [];
  if (round === null || table === undefined) return before;

  const since = new Date(Date.parse(through) - OVERLAP_MS);
  const later: Deletions = { through, notBefore: new Date(now.getTime() + RETRY_MS).toISOString(), round: null };
  try {
    if (round.job === null)
      return { ...before, round: { ...round, job: await dataQuery.submitDeleted(sqlOf(table, since)) } };
    const job = await dataQuery.look(round.job);
    if (job.state === 'running') return { ...before, round };
    if (job.state === 'gone') return later;
    await dataQuery.read(job.file, rowSchema, (rows) =>
      take(
        rows.map((row): ReceivedEvent => {
          const at = instantIn(timeZone, row.updateddate);
          return {
            connection,
            eventId: `swept.${DELETED}:${table}:${row.id}`,
            kind: `swept.${DELETED}`,
            key: row.accountid === null ? null : keyOf(connection, 'account', row.accountid),
            occurredAt: new Date(at),
            payload: { table, id: row.id, number: row.name, version: row.version },
          };
        }),
      ),
    );
  } catch (error) {
    // A tenant may lack Data Query, or its user the permission: that must not keep changes from being seen.
    if (error instanceof Fault && !error.retryable) return later;
    throw error;
  }
  if (others.length === 0) return { through: round.until, notBefore: null, round: null };
  return { ...before, round: { ...round, tables: others, job: null } };
}
