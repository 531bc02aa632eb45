import { isReadWithAccount, orgKeyOf } from '../../domain/billingAccount/key.ts';
import { instantIn, today } from '../../domain/time/instant.ts';
import type { Db } from '../../platform/db/database.ts';
import { leasesIn } from '../../platform/db/leases.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import {
  nameOf,
  type BatchReads,
  type HeldFields,
  type OrgAccount,
  type OrgReader,
  type RowName,
} from '../../workflows/ports/org.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import type { Intake } from '../inbox/intake.ts';
import { bumpKeys } from '../keys/bump.ts';
import { whileAlone } from '../leases.ts';
import { repeat } from '../repeat.ts';
import {
  accountsAfter,
  countAccounts,
  progressOf,
  requestCheck,
  rowsOf,
  saveProgress,
  suspectAccounts,
  type CheckProgress,
  type KnownRow,
} from './checkStore.ts';

export type OrgCheckOptions = {
  db: Db;
  orgId: string;
  reader: OrgReader;
  reads: BatchReads;
  intake: Intake;
  /** True when the org does not hold what a row that was confirmed says. */
  differs: (row: KnownRow, held: HeldFields | undefined) => boolean;
  /** Salesforce's codes of rows that are refused because what they belong to is not there. */
  refusalsOfMissing: readonly string[];
  clock: Clock;
  timeZone: string;
  log: Log;
  /** Told when keys were made dirty. */
  onFound?: () => void;
  everyMs?: number;
  leaseMs?: number;
};

export type OrgCheck = {
  start(): void;
  stop(): Promise<void>;
  /** Checks as many Accounts as the time of day asks for. @returns how many */
  tick(): Promise<number>;
  /** Has everything checked now, because changes in Salesforce were missed. */
  request(): Promise<void>;
};

const ACCOUNTS_A_STEP = 100;
const DAY_MS = 86_400_000;
const LEASE = 'org-check';

/**
 * Compares what Salesforce holds with what it was confirmed to hold: every Account once a business day, spread over the
 * day, going on where it was after a restart. What differs becomes an event of the Account's key, whose work reads it again
 * and decides.
 */
export function createOrgCheck(options: OrgCheckOptions): OrgCheck {
  const { db, orgId, reader, reads, intake, clock, timeZone, log, onFound = () => {} } = options;
  const { everyMs = 10_000, leaseMs = 30_000 } = options;
  const holder = { store: leasesIn(db), owner: newId(), leaseMs, log };

  /** Accounts that are to be checked by this time of the business day. */
  async function dueBy(now: Date): Promise<number> {
    const since = now.getTime() - Date.parse(instantIn(timeZone, today(now, timeZone)));
    return Math.ceil((await countAccounts(db)) * Math.min(1, Math.max(0, since / DAY_MS)));
  }

  /** @returns rows that differ, by Account; an Account stands for itself even when none of its rows does */
  function compare(
    accounts: ReadonlyMap<string, OrgAccount | null>,
    known: readonly KnownRow[],
    held: ReadonlyMap<string, HeldFields>,
  ): Map<string, RowName[]> {
    const found = new Map<string, RowName[]>();
    const note = (accountId: string, row: RowName): void =>
      void found.set(accountId, [...(found.get(accountId) ?? []), { object: row.object, key: row.key }]);
    const stateOf = (id: string): string => (accounts.get(id)?.deleted === false ? 'live' : 'deleted');
    // Others are not read with the Account.
    for (const one of known.filter(({ row }) => isReadWithAccount(row.key))) {
      const accountId = one.accountId!;
      const state = one.state === 'merged' ? 'deleted' : (one.state ?? 'live');
      if (one.row.object === 'Account') {
        if (state !== stateOf(accountId)) note(accountId, one.row);
        else if (state === 'live' && options.differs(one, accounts.get(accountId)!.held)) note(accountId, one.row);
      } else if (state === 'live' && stateOf(accountId) === 'live')
        if (options.differs(one, held.get(nameOf(one.row)))) note(accountId, one.row);
    }
    const names = new Set(known.map(({ row }) => nameOf(row)));
    for (const [name, { accountId }] of held) {
      const [object, key] = [name.slice(0, name.indexOf(' ')), name.slice(name.indexOf(' ') + 1)];
      if (!names.has(name) && accountId !== null) note(accountId, { object, key });
    }
    return found;
  }

  async function check(accountIds: readonly string[], startedAt: Date): Promise<void> {
    const known = await rowsOf(db, accountIds);
    const [{ rows: held, withoutKey }, accounts] = await reads(async () => [
      await reader.rowsOf(accountIds),
      new Map(await Promise.all(accountIds.map(async (id) => [id, await reader.account(id)] as const))),
    ]);
    if (withoutKey > 0)
      log.warn({ withoutKey }, 'Rows of billing without a key were made in Salesforce by somebody else');
    const events = [...compare(accounts, known, held)].map(([accountId, rows]): ReceivedEvent => ({
      connection: 'salesforce',
      eventId: `check:${accountId}:${startedAt.toISOString()}`,
      kind: 'Account.checked',
      key: orgKeyOf('Account', accountId),
      occurredAt: null,
      payload: { rows },
    }));
    await intake.accept(events);
    if (events.length > 0) onFound();
  }

  async function checkDue(held: () => boolean): Promise<number> {
    const now = clock.businessNow();
    let progress: CheckProgress = await progressOf(db, orgId, today(now, timeZone));
    const due = await dueBy(now);
    let count = 0;
    while (!progress.ended && (progress.hurry || progress.checked < due)) {
      const accountIds = await accountsAfter(db, progress.after, ACCOUNTS_A_STEP);
      if (accountIds.length > 0) await check(accountIds, progress.startedAt);
      count += accountIds.length;
      progress = {
        ...progress,
        after: accountIds.at(-1) ?? progress.after,
        checked: progress.checked + accountIds.length,
        ended: accountIds.length < ACCOUNTS_A_STEP,
      };
      await saveProgress(db, orgId, progress);
      if (!held()) break;
    }
    return count;
  }

  async function tick(): Promise<number> {
    let checked = 0;
    await whileAlone(holder, LEASE, async (held) => {
      const suspects = await suspectAccounts(db, options.refusalsOfMissing, ACCOUNTS_A_STEP);
      if (suspects.length > 0) {
        await bumpKeys(
          db,
          suspects.map((id) => orgKeyOf('Account', id)),
        );
        onFound();
      }
      checked = await checkDue(held);
    });
    return checked;
  }

  const loop = repeat(
    async () => void (await tick()),
    everyMs,
    (error) => log.warn({ err: error }, 'What Salesforce holds could not be checked; it is tried again'),
  );

  return {
    start: () => loop.start(),
    stop: () => loop.stop(),
    tick,
    request: () => requestCheck(db, orgId, today(clock.businessNow(), timeZone)),
  };
}
