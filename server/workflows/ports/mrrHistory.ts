import type { MrrLevel } from '../../domain/metrics/movements.ts';

/** What the MRR of Accounts was. */
export interface MrrHistory {
  /** @returns levels of every currency of an Account, in the order of their days */
  levelsOf(accountId: string): Promise<MrrLevel[]>;
}
