import type { OrgRow, OrgValue } from './orgRows.ts';

/** A row by its object and its `Key__c`; for object `Account` the 18-character id. */
export type RowName = { object: string; key: string };

/** @returns one text for a row, to look it up by */
export const nameOf = ({ object, key }: RowName): string => `${object} ${key}`;

/** What the org holds of a row. */
export type HeldFields = {
  /** Version that the last write of ours carried, unless somebody changed it; 0 for none. */
  version: number;
  /** Id of the Account that it belongs to; null for an Account itself. */
  accountId: string | null;
  fields: Readonly<Record<string, OrgValue>>;
  /** `Key__c` of the row that a lookup points to, by relationship name. */
  parents: Readonly<Record<string, string | null>>;
  /** User who changed it last. */
  changedBy: string;
};

/** An Account as the org has it now; a merged one is deleted too. */
export type OrgAccount = {
  /** 18 characters. */
  id: string;
  deleted: boolean;
  /** The Account that it was merged into. */
  masterId: string | null;
  /** SystemModstamp. */
  modstamp: Date;
  held: HeldFields;
};

/** Reads from Salesforce, off the write path. Throws Faults. */
export interface OrgReader {
  /** @returns null when there is no such Account, in the recycle bin neither */
  account(id: string): Promise<OrgAccount | null>;
  /** @returns rows by `nameOf`; those that are not there, or deleted, are missing. Never of Account */
  rows(names: readonly RowName[]): Promise<Map<string, HeldFields>>;
  /** @returns every row of the given Accounts by `nameOf`, and how many are there without a key */
  rowsOf(accountIds: readonly string[]): Promise<{ rows: Map<string, HeldFields>; withoutKey: number }>;
}

export type AccountState = {
  accountId: string;
  state: 'live' | 'deleted' | 'merged';
  /** The Account that it became part of, the last one where that was merged again; null unless merged. */
  mergedInto: string | null;
  /** SystemModstamp when it was read; null when it is gone for good. */
  modstamp: Date | null;
};

/** A row as it was projected. */
export type ProjectedRow = {
  row: OrgRow;
  accountId: string | null;
  /** Version that Salesforce confirmed; null while the row waits to be written, or was refused. */
  confirmedVersion: number | null;
};

/** What is known here of Accounts and of the rows that they are to have. */
export interface OrgAccounts {
  /** null for an Account that was never looked at */
  stateOf(accountId: string): Promise<AccountState | null>;
  /** True when a billing account or a row belongs to it. */
  isOurs(accountId: string): Promise<boolean>;
  /** @returns the rows of these names that were projected, of whatever Account */
  projectedRows(names: readonly RowName[]): Promise<ProjectedRow[]>;
}

/** How a row in the org differs from what it is to be. */
export type Drift = {
  row: RowName;
  accountId: string | null;
  /** `unexpected` rows were never projected; all others are written again. */
  kind: 'edited' | 'moved' | 'deleted' | 'unexpected';
  /** What differs; none for a row that is missing or unexpected. */
  fields: readonly { name: string; billing: OrgValue; org: OrgValue }[];
  /** Version that was confirmed when it was compared; it is left alone when that has changed. */
  seenVersion: number | null;
  /** Version that the org holds; the next one is higher. */
  orgVersion: number;
  changedBy: string | null;
};

/** What was found in the org. */
export type OrgFinding = {
  accounts: readonly AccountState[];
  drifts: readonly Drift[];
};

/** What is left of an Account that was merged: its rows and links become those of the other one. */
export type RetiredAccount = { from: string; to: string; rows: readonly OrgRow[] };

/**
 * Runs reads of Salesforce that can wait, while its API calls are not kept for others.
 * @throws Fault with `notTried` when they are; the errors of `work`
 */
export type BatchReads = <T>(work: () => Promise<T>) => Promise<T>;
