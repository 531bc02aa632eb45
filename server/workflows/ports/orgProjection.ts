import type { AccountView } from '../../domain/account/view.ts';
import type { MrrMonth } from '../../domain/metrics/movements.ts';
import type { OrgRow } from './orgRows.ts';

/** Turns what is derived for an Account into the rows that Salesforce is to hold. */
export interface OrgProjection {
  /** @param months of MRR in every currency; none where only what is now is asked for */
  toOrgRows(view: AccountView, months?: readonly MrrMonth[]): OrgRow[];
  /** The row as it is written once when billing no longer has it: status Removed, amounts zero. */
  removedRow(row: OrgRow): OrgRow;
  isRemoved(row: OrgRow): boolean;
}
