import type { Source } from '../billingAccount/billingAccount.ts';
import type { AccountToBill } from './account.ts';

/** What is done for an Account that meets the criteria: nothing; what would be made is shown; it is made. */
export const PROVISIONING_MODES = ['off', 'shadow', 'automatic'] as const;
export type ProvisioningMode = (typeof PROVISIONING_MODES)[number];

/** What an organisation has decided about billing accounts that are made ahead of billing. */
export type ProvisioningRules = {
  mode: ProvisioningMode;
  /** Connection whose billing system gets them, and what that is. */
  connection: string;
  system: Source;
  /** Developer names of the record types whose Accounts may get one; null for all. */
  recordTypes: readonly string[] | null;
  /** Fields of the Account that must all hold just this, by their API name: its mark. None of them: no mark is known. */
  fields: Readonly<Record<string, string | number | boolean>>;
  /** Stages of Opportunities; an open one of the Account at any of them is enough. */
  stages: readonly string[];
  /** Whether a won deal is enough that waits for a billing account. */
  onWonDeal: boolean;
  /** What billing asks for and Salesforce does not say; each is left to the billing system where it is null. */
  defaults: {
    /** 1 to 31; 0 for the day of the first bill. Zuora. */
    billCycleDay: number | null;
    /** Such as `Net 30`. Zuora. */
    paymentTerm: string | null;
    /** Such as `Batch1`. Zuora. */
    batch: string | null;
    /** Languages of what is sent, the preferred one first, such as `de`. Stripe. */
    preferredLocales: readonly string[] | null;
  };
};

/** @returns whether an Account is one that is to have a billing account */
export function isWanted(
  { recordTypes, fields, onWonDeal }: Pick<ProvisioningRules, 'recordTypes' | 'fields' | 'onWonDeal'>,
  account: AccountToBill,
): boolean {
  if (recordTypes !== null && !recordTypes.includes(account.recordType ?? '')) return false;
  const marks = Object.entries(fields);
  const isMarked = marks.length > 0 && marks.every(([name, value]) => account.fields[name] === value);
  return isMarked || account.isAtStage || (onWonDeal && account.hasWonDeal);
}
