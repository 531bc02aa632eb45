import type { Instant } from '../time/instant.ts';

/** How charging the default payment method of a billing account goes, as the billing system counts it. */
export type Charging = {
  /** Attempts that failed since the last one that succeeded. */
  failuresInARow: number;
  /** When the last of them failed; null where none did, or it is not told. */
  failedAt: Instant | null;
  /** Before this the billing system does not try again; null where its rule for that is not told, or it does not wait. */
  notBefore: Instant | null;
  /** True when it does not try this payment method any more. */
  isStopped: boolean;
  /** Code that the gateway gave when it last said no; null when it did not, or nothing tells. */
  declineCode: string | null;
  /** What the gateway said besides the code; read only to recognise the cause. */
  declineText: string | null;
};
