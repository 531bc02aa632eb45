import type { RenewalRules } from '../../domain/renewal/rules.ts';
import type { LossCause } from '../../domain/renewal/state.ts';
import type { OpenedDeal } from './deals.ts';
import type { OrgRow, OrgValue } from './orgRows.ts';

/** How renewal deals look in the org; all of it was found to be there. */
export type RenewalSettings = {
  /** Of a deal that is open, won and lost. */
  stages: { open: string; won: string; lost: string };
  /** Fields that a deal is made with and that are people's afterwards: record type, currency, what the org requires. */
  initial: Readonly<Record<string, OrgValue>>;
  /** Currency in which alone the amount of a deal can be written. */
  currency: string;
  /** Field that says why one was lost, and its values. */
  lossReason: { field: string; values: Readonly<Record<LossCause, string>> } | null;
  /** Who gets the deals of an Account whose owner is not active; null for the integration user. */
  ownerId: string | null;
  /** Id of the price book whose products are put on a deal; null for none. */
  priceBook: string | null;
};

/** What is written of a renewal deal. */
export type RenewalRows = {
  /** null when nothing of it is written any more. */
  row: OrgRow | null;
  /** Its products. */
  lines: readonly OrgRow[];
  /** Keys of products that it has no more. */
  gone: readonly string[];
  /** Whether a product is not on sale, and may be on another day. */
  lacks: boolean;
};

/** What the org takes of the settings, or what is to be changed in them or in the org, a sentence each. */
export type RenewalVerdict = { settings: RenewalSettings } | { faults: readonly string[] };

/** Renewals as they are kept up. */
export type Renewals = {
  rules: RenewalRules;
  settings: RenewalSettings;
};

/** Reads what has to be known of the org before a deal is opened. Throws Faults. */
export interface RenewalOrg {
  /** @returns id of the active user whose an Account is; null when the user is not active */
  ownerOf(accountId: string): Promise<string | null>;
  /** @returns deals with these keys that are there already, as after a database was lost; `isReported` when they report billing */
  dealsBy(keys: readonly string[]): Promise<Map<string, OpenedDeal & { isReported: boolean }>>;
}
