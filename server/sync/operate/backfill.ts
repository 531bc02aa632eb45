import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import { progressInWords, progressOf, type BackfillProgress } from '../backfill/progress.ts';
import { createBackfillStore } from '../backfill/state.ts';
import { noteAction } from './action.ts';

export type BackfillCommand = { do: 'start'; rewrite: boolean } | { do: 'resume' } | { do: 'cancel' };

/** @returns why it could not be done, in words; null when it was */
export async function commandBackfill(
  db: Db,
  operator: string,
  connection: string,
  command: BackfillCommand,
): Promise<string | null> {
  const store = createBackfillStore(db);
  try {
    if (command.do === 'start')
      await store.startBackfill({ connection, reason: `Started by ${operator}.`, rewrite: command.rewrite });
    else if (!(await (command.do === 'resume' ? store.resumeBackfill(connection) : store.cancelBackfill(connection))))
      return command.do === 'resume'
        ? `${connection} has no canceled backfill.`
        : `${connection} has no backfill that runs.`;
  } catch (error) {
    if (error instanceof Fault && error.kind === 'conflict') return error.publicText;
    throw error;
  }
  await noteAction(db, operator, 'backfill', [connection], { ...command });
  return null;
}

/** @returns null when there never was one */
export async function backfillProgress(
  db: Db,
  connection: string,
): Promise<{ progress: BackfillProgress; words: string } | null> {
  const backfill = await createBackfillStore(db).backfillOf(connection);
  return backfill && { progress: progressOf(backfill), words: progressInWords(backfill) };
}

/** @returns `Stripe` or `Zuora`; null when there is no such connection */
export async function connectionSystem(db: Db, name: string): Promise<string | null> {
  const row = await db.selectFrom('connection').select('system').where('name', '=', name).executeTakeFirst();
  return row?.system ?? null;
}
