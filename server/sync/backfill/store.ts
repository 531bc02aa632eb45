import type { BillingPart } from '../../workflows/ports/billingSystem.ts';

/**
 * `Listing`: going through the list of the billing system. `Missing`: through what the mirror knows and the list had not.
 * `Working`: everything is listed, the last of it is being read. `Done`, `Canceled`: over.
 */
export type BackfillState = 'Listing' | 'Missing' | 'Working' | 'Done' | 'Canceled';

export type Backfill = {
  connection: string;
  run: number;
  state: BackfillState;
  /** Parts of each billing account that are read; empty for all. */
  parts: BillingPart[];
  /** Why it runs, in plain words. */
  reason: string;
  /** Rows that Salesforce has confirmed are written again. */
  rewrite: boolean;
  cursor: string | null;
  /** Billing accounts that are to be read, so far. */
  listed: number;
  listedAt: Date | null;
  /** How many there will be: exact once all are listed, else what the mirror knew; null when nobody knows. */
  total: number | null;
  /** How many of them have been read. */
  worked: number;
  /** Read a second, of late. */
  rate: number;
  /** Tries in a row that failed. */
  failures: number;
  /** Why it does not get on; empty while it does. */
  message: string;
  startedAt: Date;
  endedAt: Date | null;
};

export type BackfillRequest = {
  connection: string;
  /** Parts to be read; all when absent or empty. */
  parts?: readonly BillingPart[];
  reason: string;
  rewrite?: boolean;
};

/** One step of a run, made only when the run is still where it was when the step was prepared. */
export type BackfillStep = {
  state: BackfillState;
  cursor: string | null;
  /** Billing accounts that are to be read. */
  keys: readonly string[];
  parts: readonly BillingPart[];
  /** Provider time of a page of the list; null for a step that read none. */
  asOf: Date | null;
};

export interface BackfillStore {
  /** @throws Fault of kind conflict while one runs, unless it may be begun anew */
  startBackfill(request: BackfillRequest, anew?: boolean): Promise<void>;
  /** Keys that wait already are worked all the same. @returns false when none runs */
  cancelBackfill(connection: string): Promise<boolean>;
  /** Goes on with one that was canceled, from where it was. @returns false when there is none */
  resumeBackfill(connection: string): Promise<boolean>;
  backfillOf(connection: string): Promise<Backfill | null>;
  backfills(): Promise<Backfill[]>;
  /** Keys of a connection that wait or are being worked for a backfill. */
  outstanding(connection: string): Promise<number>;
  /** @returns false when the run is no longer where it was: nothing was done */
  advance(before: Backfill, step: BackfillStep): Promise<boolean>;
  /** Notes how many are worked, once a second at the most; `rate` follows from the time since the last note. */
  measure(before: Backfill, worked: number): Promise<void>;
  /** @param waitMs until the next try */
  backfillFailed(before: Backfill, message: string, waitMs: number): Promise<void>;
  /** Connections whose run is due to go on. */
  dueBackfills(): Promise<Backfill[]>;
  /** Billing accounts that the mirror knows from before `listedAt`, in the order of keys, after one. */
  knownBefore(connection: string, listedAt: Date, after: string, most: number): Promise<string[]>;
}
