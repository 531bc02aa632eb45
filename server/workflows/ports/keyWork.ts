import type { MrrLevel } from '../../domain/metrics/movements.ts';
import type { BillingPart } from './billingSystem.ts';
import type { DealChange } from './deals.ts';
import type { MatchResult } from './matching.ts';
import type { AccountLink, MirrorWrite } from './mirror.ts';
import type { OrgFinding, RetiredAccount } from './org.ts';
import type { DroppedRow } from './orgRetention.ts';
import type { OrgRow } from './orgRows.ts';

/** An event in the inbox that is not worked off yet. */
export type StoredEvent = {
  /** Id of the inbox row. */
  id: string;
  connection: string;
  eventId: string;
  kind: string;
  occurredAt: Date | null;
  receivedAt: Date;
  payload: unknown;
  /** True when the same event came with another content, too, so that its object has to be read. */
  contested?: boolean;
};

/** One dirty key, leased to this worker with the events that were there when it was claimed. */
export type KeyClaim = {
  key: string;
  events: readonly StoredEvent[];
  /** When it was leased, by the clock that `receivedAt` is of; that of this process may be another. */
  claimedAt: Date;
  /** 1 for the first try since the key last ended well. */
  attempt: number;
  /** What was asked for as `pollAt` when the key was last worked; null when nothing was, or it is not known. */
  pollAt: Date | null;
  /** True when the key is worked because this time has come and for nothing else. */
  pollOnly: boolean;
  /** True for work that is not urgent, such as a backfill. */
  batch: boolean;
  /** Parts that are to be read from the billing system whatever the events say; empty for none. */
  refetch: readonly string[];
  /** Rises whenever the key is made dirty; absent where nobody counts. */
  generation?: number;
};

/** The set of rows that one Account is to have in Salesforce; rows projected before and absent here stay as they are, */
export type Projection = {
  accountId: string;
  rows: readonly OrgRow[];
  /** but these, which the org holds no longer. */
  dropped?: readonly DroppedRow[];
  /** First day (YYYY-MM-DD) on which the same mirror would give other rows; null when none is known. */
  nextChangeOn: string | null;
  /** MRR of the Account by day, all levels of each currency in which there is a new one. */
  levels?: readonly MrrLevel[];
};

/** What working a key came to; the key worker commits all of it in one transaction. */
export type KeyResult = {
  /** Ids of the inbox rows that are done. */
  done: readonly string[];
  mirror?: readonly MirrorWrite[];
  /** Forgets everything of the billing account that the key names: a filter leaves it out. It is no deletion. */
  forget?: boolean;
  link?: AccountLink;
  projection?: Projection;
  /** Products and prices of a catalog, as the org is to hold them; those that are absent here stay as they are. */
  catalog?: readonly OrgRow[];
  /** What was found in Salesforce. */
  org?: OrgFinding;
  retired?: RetiredAccount;
  /** How an Opportunity stands in which people name a subscription. */
  deal?: DealChange;
  /** How the matching of a billing account stands now. */
  match?: MatchResult;
  /** Keys that are to be worked because of this one. */
  dirty?: readonly string[];
  /** Billing accounts, by their keys, of which parts are to be read anew when nothing more urgent is to be done. */
  refetch?: { keys: readonly string[]; parts: readonly BillingPart[] };
  /** Undone events that belong to another key: from now on they are that key's, which has to be in `dirty`. */
  moved?: { to: string; events: readonly string[] };
  /** Work this key again then (by the clock of `claimedAt`), even when no event arrives. */
  againAt?: Date;
  /** Work this key again then (by the clock of `claimedAt`) for what no event tells of; other work before it leaves this time as it is. */
  pollAt?: Date;
  /** True when what is asked for by `pollAt` makes way for live work. */
  pollAsBatch?: boolean;
};

/** Works one key. Throws a Fault when it could not; a retryable one is tried again later. */
export type KeyHandler = (claim: KeyClaim) => Promise<KeyResult>;
