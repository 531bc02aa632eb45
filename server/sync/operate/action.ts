import type { Db } from '../../platform/db/database.ts';

/** Notes what an operator does; in the transaction that does it, so that nothing is done without its note. */
export async function noteAction(
  db: Db,
  operator: string,
  action: string,
  targets: readonly string[],
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await db
    .insertInto('operator_action')
    .values({ operator, action, targets: [...targets], detail: JSON.stringify(detail) })
    .execute();
}

export type OperatorAction = { at: Date; operator: string; action: string; targets: string[]; detail: unknown };

/** @returns what operators did, the latest first */
export async function operatorActions(db: Db, limit: number): Promise<OperatorAction[]> {
  return db
    .selectFrom('operator_action')
    .select(['at', 'operator', 'action', 'targets', 'detail'])
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
