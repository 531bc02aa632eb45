/** A `Billing_Request__c`: what a person asked for by a record, where a call was not possible. */
export type OrgRequest = {
  /** 18-character id. */
  id: string;
  /** 18-character id; null when it names none. */
  accountId: string | null;
  /** 18-character id of who made the record: whoever asks, whatever its fields say. */
  requesterId: string;
  kind: string;
  state: string;
  createdAt: Date;
  expiresAt: Date | null;
};

/** The row of a failure that a request is about. */
export type NamedFailure = {
  /** 18-character id of the record. */
  recordId: string;
  /** Key of the row. */
  key: string;
};

/** What a request that asks for approval says of itself now. */
export type OrgDecision = {
  /** Of the row; null for one that a person made without any. */
  key: string | null;
  /** `Approved` or `Rejected`; null while nobody decided. */
  decision: string | null;
  comment: string | null;
  /** Fingerprint of what is to be approved. */
  hash: string | null;
};

export type RequestState = 'Running' | 'Done' | 'Failed' | 'Expired';

export interface OrgRequests {
  /** @returns null when it is not there, or not any more */
  read(id: string): Promise<OrgRequest | null>;
  /** @returns the failure that is to be tried again; null when the request names none */
  failureOf(id: string): Promise<NamedFailure | null>;
  decisionOf(id: string): Promise<OrgDecision>;
  /** Tells the person how it stands. One that was deleted meanwhile is left alone. */
  write(id: string, state: RequestState, message: string): Promise<void>;
}

/** Tries again what failed. */
export interface FailureDesk {
  /**
   * @param key of the row that tells of it, or of many
   * @param by who asks, for the record of what was done
   * @returns how many failures are tried; null when the row tells of nothing that is open
   */
  retry(key: string, by: string): Promise<number | null>;
}
