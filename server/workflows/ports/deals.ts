import type { Deal } from '../../domain/order/deal.ts';
import type { HeldFields } from './org.ts';
import type { DealOrder } from './orders.ts';
import type { OrgRow } from './orgRows.ts';

/**
 * Object of the rows that hold what billing says of the subscription that people named in an Opportunity; their key is its
 * 18-character id. The Opportunity is people's: it is neither made nor removed by such a row.
 */
export const NAMED_DEAL = 'Named_Opportunity';

/** Object of the rows that tell how the order of an Opportunity stands. */
export const ORDER_OBJECT = 'Billing_Order__c';

/** An Opportunity that the product opened ahead of billing, while it does not report what billing did. */
export type OpenedDeal = {
  key: string;
  isClosed: boolean;
  isWon: boolean;
  /** Keys of its products that people changed; absent for none. */
  kept?: readonly string[];
};

/** An Opportunity in which people named a subscription, that is ordered, or that the product opened for people to close. */
export type NamedDeal = {
  /** 18 characters. */
  id: string;
  /** null where it belongs to no Account. */
  accountId: string | null;
  /** As people entered it; null where they took it away again. */
  subscriptionNumber: string | null;
  /** Of one that the product opened ahead of billing, a renewal: its key, and what people made of it; none of any other. */
  opened?: OpenedDeal | null;
  /** How its order stands, or the preview of one; none where it has neither. */
  order?: DealOrder | null;
};

/** What is known here of such Opportunities, as they were last read. */
export interface DealReader {
  /** @returns those that are known, by id */
  known(ids: readonly string[]): Promise<Map<string, NamedDeal>>;
  ofAccount(accountId: string): Promise<NamedDeal[]>;
  /** @returns those of the keys under which the product has made a deal */
  made(keys: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Reads Opportunities from Salesforce, off the write path. Throws Faults. */
export interface OrgDealReader {
  /**
   * @returns null when it is deleted, or one that reports billing and of which no order is on its way; `forOrder` is null where
   * orders are not asked for
   * @param generation of the key that is worked: what was read since it rose last is as good as read now
   */
  deal(id: string, generation?: number): Promise<{ deal: NamedDeal; held: HeldFields; forOrder: Deal | null } | null>;
}

/** How an Opportunity stands from now on. */
export type DealChange = {
  id: string;
  /** null when nothing is written to it any more. */
  next: NamedDeal | null;
  /** What it is to hold where no Account says it. */
  rows: readonly OrgRow[];
};
