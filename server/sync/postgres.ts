import type { Database } from '../platform/db/database.ts';
import { leasesIn } from '../platform/db/leases.ts';
import { takeDue } from './due/take.ts';
import { storeRows } from './inbox/store.ts';
import { bumpKeys, releaseKeys } from './keys/bump.ts';
import { claimKeys, giveBack, nextReadyInMs, rearm, renewLeases } from './keys/claim.ts';
import { commitResult } from './keys/commit.ts';
import { recordFailure } from './keys/failure.ts';
import { createMrrHistory } from './mirror/levels.ts';
import { createMirrorReader } from './mirror/reader.ts';
import { mayReadUsage, noteUsage, orgState } from './outbox/budget.ts';
import { endHold, heldForMs, hold } from './outbox/hold.ts';
import { releaseRows } from './outbox/pause.ts';
import { backlogOf, takeRows } from './outbox/pending.ts';
import { createOrgRowsReader } from './outbox/reader.ts';
import { recordResults } from './outbox/record.ts';
import { setOrgRows, type OrgStamp } from './outbox/setRows.ts';
import { projectAnewFor } from './restamp.ts';
import type { Store } from './store.ts';
import { cursorOf, recordSweepFailure, saveCursor } from './sweep/cursor.ts';
import { statusOf } from './sweep/status.ts';

/** The store in Postgres: binds the SQL of this folder to one database and one org. */
export function createPostgresStore({ db, pool }: Pick<Database, 'db' | 'pool'>, stamp: OrgStamp): Store {
  return {
    storeRows: (rows, delayMs) => storeRows(pool, rows, delayMs),
    claimKeys: (count, leaseMs, mostBatch) => claimKeys(db, count, leaseMs, mostBatch),
    renewLeases: (claims, leaseMs) => renewLeases(db, claims, leaseMs),
    giveBack: (claims) => giveBack(db, claims),
    nextReadyInMs: (mostBatch) => nextReadyInMs(db, mostBatch),
    rearm: (olderThanMs) => rearm(db, olderThanMs),
    commitResult: (claim, result) => commitResult(db, stamp, claim, result),
    recordFailure: (claim, failure, reason, code) => recordFailure(db, claim, failure, reason, code),
    bumpKeys: (keys, delayMs) => bumpKeys(db, keys, delayMs),
    releaseKeys: (keys) => releaseKeys(db, keys),
    projectAnew: () => projectAnewFor(db, stamp),
    backlogOf: (partitions, exceptBatchOf) => backlogOf(db, partitions, exceptBatchOf),
    takeRows: (partitions, most, options) => takeRows(db, partitions, most, options),
    recordResults: (rows, results, random) => recordResults(db, rows, results, random),
    setRows: (accountId, rows, batch = false) =>
      db.transaction().execute((transaction) => setOrgRows(transaction, stamp, accountId, rows, { batch })),
    heldForMs: (upstream) => heldForMs(db, upstream),
    hold: (upstream, error, random) => hold(db, upstream, error, random),
    endHold: (upstream) => endHold(db, upstream),
    orgState: () => orgState(db, stamp.orgId),
    noteUsage: (usage) => noteUsage(db, stamp.orgId, usage),
    mayReadUsage: () => mayReadUsage(db, stamp.orgId),
    releaseRows: () => releaseRows(db),
    ...leasesIn(db),
    cursorOf: (connection) => cursorOf(db, connection),
    saveCursor: (connection, cursor, checkedThrough) => saveCursor(db, connection, cursor, checkedThrough),
    recordSweepFailure: (connection, broken, message) => recordSweepFailure(db, connection, broken, message),
    statusOf: (connection) => statusOf(db, connection),
    takeDue: (day, most) => takeDue(db, day, most),
    ...createMirrorReader(db),
    ...createOrgRowsReader(db),
    ...createMrrHistory(db),
  };
}
