/** An owner who is to be told of an Opportunity that the product made. */
export type OwnerNotice = {
  /** `Billing_Key__c` of the Opportunity. */
  dealKey: string;
  /** 18-character ids. */
  opportunityId: string;
  ownerId: string;
};

/** How it stands with the notice of a deal: it is there already, there is nobody to tell and why, or it is to be sent. */
export type NoticeLook = { found: 'told' } | { found: 'nobody'; why: string } | { found: 'owner'; notice: OwnerNotice };

/** Why a notice was refused; nothing of it was sent. */
export type NoticeRefusal = { code: string; message: string };

/** Tells owners of deals, in Salesforce. Both throw Faults. */
export interface OwnerNotices {
  /** Most deals of one look, and most notices of one call. */
  readonly most: number;
  /** Reads how it stands with the notices of deals, by their keys; changes nothing. */
  look(dealKeys: readonly string[]): Promise<ReadonlyMap<string, NoticeLook>>;
  /**
   * Sends notices in one call, each for itself.
   * @returns null for each that was sent, else its refusal, in the order of `notices`
   * @throws Fault with `outcomeUnknown` when some may have been sent
   */
  send(notices: readonly OwnerNotice[]): Promise<(NoticeRefusal | null)[]>;
}
