import type { AccountView } from '../../domain/account/view.ts';
import type { OrgRow } from './orgRows.ts';

/** Turns what is derived for an Account into the rows that Salesforce is to hold. */
export interface OrgProjection {
  toOrgRows(view: AccountView): OrgRow[];
  /** The row as it is written once when billing no longer has it: status Removed, amounts zero. */
  removedRow(row: OrgRow): OrgRow;
  isRemoved(row: OrgRow): boolean;
  /** Key of the mirrored object that a row shows, or a part of it; its own key where it is derived. */
  shownBy(row: OrgRow): string;
}
