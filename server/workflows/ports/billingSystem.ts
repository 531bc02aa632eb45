import type { BillingObject } from '../../domain/account/facts.ts';
import type { StoredEvent } from './keyWork.ts';
import type { MirrorRecord } from './mirror.ts';

/** Parts of a billing account that are fetched on their own. */
export const BILLING_PARTS = ['account', 'subscriptions', 'invoices', 'memos', 'payments', 'usage'] as const;
export type BillingPart = (typeof BILLING_PARTS)[number];

/** The part that a kind of object, or of key, is fetched with. */
export const PART_OF: Readonly<Record<string, BillingPart>> = {
  account: 'account',
  subscription: 'subscriptions',
  invoice: 'invoices',
  memo: 'memos',
  creditmemo: 'memos',
  debitmemo: 'memos',
  creditnote: 'memos',
  payment: 'payments',
  usage: 'usage',
  // What was done to a subscription is told with it, as far back as the billing system tells it.
  change: 'subscriptions',
};

export type BillingRecord = MirrorRecord<BillingObject>;

/** One part as the billing system has it now. */
export type FetchedPart = {
  part: BillingPart;
  /** Every object of the part; one that the mirror holds and that is missing here is gone. Of changes only the latest. */
  records: BillingRecord[];
  /** Provider time of the answer. */
  asOf: Date;
  /** Fields of its objects that could not be read this time and stay as the mirror has them; absent where none is. */
  unread?: readonly string[];
};

/** What an event is about, where that is one part or something in it that may be refused alone. */
export type Subject = BillingPart | 'refunds';

/**
 * Whether the credentials may read something that a billing account is also known without. Of what they may not read the
 * mirror keeps what it has.
 */
export type Access = {
  /** In words, such as `credit and debit memos`. */
  what: string;
  isRefused: boolean;
  /** The part that stays as it was while it is refused; null where something of a part is merely absent. */
  part: BillingPart | null;
  /** What events are about that wait while it is refused, where that is no whole part. */
  subject?: Subject;
};

export type FetchedBillingAccount =
  | {
      found: true;
      /** Key of the billing account; other than the one asked for when it was asked for by another name. */
      billingAccountKey: string;
      parts: FetchedPart[];
      /** Metadata or custom fields of the billing account, by name; there when `account` was asked for. */
      fields?: Readonly<Record<string, string>>;
      /** What was asked for besides and may or may not be read with these credentials. */
      access?: readonly Access[];
      /** True when a filter leaves the billing account out: nothing of it is to be kept. */
      excluded?: boolean;
    }
  | {
      found: false;
      /**
       * Whether it was deleted: false when the billing system, which remembers the deleted, knows nothing of it; null
       * when it does not tell the deleted from what never was.
       */
      deleted: boolean | null;
      /** Provider time of the answer; null where it carries none. */
      asOf: Date | null;
    };

/** What an event says. */
export type EventReading = {
  /** States in it that are complete and may be saved without a fetch; a deletion also of what was not known. */
  records: BillingRecord[];
  /** Parts that it leaves open and that have to be fetched. */
  fetch: BillingPart[];
  /** What it is about, where it is told of that alone; while that may not be read, the event is not done. */
  of?: Subject;
  /**
   * Keys of the objects that it is about, as far as they are known. An event whose objects are all known later than it
   * happened is done.
   */
  about: string[];
  /**
   * What was done to subscriptions, as the event alone says it. It is kept however old the event is: what happened stays
   * true when more has happened since.
   */
  changes?: BillingRecord[];
  /** Keys of objects whose newest version was taken back, so that an older one is true again. */
  takenBack?: string[];
  /**
   * True when `fetch` stays as it is until the mirror holds the very change of which the event tells. Of another event
   * that asks for a fetch anything new in the parts that it names counts as its change.
   */
  isExact?: boolean;
};

/** A billing system as the mirror needs it. */
export interface BillingSystem {
  connection: string;
  /**
   * True where a read may still show the state before an event that has already been told; the read is then repeated.
   */
  readsMayLag: boolean;
  /**
   * Reads parts of a billing account. `account` is read whatever is asked for when it is needed to read the others.
   * @throws Fault when the billing system could not be read
   */
  fetch(billingAccountId: string, parts: readonly BillingPart[]): Promise<FetchedBillingAccount>;
  /** Reads an event; `known` is what the mirror holds of its billing account. Never calls the billing system. */
  read(event: StoredEvent, known: ReadonlyMap<string, BillingRecord>): EventReading;
  /**
   * Looks for one object by its key: one that a complete list did not have and that may have moved to another billing
   * account, or one of which an event tells without naming the billing account.
   * @returns key of the billing account that has it now, or of an object that leads to it; null when it is gone or not
   * there yet; undefined when it belongs to no billing account, as the payment of a guest
   */
  whereIs(key: string): Promise<string | null | undefined>;
}
