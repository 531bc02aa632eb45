import type { NewAccount } from '../../domain/matching/newAccount.ts';
import type { ScoredCandidate } from '../../domain/matching/match.ts';

/** What became of an Account that was to be made. */
export type MadeAccount =
  /** It is there, made by this call or by one before whose answer was lost. */
  | { outcome: 'there' }
  /** Salesforce refuses it; `like` are Accounts that a duplicate rule names. */
  | { outcome: 'refused'; reason: string; like: ScoredCandidate[] };

/**
 * Makes records for customers that Salesforce does not know. Both carry the customer's key in a field that Salesforce keeps
 * unique, so that doing it again makes no second one. All of it throws Faults, also for what passes by itself.
 */
export interface AccountMaker {
  makeAccount(wanted: NewAccount): Promise<MadeAccount>;
  /** Makes its Contact, unless there is none to make; one that Salesforce refuses is left out. */
  makeContact(wanted: NewAccount, accountId: string): Promise<void>;
}

/** Keeps two billing accounts of one customer from each having an Account made. */
export interface CreationClaims {
  /**
   * Reserves what a customer is told by, for minutes; it ends when the matching of the billing account is saved.
   * @returns false when another billing account has reserved any of it
   */
  claim(billingAccountKey: string, identities: readonly string[]): Promise<boolean>;
}

/** Accounts for customers that Salesforce does not know. */
export type Creation = {
  /** `persons`: whether people without a company become Person Accounts. null for a connection that makes none. */
  of(connection: string): { persons: boolean } | null;
  maker: AccountMaker;
  claims: CreationClaims;
};
