import type {
  AccountToBill,
  MadeBillingAccount,
  NewBillingAccount,
  OtherBillingAccount,
} from '../../domain/provisioning/account.ts';
import type { ProvisioningFault } from '../../domain/provisioning/faults.ts';

/** What a billing system does to make a billing account. All of it throws Faults. */
export interface ProvisioningDesk {
  /** @returns what is sent, in the words of the billing system */
  toRequest(wanted: NewBillingAccount, effectId: string): unknown;
  /** @returns the billing account that was made of an Account; null when it is certain that there is none */
  find(wanted: NewBillingAccount): Promise<MadeBillingAccount | null>;
  /**
   * Makes a billing account that names its Account, or returns the one that was made of it before.
   * @param effectId the same one is carried out once by the billing system: take another one only after an answer that says
   * that nothing was made, and a `find` that proves it
   * @throws Fault `provisioning_refused` (kind invalid) when nothing was made and nothing will be until somebody changes
   * something; `outcomeUnknown` when it may have been made
   */
  make(wanted: NewBillingAccount, effectId: string): Promise<MadeBillingAccount>;
}

/** How the billing account of an Account stands; the words of the field in Salesforce. `Not Wanted` has none there. */
export const PROVISIONING_STATES = ['Not Wanted', 'Not Ready', 'Ready', 'Creating', 'Created', 'Failed'] as const;
export type ProvisioningState = (typeof PROVISIONING_STATES)[number];

/** The billing account of an Account, from when it is wanted until it is made. JSON-safe. */
export type Provisioning = {
  /** 18 characters. */
  accountId: string;
  state: ProvisioningState;
  connection: string;
  /** What keeps it from being made; none where nothing does. */
  faults: readonly ProvisioningFault[];
  /** What was, or would be, made; null where it could not be worked out. */
  wanted: NewBillingAccount | null;
  /** What no other Account may have in common while it is made; none where somebody says that it is another customer. */
  identities: readonly string[];
  /** null while none was made by us. */
  made: MadeBillingAccount | null;
  /** Rises with each answer that says that nothing was made: a billing system repeats it to what comes with the same effect id. */
  epoch: number;
  /** For people, besides the faults, a line each. */
  lines: readonly string[];
  /** Business time at which it was worked out, or made; ISO 8601. */
  asOf: string;
};

/** Reads Accounts from Salesforce, with everything that decides over their billing accounts. Throws Faults. */
export interface AccountsToBill {
  /** @returns null when it is deleted; `hasWonDeal` is not known to Salesforce and false */
  account(id: string): Promise<AccountToBill | null>;
}

/** Billing accounts as they stand here. */
export interface ProvisioningBook {
  /** @returns null when there is none; `version` to save the next state with */
  of(accountId: string): Promise<{ provisioning: Provisioning; version: number } | null>;
  /** @returns every step that it took, the first one first */
  stepsOf(accountId: string): Promise<{ at: Date; provisioning: Provisioning }[]>;
  /** Whether a won deal of the Account waits for a billing account of a connection. */
  hasWonDeal(accountId: string, connection: string): Promise<boolean>;
  /** @returns billing accounts that may be the same customer, of every connection, as far as they are mirrored */
  resembling(account: AccountToBill): Promise<OtherBillingAccount[]>;
  /** @returns names of the connections of which not every billing account has been read yet */
  unread(): Promise<string[]>;
  /**
   * Commits how it stands, with a line in its history, has its Account projected and deals looked at that wait for it.
   * @param before version that was read; null for the first
   * @returns the version that it has now; or `takenBy`, the Account of the same customer for which one is made already,
   * and nothing was saved
   * @throws Fault `provisioning_changed` (retryable) when another worker was faster
   */
  save(provisioning: Provisioning, before: number | null): Promise<{ version: number } | { takenBy: string }>;
}
