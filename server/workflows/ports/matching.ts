import type { BalanceView } from '../../domain/account/view.ts';
import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import type { Candidate, MatchSubject } from '../../domain/matching/match.ts';
import type { MatchState } from '../../domain/matching/state.ts';
import type { Drift, HeldFields } from './org.ts';
import type { OrgRow } from './orgRows.ts';

/** What is at stake for a billing account that no Account shows: by currency, and the currency with most of it. */
export type Stakes = {
  balances: readonly Pick<BalanceView, 'currency' | 'arr' | 'outstanding'>[];
  mainCurrency: string | null;
  /** False for a customer that never subscribed to anything and was never billed. */
  everBilled: boolean;
};

/** What its row in Salesforce is made of. */
export type LinkView = {
  /** null when the billing account is gone. */
  account: BillingAccount | null;
  billingAccountKey: string;
  state: MatchState;
  stakes: Stakes;
};

/** A state to save. */
export type MatchResult = {
  billingAccountKey: string;
  /** Version of the state that it was decided on; 0 when there was none. */
  seenVersion: number;
  next: MatchState;
  /** Who took a link back, as in `MatchLink`; `billing` when it names an Account itself, or the billing account is gone. */
  by: string;
  /** What Salesforce is to hold; none when it needs no row. */
  row: OrgRow | null;
  /** The row differs in the org from what it was confirmed to be. */
  drift: Drift | null;
};

export interface MatchReader {
  /** @returns how the matching of a billing account stands, with the version of that; null when it was never looked at */
  matchOf(billingAccountKey: string): Promise<(MatchState & { version: number }) | null>;
}

/** Accounts that may be the one. */
export type FoundCandidates = { candidates: Candidate[]; complete: boolean };

/** Looks for candidates in Salesforce. What is asked for at about the same time shares a call. Throws Faults. */
export interface CandidateReader {
  /** @param field API name of the field of Account that holds one of `fieldValues`; null for none */
  candidates(subject: MatchSubject, field: string | null): Promise<FoundCandidates>;
}

/** The row of a billing account that waits, as Salesforce holds it. */
export type LinkRowInOrg = {
  /** Account that a person chose, 18 characters. */
  chosen: string | null;
  dismissed: boolean;
  /** What we wrote. */
  held: HeldFields;
};

export interface LinkRowReader {
  /** @returns undefined when the org has no such row. Throws Faults */
  row(key: string): Promise<LinkRowInOrg | undefined>;
}
