import { projectionKeyOf } from '../../../server/domain/billingAccount/key.ts';
import type { DueStore } from '../../../server/sync/due/take.ts';
import type { LeaseStore } from '../../../server/sync/leases.ts';
import { toStatus } from '../../../server/sync/sweep/status.ts';
import type { SweepStore } from '../../../server/sync/sweep/store.ts';
import type { MirrorLookup, MirrorReader } from '../../../server/workflows/ports/mirror.ts';
import type { MrrHistory } from '../../../server/workflows/ports/mrrHistory.ts';
import type { OrgRowsReader } from '../../../server/workflows/ports/orgRows.ts';
import { bump } from './bump.ts';
import type { Between } from './index.ts';
import type { CursorEntry, Memory } from './memory.ts';
import { rowId } from './setRows.ts';

export function readersOf(memory: Memory, between: Between): MirrorReader & MirrorLookup & OrgRowsReader & MrrHistory {
  const records = (isWanted: (billingAccountKey: string) => boolean) =>
    memory.mirror
      .values()
      .map(({ record }) => record)
      .filter(({ billingAccountKey }) => isWanted(billingAccountKey))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  const accountOf = (billingAccountKey: string) => memory.links.get(billingAccountKey)?.accountId ?? null;

  return {
    async ofBillingAccount(billingAccountKey) {
      await between();
      return records((key) => key === billingAccountKey);
    },
    async ofAccount(accountId) {
      await between();
      return records((key) => accountOf(key) === accountId);
    },
    async ownerOf(key) {
      await between();
      return memory.mirror.get(key)?.record.billingAccountKey ?? null;
    },
    async billingAccountOf(key) {
      await between();
      const record = memory.mirror.get(key)?.record;
      return record === undefined || record.deleted ? null : record.billingAccountKey;
    },
    async using(connection, kind, id) {
      await between();
      const wanted = JSON.stringify({ [`${kind}Id`]: id }).slice(1, -1);
      const users = memory.mirror
        .values()
        .map(({ record }) => record)
        .filter(
          ({ key, deleted, body }) =>
            !deleted && key.startsWith(`${connection}:`) && JSON.stringify(body).includes(wanted),
        );
      return [...new Set(users.map((record) => record.billingAccountKey))];
    },
    async linkOf(billingAccountKey) {
      await between();
      const accountId = accountOf(billingAccountKey);
      return accountId === null ? null : { billingAccountKey, accountId };
    },
    async recordsOf(keys) {
      await between();
      return keys.flatMap((key) => memory.mirror.get(key)?.record ?? []);
    },
    async accountsAfter(connection, after, most) {
      await between();
      return records((key) => key.startsWith(`${connection}:account:`) && key > (after ?? ''))
        .filter(({ kind, deleted }) => kind === 'account' && !deleted)
        .map(({ key }) => key)
        .slice(0, most);
    },
    async levelsOf(accountId) {
      await between();
      return (memory.levels.get(accountId)?.levels ?? []).toSorted((a, b) =>
        `${a.mrr.currency} ${a.on}` < `${b.mrr.currency} ${b.on}` ? -1 : 1,
      );
    },
    async projected(accountId) {
      await between();
      const mirrored = new Set(records((key) => accountOf(key) === accountId).map(({ key }) => key));
      return memory.orgRows
        .values()
        .filter(
          (entry) =>
            entry.accountId === accountId ||
            (entry.accountId !== null && mirrored.has(entry.row.partOf ?? entry.row.key)),
        )
        .map(({ row }) => row)
        .sort((a, b) => (rowId(a) < rowId(b) ? -1 : 1));
    },
  };
}

export function leasesIn(memory: Memory, between: Between): LeaseStore {
  return {
    async takeLeases(names, owner, leaseMs) {
      await between();
      const now = memory.now();
      const mine = names.filter((name) => {
        const lease = memory.leases.get(name);
        return !lease || lease.owner === owner || lease.until < now;
      });
      for (const name of mine) memory.leases.set(name, { owner, until: now + leaseMs });
      return mine;
    },
    async giveLeases(names, owner) {
      await between();
      for (const name of names) if (memory.leases.get(name)?.owner === owner) memory.leases.delete(name);
    },
  };
}

const UNSWEPT: CursorEntry = { cursor: null, checkedThrough: null, failures: 0, broken: false, message: '' };

export function sweepsIn(memory: Memory, between: Between): SweepStore {
  return {
    async cursorOf(connection) {
      await between();
      return memory.cursors.get(connection)?.cursor ?? null;
    },
    async saveCursor(connection, cursor, checkedThrough) {
      await between();
      memory.cursors.set(connection, { ...UNSWEPT, cursor, checkedThrough });
    },
    async recordSweepFailure(connection, broken, message) {
      await between();
      const before = memory.cursors.get(connection) ?? UNSWEPT;
      memory.cursors.set(connection, { ...before, failures: before.failures + 1, broken, message });
    },
    async statusOf(connection) {
      await between();
      const undone = memory.inbox.values().filter((event) => event.connection === connection && event.doneAt === null);
      const waits = (key: string | null): boolean => {
        const dirty = key === null ? undefined : memory.dirty.get(key);
        return (
          dirty !== undefined &&
          dirty.attempt === 0 &&
          dirty.quarantinedAt === null &&
          dirty.notBefore > memory.now() + 1000
        );
      };
      const lagging = undone.filter(({ key }) => !waits(key));
      const lagMs = Math.max(0, ...lagging.map(({ receivedAt }) => memory.now() - receivedAt));
      const row = memory.cursors.get(connection) ?? UNSWEPT;
      return toStatus(connection, { ...row, lagSeconds: Math.floor(lagMs / 1000) });
    },
  };
}

export function dueIn(memory: Memory, between: Between): DueStore {
  return {
    async takeDue(day, most) {
      await between();
      const due = memory.due
        .entries()
        .filter(([, { nextChangeOn }]) => nextChangeOn <= day)
        .sort(([, a], [, b]) => (a.nextChangeOn < b.nextChangeOn ? -1 : 1))
        .slice(0, most)
        .map(([accountId]) => accountId);
      if (due.length === 0) return 0;
      await between();
      return memory.transaction(() => {
        bump(memory, due.map(projectionKeyOf), 0);
        const still = due.filter((accountId) => (memory.due.get(accountId)?.nextChangeOn ?? '~') <= day);
        for (const accountId of still) memory.due.delete(accountId);
        return still.length;
      });
    },
  };
}
