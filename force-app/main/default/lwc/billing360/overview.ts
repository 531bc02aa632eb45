import type { Asked, Panel, Status } from 'c/billingRows';
import { panelOf, standingOf, statusOf, textOf } from 'c/billingRows';
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
  /** Of the billing accounts. */
  readonly panel: Panel;
  readonly ofDunning: { readonly panel: Panel };
  readonly hasDunning: boolean;
  /** Nobody has answered yet. */
  readonly isLoading: boolean;
  /** Something above the lists is still to come: one frame of the final size stands for all. */
  readonly isAwaited: boolean;
  /** The most pressing thing about the billing of the Account. */
  readonly status: Status | null;
  /** Something is under way that the person would want to watch. */
  readonly inMotion: boolean;
  /** Shows what matters most alone. */
  readonly folded: boolean;
  readonly offersDetails: boolean;
  readonly listsClass: string;
};

export function overviewOf(asked: Asked, compact: boolean, shows: Shows, accountId: string): Overview {
  const folded = compact && !shows.details;
  const status = textOf(standingOf(asked.data, 'Billing_Health__c')[0], 'Status__c');
  const accounts = panelOf(asked, 'Billing_Account__c');
  const all = panelOf(asked, 'Dunning_Case__c');
  const dunning = { ...all, rows: all.rows.filter((row) => textOf(row, 'Status__c') !== 'Closed') };
  const hasDunning = dunning.phase === 'ready' && dunning.rows.length > 0;
  const isLoading = accounts.phase === 'loading';
  const isAwaited = isLoading || (hasDunning && !shows.dunning);
  return {
    accounts: accountsOf(accounts, shows.accounts, accountId),
    panel: accounts,
    ofDunning: { panel: dunning },
    hasDunning,
    isLoading,
    isAwaited,
    status: statusOf(status),
    inMotion: status === 'In Dunning',
    folded,
    offersDetails: folded && !isAwaited,
    // The lists are asked at once and seen once it is known what stands above them: nothing jumps.
    listsClass: isAwaited ? 'slds-hide' : '',
  };
}
