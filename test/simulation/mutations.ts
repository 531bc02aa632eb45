import type { MirrorRecord } from '../../server/workflows/ports/mirror.ts';
import type { LeasedKey } from '../../server/sync/keys/claim.ts';
import type { Store } from '../../server/sync/store.ts';
import type { KeyResult } from '../../server/workflows/ports/keyWork.ts';
import type { Memory } from './memoryStore/memory.ts';
import type { Mutation } from './simulate.ts';

/** A store whose commits are tampered with. */
function committing(change: (memory: Memory, claim: LeasedKey, result: KeyResult) => [LeasedKey, KeyResult]): Mutation {
  return ({ memory, store }): Store => ({
    ...store,
    commitResult: (claim, result) => store.commitResult(...change(memory, claim, result)),
  });
}

/**
 * What loses, doubles or disorders something when it is broken, and how it is broken here.
 * `seed` is one that caught it when this was written; the test tries from there.
 */
const asIfOld = (record: MirrorRecord): MirrorRecord =>
  record.deleted ? record : { ...record, asOf: new Date(0), version: 0 };

export const MUTATIONS: Readonly<Record<string, { seed: number; mutate: Mutation }>> = {
  'generations of keys are not compared': {
    seed: 12,
    mutate: committing((memory, claim, result) => [
      { ...claim, generation: memory.dirty.get(claim.key)?.generation ?? 0 },
      result,
    ]),
  },
  'a worker commits though it has lost its lease': {
    seed: 7,
    mutate: committing((memory, claim, result) => {
      memory.dirty.patch(claim.key, { leaseOwner: claim.lease });
      return [claim, result];
    }),
  },
  'all events of a key are done, also those that were not read': {
    seed: 5,
    mutate: committing((memory, claim, result) => {
      const all = memory.inbox.values().filter(({ key }) => key === claim.key);
      return [claim, result.done.length === 0 ? result : { ...result, done: all.map(({ id }) => String(id)) }];
    }),
  },
  'a deletion leaves no tombstone': {
    seed: 60,
    mutate: ({ memory, store }) => ({
      ...store,
      async commitResult(claim, result) {
        const committed = await store.commitResult(claim, result);
        for (const { record } of result.mirror ?? []) if (record.deleted) memory.mirror.delete(record.key);
        return committed;
      },
    }),
  },
  'an older state replaces a newer one': {
    seed: 1,
    mutate(world) {
      const store = committing((memory, claim, result) => {
        for (const { record } of result.mirror ?? []) {
          const before = memory.mirror.get(record.key);
          if (before) memory.mirror.set(record.key, { ...before, record: asIfOld(before.record) });
        }
        return [claim, result];
      })(world);
      // Where events are weighed, and where they are committed: leases alone make the latter hard to notice.
      return { ...store, ofBillingAccount: async (key) => (await store.ofBillingAccount(key)).map(asIfOld) };
    },
  },
  'a projection replaces rows that it could not have seen': {
    seed: 11,
    mutate: committing((_memory, claim, result) => [{ ...claim, snapshot: 'Infinity' }, result]),
  },
  'a row counts as confirmed though something else was sent after it': {
    seed: 414,
    mutate: ({ memory, store }) => ({
      ...store,
      commitResult(claim, result) {
        for (const row of result.projection?.rows ?? []) {
          const id = `${row.object}\n${row.key}`;
          const known = memory.orgRows.get(id);
          if (known) memory.orgRows.patch(id, { sentVersion: known.confirmedVersion });
        }
        return store.commitResult(claim, result);
      },
    }),
  },
  'an answer confirms what the row has become meanwhile': {
    seed: 9,
    mutate: ({ memory, store }) => ({
      ...store,
      recordResults: (rows, results, random) =>
        store.recordResults(
          rows.map((taken) => {
            const now = memory.orgRows.get(`${taken.row.object}\n${taken.row.key}`)!;
            return { ...taken, rowVersion: now.rowVersion, hash: now.hash };
          }),
          results,
          random,
        ),
    }),
  },
  'Salesforce takes a lower row version': {
    seed: 10,
    mutate: ({ org, store }) => {
      org.checksRowVersions = false;
      return store;
    },
  },
  'several processes have the lease of a partition': {
    seed: 1,
    mutate: ({ store }) => ({
      ...store,
      takeLeases: async (names) => [...names],
    }),
  },
  'an event is acknowledged before it is stored': {
    seed: 1,
    mutate: ({ store }) => ({
      ...store,
      storeRows: async (rows, delayMs) => {
        void store.storeRows(rows.slice(1), delayMs).catch(() => {});
        return rows.map(() => 'stored' as const);
      },
    }),
  },
};
