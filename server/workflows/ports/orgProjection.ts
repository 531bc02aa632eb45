import type { AccountView } from '../../domain/account/view.ts';
import type { OrgRow } from './orgRows.ts';

/** Turns what is derived for an Account into the rows that Salesforce is to hold. */
export interface OrgProjection {
  toOrgRows(view: AccountView): OrgRow[];
  /** The row as it is written once when billing no longer has it: status Removed, amounts zero. */
  removedRow(row: OrgRow): OrgRow;
  isRemoved(row: OrgRow): boolean;
}
