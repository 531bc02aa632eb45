import type { BillTo } from '../../domain/billTo/billTo.ts';
import type { AgreedFields, BillToChange, Conflict, KeptField } from '../../domain/billTo/decide.ts';
import type { BillToField } from '../../domain/billTo/fields.ts';

/** What a billing system does with the bill-to of its billing accounts. All of it throws Faults. */
export interface BillToDesk {
  /** @returns the bill-to as it is now; null where there is no such billing account, or it is closed for good */
  read(id: string): Promise<BillTo | null>;
  /**
   * Sets parts of it; repeating it does no harm.
   * @param parts a name as its two parts, an address as a whole
   * @throws Fault `bill_to_refused` (kind invalid) in the words of the billing system
   */
  write(id: string, parts: Partial<BillTo>, effectId: string): Promise<void>;
}

/** Whom Salesforce names for the invoices of a billing account. */
export type BillToInOrg = {
  /** 18-character id; null where nobody is named. */
  contactId: string | null;
  billTo: BillTo;
};

/** Reads Salesforce. Throws Faults. */
export interface BillToReader {
  /**
   * @param isOnly whether it is the only one of its connection for the Account: only then it is billed to what belongs to the Account itself
   * @returns null where there is no such Account
   */
  of(accountId: string, billingAccountKey: string, isOnly: boolean): Promise<BillToInOrg | null>;
  /** @returns the Account of a Contact, deleted ones too; null where there is none */
  accountOf(contactId: string): Promise<string | null>;
}

export type BillToMode = 'shadow' | 'automatic';

/** What is taken over by the billing accounts of a connection. */
export type BillToRules = { mode: BillToMode; fields: readonly BillToField[] };

/**
 * How the bill-to of a billing account stands.
 * `Agreed`: both systems mean the same, as far as Salesforce knows anything. `Different`: they do not, and nothing is done
 * about it now. `Writing`: billing is being told. `Refused`: billing does not take it.
 */
export type BillToState = 'Agreed' | 'Different' | 'Writing' | 'Refused';

/** Two values that exclude each other, as people are told. JSON-safe. */
export type BillToDiscrepancy = {
  /** Business times; ISO 8601. */
  foundAt: string;
  /** null while they say different things. */
  resolvedAt: string | null;
  conflicts: readonly Conflict[];
};

/** JSON-safe. */
export type BillToStanding = {
  billingAccountKey: string;
  accountId: string;
  contactId: string | null;
  mode: BillToMode;
  state: BillToState;
  /** What is being changed in billing, was with the last change, or would be. */
  changes: readonly BillToChange[];
  kept: readonly KeptField[];
  agreed: AgreedFields;
  /** What the mirror had of it when it was last looked at, so that other news of the billing account are no reason to look. */
  seen: string;
  discrepancy: BillToDiscrepancy | null;
  /** For people; null for nothing. */
  message: string | null;
  /** Business time; ISO 8601. */
  asOf: string;
};

/** Bill-tos as they stand here. */
export interface BillToBook {
  /** @returns null when it was never looked at; `version` to save the next state with */
  of(billingAccountKey: string): Promise<{ standing: BillToStanding; version: number } | null>;
  /** @returns those of one Account, by key */
  ofAccount(accountId: string): Promise<BillToStanding[]>;
  /** @returns everything that became of one, the first first */
  stepsOf(billingAccountKey: string): Promise<{ at: Date; standing: BillToStanding }[]>;
  /** @returns keys of the billing accounts that are billed to a Contact */
  billedTo(contactId: string): Promise<string[]>;
  /** @returns keys of the billing accounts that are linked to an Account, those that are gone left out */
  linkedTo(accountId: string): Promise<string[]>;
  /**
   * Commits how it stands, with a line in its history, and has its Account projected where people are told something else.
   * @param before version that was read; null for the first
   * @returns the version that it has now
   * @throws Fault `bill_to_changed` (retryable) when another worker was faster
   */
  save(standing: BillToStanding, before: number | null): Promise<number>;
}
