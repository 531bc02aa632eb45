import type { Row } from 'c/graphqlRows';
import { rowsOf, standing, textOf } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { connectionsOf, panelOf } from 'c/panelState';
import type { Status } from 'c/statusUtils';
import { statusOf } from 'c/statusUtils';
import type { Accounts } from './accounts';
import { accountsOf } from './accounts';

/** What is seen beyond the first look. */
export type Shows = {
  /** What a compact panel leaves out: the person asked for it. */
  readonly details: boolean;
  /** What tells of dunning has been loaded, or cannot be: what stands below it is shown then, so that nothing jumps. */
  readonly dunning: boolean;
  /** All billing accounts, however many. */
  readonly accounts: boolean;
};

/** What stands above the lists, and whether the lists are shown. */
export type Overview = {
  readonly accounts: Accounts;
  /** Connections that the billing accounts come through. */
  readonly connections: readonly Row[];
  readonly ofDunning: { readonly panel: Panel };
  readonly hasDunning: boolean;
  /** What tells of it is being loaded. */
  readonly awaitsDunning: boolean;
  /** The most pressing thing about the billing of the Account. */
  readonly status: Status | null;
  /** Nobody has answered yet: one frame of the final size stands for all. */
  readonly isLoading: boolean;
  /** Shows what matters most alone. */
  readonly folded: boolean;
  readonly hasSections: boolean;
  readonly offersDetails: boolean;
  readonly sectionsClass: string;
};

const ACCOUNT_FIELDS = ['Name', 'Source__c', 'Status__c'];
const DUNNING_FIELDS = ['Invoice_Number__c', 'Stage__c', 'Balance__c', 'Next_Step__c', 'Decline_Reason__c'];

export function overviewOf(asked: Asked, compact: boolean, shows: Shows): Overview {
  const folded = compact && !shows.details;
  const accounts = panelOf(asked, 'Billing_Account__c', ACCOUNT_FIELDS);
  const all = panelOf(asked, 'Dunning_Case__c', DUNNING_FIELDS);
  const dunning = { ...all, rows: all.rows.filter((row) => textOf(row, 'Status__c') !== 'Closed') };
  const hasDunning = dunning.phase === 'ready' && dunning.rows.length > 0;
  const awaitsDunning = hasDunning && !shows.dunning;
  const isLoading = !asked.data && asked.errors.length === 0;
  return {
    accounts: accountsOf(accounts, shows.accounts),
    connections: connectionsOf(accounts),
    ofDunning: { panel: dunning },
    hasDunning,
    awaitsDunning,
    status: statusOf(healthStatus(asked)),
    isLoading,
    folded,
    hasSections: !folded,
    offersDetails: folded && !isLoading && !awaitsDunning,
    // The lists are asked at once and seen once it is known what stands above them: nothing jumps.
    sectionsClass: isLoading || awaitsDunning ? 'slds-hide' : 'sections',
  };
}

/** Whether something is under way that the person would want to watch. */
export function isInDunning(asked: Asked): boolean {
  return healthStatus(asked) === 'In Dunning';
}

function healthStatus({ data }: Asked): string | null {
  const [health] = standing(rowsOf(data, 'Billing_Health__c') ?? []);
  return textOf(health, 'Status__c');
}
