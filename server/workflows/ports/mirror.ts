/** What the mirror holds of a billing account. */
export type MirrorKind = 'account' | 'subscription' | 'invoice' | 'memo' | 'payment' | 'usage' | 'change';

/** One object of a billing system as last known, in the terms of the domain. */
export type MirrorRecord<Body = unknown> = {
  /** `<connection>:<kind>:<id>` */
  key: string;
  kind: MirrorKind;
  /** `<connection>:account:<id>` of the billing account that it belongs to. */
  billingAccountKey: string;
  /** Provider time of this state, never our clock. Stripe: whole seconds. */
  asOf: Date;
  /** Version that the provider counts (Zuora subscriptions); 0 where it has none. Orders before `asOf`. */
  version: number;
  /** A tombstone; no later record revives it. */
  deleted: boolean;
  /** Domain object; JSON-safe. */
  body: Body;
};

/** A record to save. A snapshot replaces only an older record; a fetch replaces one of the same age too. */
export type MirrorWrite = { record: MirrorRecord; via: 'snapshot' | 'fetch' };

/** Which Salesforce Account a billing account belongs to. */
export type AccountLink = {
  billingAccountKey: string;
  /** 18-character Salesforce id; null while no Account is named. */
  accountId: string | null;
  /** True when billing names none, so that it belongs to the Account that it was matched with, or is to be matched. */
  byMatch?: boolean;
};

export interface MirrorReader {
  /** Every record of one billing account, tombstones too. */
  ofBillingAccount(billingAccountKey: string): Promise<MirrorRecord[]>;
  /** Every record of the billing accounts linked to one Salesforce Account, tombstones too. */
  ofAccount(accountId: string): Promise<MirrorRecord[]>;
  /** Key of the billing account to which an object belongs, by the key of its record; null when it is unknown or gone. */
  billingAccountOf(key: string): Promise<string | null>;
  /** Key of the billing account to which a record belongs, or did when it was deleted; null when it is unknown. */
  ownerOf(key: string): Promise<string | null>;
  /** Keys of the billing accounts of a connection in which a product or a coupon is used. */
  using(connection: string, kind: 'product' | 'coupon', id: string): Promise<string[]>;
  /** null when the billing account is unknown or not linked; `byMatch` when billing does not name the Account itself. */
  linkOf(billingAccountKey: string): Promise<AccountLink | null>;
}

/** The mirror as those who compare it with long lists need it. */
export interface MirrorLookup {
  /** @returns the records that there are of these keys, tombstones too, in any order */
  recordsOf(keys: readonly string[]): Promise<MirrorRecord[]>;
  /**
   * @param after key of the last one of the page before; null for the first page
   * @returns keys of the billing accounts of a connection that are not deleted, at most `most`, in an order that stays
   */
  accountsAfter(connection: string, after: string | null, most: number): Promise<string[]>;
}
