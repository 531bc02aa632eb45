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
  /** Nobody has answered yet. */
  readonly isLoading: boolean;
  /** Something above the lists is still to come: one frame of the final size stands for all. */
  readonly isAwaited: boolean;
  /** The most pressing thing about the billing of the Account. */
  readonly status: Status | null;
  /** Shows what matters most alone. */
  readonly folded: boolean;
  readonly offersDetails: boolean;
  readonly listsClass: string;
};

const ACCOUNT_FIELDS = ['Name', 'Source__c', 'Status__c'];
const DUNNING_FIELDS = ['Invoice_Number__c', 'Stage__c', 'Balance__c', 'Next_Step__c', 'Decline_Reason__c'];

export function overviewOf(asked: Asked, compact: boolean, shows: Shows, accountId: string): Overview {
  const folded = compact && !shows.details;
  const accounts = panelOf(asked, 'Billing_Account__c', ACCOUNT_FIELDS);
  const all = panelOf(asked, 'Dunning_Case__c', DUNNING_FIELDS);
  const dunning = { ...all, rows: all.rows.filter((row) => textOf(row, 'Status__c') !== 'Closed') };
  const hasDunning = dunning.phase === 'ready' && dunning.rows.length > 0;
  const isLoading = accounts.phase === 'loading';
  const isAwaited = isLoading || (hasDunning && !shows.dunning);
  return {
    accounts: accountsOf(accounts, shows.accounts, accountId),
    connections: connectionsOf(accounts),
    ofDunning: { panel: dunning },
    hasDunning,
    isLoading,
    isAwaited,
    status: statusOf(healthStatus(asked)),
    folded,
    offersDetails: folded && !isAwaited,
    // The lists are asked at once and seen once it is known what stands above them: nothing jumps.
    listsClass: isAwaited ? 'slds-hide' : '',
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
