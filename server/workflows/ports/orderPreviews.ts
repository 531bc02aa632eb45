import type { DealOrder } from './orders.ts';

/** Previews of orders of deals that are not won; none of them is ever sent. */
export interface PreviewBook {
  /**
   * Claims the work on a preview of a deal.
   * @returns what to end it with; null while somebody else works one out
   */
  begin(dealId: string): Promise<string | null>;
  /** Says that the work goes on. @returns whether it is still ours to do */
  goOn(dealId: string, run: string): Promise<boolean>;
  /**
   * Ends the work, and has the Account projected.
   * @param run as `begin` gave it; nothing is changed when another one was begun since
   * @param preview null when none could be worked out
   */
  end(dealId: string, run: string, preview: DealOrder | null): Promise<void>;
  /** @returns the last one that was worked out, and whether another one is */
  look(dealId: string): Promise<{ preview: DealOrder | null; isRunning: boolean }>;
  /** Forgets the preview of a deal that is closed: from then on its order says how it stands. */
  forget(dealId: string, accountId: string | null): Promise<void>;
}
