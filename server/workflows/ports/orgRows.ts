import type { Fault } from '../../domain/fault.ts';

export type OrgValue = string | number | boolean | null;

/** One record that Salesforce is to hold. The outbox adds Key__c, Account__c, the row version and Synced_At__c. */
export type OrgRow = {
  /**
   * API name, such as `Billing_Invoice__c`; `Account` for fields on the Account itself, `NAMED_DEAL` for those on an
   * Opportunity of people.
   */
  object: string;
  /** Value of `Key__c`; for object `Account` and `NAMED_DEAL` the 18-character id. */
  key: string;
  fields: Readonly<Record<string, OrgValue>>;
  /** Lookup field → `Key__c` of the row it points to, by relationship name (`Billing_Account__r`). */
  parents: Readonly<Record<string, { object: string; key: string }>>;
  /**
   * Fields that a record is made with and that are people's afterwards; they are not sent again once it is confirmed. There
   * for records of standard objects (Task, Opportunity), which are neither removed nor compared.
   */
  initial?: Readonly<Record<string, OrgValue>> | undefined;
  /** Key of the mirrored object of which the row shows a part; none where it shows all of it, or is derived from several. */
  partOf?: string | null;
  /** Why fields of it do not hold what billing says, a line each; they stay here, for whoever runs the server. */
  notes?: readonly string[];
};

/** A row as it is sent. */
export type OrgWrite = {
  row: OrgRow;
  /** null for rows that belong to no Account (Billing_Connection__c). */
  accountId: string | null;
  rowVersion: number;
  syncedAt: Date;
};

export type OrgWriteResult =
  | { outcome: 'written' }
  /** Salesforce refused the row because it holds a newer version already. */
  | { outcome: 'newer_is_there' }
  /**
   * `retry`: `soon` for row locks, `after_parent` for a parent that is not there yet, `mapping` when no row of this object
   * can be written until the org is changed (a field or a permission is gone), `never` until the cause is gone.
   */
  | { outcome: 'refused'; retry: 'soon' | 'after_parent' | 'mapping' | 'never'; code: string; message: string };

/** Which org it is, as it says itself. */
export type OrgIdentity = {
  /** 18 characters; a sandbox has another one after each refresh. */
  orgId: string;
  isSandbox: boolean;
  /** Edition, such as `Enterprise Edition`. */
  organizationType: string;
  /** Where it runs, such as `NA45`; Salesforce moves orgs. */
  instanceName: string;
};

/** Called with the org behind each new session before anything is sent to it. @throws Fault when it may not be written to */
export type CheckOrg = (org: OrgIdentity) => Promise<void>;

/** Rows of one object; at most 200. */
export type OrgChunk = { object: string; writes: readonly OrgWrite[] };

/** Results in the order of the rows; a Fault when Salesforce refused, or did not answer for, the chunk as a whole. */
export type OrgChunkResult = OrgWriteResult[] | Fault;

/** Most rows of a chunk, and most chunks that go in one call. */
export const ROWS_A_CHUNK = 200;
export const CHUNKS_A_CALL = 5;

/** Writes rows to Salesforce without reading anything. */
export interface OrgWriter {
  /**
   * Writes chunks one after the other, in one call where the org allows; none spoils another.
   * @param chunks at most 5, parents before children
   * @returns results in the order of `chunks`
   * @throws Fault when the call as a whole failed; `outcomeUnknown` when rows may have been written
   */
  write(chunks: readonly OrgChunk[]): Promise<OrgChunkResult[]>;
  /** API calls used and allowed in the last 24 hours, as the last answer's Sforce-Limit-Info said. */
  usage(): { used: number; limit: number } | null;
}

/** What became of one row of a bulk job, with the version that was sent. */
export type BulkRowResult = { key: string; rowVersion: number; result: OrgWriteResult };

/** Writes many rows of one object in a job that Salesforce works off by itself. All of it throws Faults. */
export interface OrgBulkWriter {
  /** @returns what rows of one job must have in common; null for a row that cannot go by job */
  shapeOf(write: OrgWrite): string | null;
  /** Makes a job. @returns its id in Salesforce */
  create(object: string): Promise<string>;
  /** Hands its rows over, all of one shape and sorted by Account, and starts it. */
  upload(id: string, writes: readonly OrgWrite[]): Promise<void>;
  /** `open` before its rows are there, `failed` when it ended without working them all off. */
  state(id: string): Promise<'open' | 'running' | 'done' | 'failed'>;
  /** Results of the rows that were worked off, in any order. */
  results(id: string): Promise<BulkRowResult[]>;
  abort(id: string): Promise<void>;
}

/**
 * What was projected before for an Account, or for another one of a billing account that is the Account's now, whether or
 * not Salesforce has confirmed it yet.
 */
export interface OrgRowsReader {
  projected(accountId: string): Promise<OrgRow[]>;
}
