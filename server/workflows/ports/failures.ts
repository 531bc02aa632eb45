import type { OrgRow } from './orgRows.ts';

/**
 * What has failed: a key that cannot be worked, a row that Salesforce refuses, an event that is not as it should be, an owner
 * who could not be told of an Opportunity, a connection that is stopped, an object of which no row can be written.
 */
export type FailureKind = 'key' | 'row' | 'event' | 'notice' | 'connection' | 'object';

/** Work that failed and waits for somebody. */
export type Failure = {
  id: string;
  kind: FailureKind;
  /** null where it belongs to no connection, such as the projection of an Account. */
  connection: string | null;
  /** Id of the Salesforce Account; null when none is known. */
  account: string | null;
  /** API name of the object in Salesforce that was to be written; null where nothing was. */
  object: string | null;
  /** Key of the row, of the work or of the deal, number of the event, name of the connection or object. */
  subject: string;
  /** Salesforce's code, or one of docs/errors.md; null when none is known. */
  code: string | null;
  reason: string;
  /** For an event: deliveries with another content. */
  attempts: number;
  since: Date;
  state: 'put aside' | 'tried again' | 'dismissed';
};

/** Failures of one connection and kind that are not shown one by one. */
export type MoreFailures = Pick<Failure, 'kind' | 'connection'> & {
  count: number;
  /** When the first and the last of them were given up. */
  from: Date;
  to: Date;
};

/** What people are to be told. */
export type FailuresTold = {
  /** Few of each cause, the longest waiting first, and before them those that are told already. */
  shown: readonly Failure[];
  more: readonly MoreFailures[];
  /** Ids of failures that are told as open and that nobody has seen to work since, though they may be tried now. */
  unsettled: ReadonlySet<string>;
};

/** How a failure stands in Salesforce. */
export type FailureSeen = {
  state: 'Open' | 'Resolved';
  /** Name of the failure; null for a row that stands for several. */
  id: string | null;
  firstSeen: Date;
  lastSeen: Date;
  times: number;
};

/** Rows by which people are told of failures. */
export interface FailureProjection {
  object: string;
  keyOf(failure: Failure | Pick<MoreFailures, 'kind' | 'connection'>): string;
  open(failure: Failure | MoreFailures, seen: Pick<FailureSeen, 'firstSeen' | 'lastSeen' | 'times'>): OrgRow;
  resolved(row: OrgRow, at: Date): OrgRow;
  seen(row: OrgRow): FailureSeen;
}
