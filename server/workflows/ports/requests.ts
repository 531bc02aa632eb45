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

export type RequestState = 'Running' | 'Done' | 'Failed' | 'Expired';

export interface OrgRequests {
  /** @returns null when it is not there, or not any more */
  read(id: string): Promise<OrgRequest | null>;
  /** Tells the person how it stands. One that was deleted meanwhile is left alone. */
  write(id: string, state: RequestState, message: string): Promise<void>;
}
