import type { ConnectionStatus } from '../../workflows/ports/sweep.ts';

/** Where sweeps keep how far they are, as the sweeper needs it. */
export interface SweepStore {
  /** @returns what the last sweep of a connection returned; null before the first one */
  cursorOf(connection: string): Promise<string | null>;
  /** Saves how far a sweep came; the connection counts as well from here on. */
  saveCursor(connection: string, cursor: string, checkedThrough: Date): Promise<void>;
  /** @param broken true when no retry can help */
  recordSweepFailure(connection: string, broken: boolean, message: string): Promise<void>;
  statusOf(connection: string): Promise<ConnectionStatus>;
}
