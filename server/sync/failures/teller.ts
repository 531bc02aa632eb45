import type { Db } from '../../platform/db/database.ts';
import { leasesIn } from '../../platform/db/leases.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { FailureProjection, FailuresTold } from '../../workflows/ports/failures.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import { whileAlone } from '../leases.ts';
import { repeat } from '../repeat.ts';
import { dropResolved, failuresToTell, tellingRows } from './store.ts';

export type FailureTellerOptions = {
  db: Db;
  projection: FailureProjection;
  /** What the rows are to be now. */
  follow: (told: FailuresTold, before: readonly OrgRow[]) => OrgRow[];
  /** Sets rows that can wait. */
  setRows: (rows: readonly OrgRow[]) => Promise<void>;
  log: Log;
  everyMs?: number;
};

export type FailureTeller = {
  start(): void;
  stop(): Promise<void>;
  /** Looks at what has failed once, unless another process does. */
  tick(): Promise<void>;
};

const LEASE = 'failures';
const LEASE_MS = 60_000;
const RESOLVED_DAYS = 30;
const MOST_RESOLVED = 500;

/** Keeps rows in step with what has failed. A look costs the org nothing; what is as it was is not written. */
export function createFailureTeller(options: FailureTellerOptions): FailureTeller {
  const { db, projection, follow, setRows, log, everyMs = 60_000 } = options;
  const holder = { store: leasesIn(db), owner: newId(), leaseMs: LEASE_MS, log };

  async function tell(): Promise<void> {
    const before = await tellingRows(db, projection.object);
    const open = before.map(projection.seen).filter(({ state }) => state === 'Open');
    const told = await failuresToTell(
      db,
      projection.object,
      open.flatMap(({ id }) => id ?? []),
    );
    const rows = follow(told, before);
    const keys = new Set(rows.map(({ key }) => key));
    // It may be the Account that Salesforce does not take; without one the row is better than none.
    const refused = before.filter(({ refused, key }) => refused && !keys.has(key));
    const bare = refused.map(({ refused: _refused, ...row }) => ({
      ...row,
      fields: { ...row.fields, Account__c: null },
    }));
    await setRows([...rows, ...bare]);
    await dropResolved(db, projection.object, RESOLVED_DAYS, MOST_RESOLVED);
  }

  async function tick(): Promise<void> {
    await whileAlone(holder, LEASE, tell);
  }

  const loop = repeat(tick, everyMs, (error) =>
    log.warn({ err: error }, 'Salesforce could not be told of failures; it is tried again'),
  );
  return { start: () => loop.start(), stop: loop.stop, tick };
}
