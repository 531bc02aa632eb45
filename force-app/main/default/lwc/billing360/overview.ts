import { rowsOf, standing, textOf } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { panelOf } from 'c/panelState';
import type { Status } from 'c/statusUtils';
import { statusOf } from 'c/statusUtils';

/** What stands above the lists, and whether the lists are shown. */
export type Overview = {
  readonly ofDunning: { readonly panel: Panel };
  readonly hasDunning: boolean;
  /** What tells of it is being loaded. */
  readonly awaitsDunning: boolean;
  readonly hasBalance: boolean;
  /** The most pressing thing about the billing of the Account. */
  readonly status: Status | null;
  /** Nobody has answered yet: one frame of the final size stands for all. */
  readonly isLoading: boolean;
  readonly hasSections: boolean;
  readonly offersDetails: boolean;
  readonly sectionsClass: string;
};

const DUNNING_FIELDS = ['Invoice_Number__c', 'Stage__c', 'Balance__c', 'Next_Step__c', 'Decline_Reason__c'];

/**
 * @param showsDetails the person asked for what a compact panel leaves out
 * @param toldDunning what tells of dunning has been loaded: what stands below it is shown then, so that nothing jumps
 */
export function overviewOf(asked: Asked, compact: boolean, showsDetails: boolean, toldDunning: boolean): Overview {
  const folded = compact && !showsDetails;
  const all = panelOf(asked, 'Dunning_Case__c', DUNNING_FIELDS);
  const dunning = { ...all, rows: all.rows.filter((row) => textOf(row, 'Status__c') !== 'Closed') };
  const hasDunning = dunning.phase === 'ready' && dunning.rows.length > 0;
  const awaitsDunning = hasDunning && !toldDunning;
  const isLoading = !asked.data && asked.errors.length === 0;
  return {
    ofDunning: { panel: dunning },
    hasDunning,
    awaitsDunning,
    hasBalance: !compact && !awaitsDunning,
    status: statusOf(healthStatus(asked)),
    isLoading,
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
