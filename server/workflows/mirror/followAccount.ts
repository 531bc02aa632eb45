import { isReadWithAccount, orgKeyOf, partsOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { NAMED_DEAL } from '../ports/deals.ts';
import type { KeyClaim, KeyHandler, KeyResult, StoredEvent } from '../ports/keyWork.ts';
import {
  nameOf,
  type AccountState,
  type Drift,
  type HeldFields,
  type OrgAccounts,
  type OrgReader,
  type RowName,
} from '../ports/org.ts';
import { driftOf } from './compareRow.ts';

/** What was found out about an Account or its rows, for the metrics. */
export type FoundKind = Drift['kind'] | 'account_deleted' | 'account_merged' | 'account_undeleted';

export type FollowDeps = {
  reader: OrgReader;
  accounts: OrgAccounts;
  onFound?: (kind: FoundKind) => void;
};

/** Merges of merges that are followed. */
const MOST_MERGES = 20;

/** An Opportunity is followed by a key of its own. */
const isDeal = ({ object }: RowName): boolean => object === NAMED_DEAL;

/** Rows that an event names. */
function rowsNamedBy({ payload }: StoredEvent): RowName[] {
  const { rows } = (payload ?? {}) as { rows?: unknown };
  // Others are nobody's to compare.
  return Array.isArray(rows) ? (rows as RowName[]).filter(({ key }) => isReadWithAccount(key)) : [];
}

/**
 * Follows what happens in Salesforce to one Account and the rows below it (key `salesforce:Account:<id>`). Whatever the
 * events say, the Account is read again and decides:
 * - deleted: its rows went with it, and nothing is written until it comes back;
 * - merged: what billing says of it belongs to the other Account from now on;
 * - undeleted: its rows are written again;
 * - changed in fields that billing owns, or rows changed, moved or deleted: they are written again, and noted.
 */
export function followAccount({ reader, accounts, onFound = () => {} }: FollowDeps): KeyHandler {
  /** The Account as it is, and every one that it became part of. */
  async function read(accountId: string): Promise<{ states: AccountState[]; held: HeldFields | null }> {
    const states: AccountState[] = [];
    let held: HeldFields | null = null;
    for (let id = accountId; states.length < MOST_MERGES;) {
      const found = await reader.account(id);
      const merged = found?.deleted === true && found.masterId !== null;
      const state = merged ? 'merged' : found === null || found.deleted ? 'deleted' : 'live';
      if (id === accountId && state === 'live') held = found!.held;
      states.push({ accountId: id, state, mergedInto: null, modstamp: found?.modstamp ?? null });
      if (!merged) break;
      id = found.masterId!;
    }
    const last = states.at(-1)!.accountId;
    return { states: states.map((one) => (one.state === 'merged' ? { ...one, mergedInto: last } : one)), held };
  }

  function unexpected(row: RowName, held: HeldFields | undefined): Drift | null {
    if (held === undefined) return null;
    const { accountId, version: orgVersion, changedBy } = held;
    return { row, accountId, kind: 'unexpected', fields: [], seenVersion: null, orgVersion, changedBy };
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const accountId = partsOf(claim.key).id;
    const done = claim.events.map(({ id }) => id);
    const names = new Map(claim.events.flatMap(rowsNamedBy).map((row) => [nameOf(row), row]));
    const before = await accounts.stateOf(accountId);
    if (before === null && names.size === 0 && !(await accounts.isOurs(accountId))) return { done };

    // Before the org is read: what is written in between is seen by its version when this is saved.
    const own = { object: 'Account', key: accountId };
    const projected = await accounts.projectedRows([own, ...names.values()]);
    const byName = new Map(projected.map((one) => [nameOf(one.row), one]));
    const { states, held } = await read(accountId);
    const { state } = states[0]!;
    const was = before?.state ?? 'live';
    const dirty = [...names.values()].filter(isDeal).map(({ key }) => orgKeyOf('Opportunity', key));
    if (state !== was) {
      onFound(state === 'live' ? 'account_undeleted' : `account_${state}`);
      dirty.push(projectionKeyOf(accountId));
      if (before?.mergedInto) dirty.push(projectionKeyOf(before.mergedInto));
    }
    if (state === 'merged' && before?.mergedInto !== states[0]!.mergedInto) dirty.push(projectionKeyOf(accountId));
    const drifts: Drift[] = [];
    if (held !== null) {
      const rows = [...names.values()].filter((row) => row.object !== 'Account' && !isDeal(row));
      const there = new Map([...(await reader.rows(rows)), [nameOf(own), held]]);
      for (const row of [own, ...rows]) {
        const known = byName.get(nameOf(row));
        if (row === own && known === undefined) continue;
        const drift = known ? driftOf(known, there.get(nameOf(row))) : unexpected(row, there.get(nameOf(row)));
        if (drift) drifts.push(drift);
      }
    }
    for (const { kind } of drifts) onFound(kind);
    return { done, dirty, org: { accounts: states, drifts } };
  };
}
