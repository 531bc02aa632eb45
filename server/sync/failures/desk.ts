import type { Db } from '../../platform/db/database.ts';
import type { FailureKind, FailureProjection } from '../../workflows/ports/failures.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import type { FailureDesk } from '../../workflows/ports/requests.ts';
import { parseFailureId } from '../operate/failureId.ts';
import { listFailures } from '../operate/failures.ts';
import { retryFailures } from '../operate/retry.ts';
import { tellingRow } from './store.ts';

export type FailureDeskOptions = {
  db: Db;
  projection: FailureProjection;
  /** @returns the kind of failures that a row stands for; null for one of a single failure */
  kindOfMany: (row: OrgRow) => FailureKind | null;
  /** Told when something is to be tried. */
  onRetried: () => void;
};

/** Tries again what people see as rows, by the same way as an operator does. */
export function createFailureDesk({ db, projection, kindOfMany, onRetried }: FailureDeskOptions): FailureDesk {
  /** Of a row that stands for many all of its connection and kind are meant. */
  async function meantBy(row: OrgRow): Promise<string[]> {
    const { id } = projection.seen(row);
    if (id !== null) return [id];
    const kind = kindOfMany(row);
    if (kind === null) return [];
    const failures = await listFailures(db, { kind });
    return failures
      .filter((one) => projection.keyOf({ kind, connection: one.connection }) === row.key)
      .map(({ id }) => id);
  }

  return {
    async retry(key, by) {
      const row = await tellingRow(db, projection.object, key);
      if (row === null || projection.seen(row).state !== 'Open') return null;
      const refs = (await meantBy(row)).flatMap((id) => parseFailureId(id) ?? []);
      await retryFailures(db, by, refs);
      onRetried();
      return refs.length;
    },
  };
}
