import type { Access } from './billingSystem.ts';
import type { ReceivedEvent } from './webhook.ts';

/** Looks in a billing system for changes that no webhook told. */
export interface ChangeSource {
  connection: string;
  /**
   * @param cursor what the last sweep returned; null for the first one
   * @param take called with events as they are found; they are stored once `take` resolves
   * @returns the cursor of the next sweep, the provider time up to which everything has been seen, and of what it may go
   * without, whether the credentials may look for it
   * @throws Fault; its code is `changes_forgotten` when the system no longer tells everything that changed since the
   * cursor, so that all there is has to be read
   */
  sweep(
    cursor: string | null,
    take: (events: ReceivedEvent[]) => Promise<void>,
  ): Promise<{ cursor: string; checkedThrough: Date; access?: readonly Pick<Access, 'what' | 'isRefused'>[] }>;
}

/** How a connection stands, for people. */
export type ConnectionStatus = {
  connection: string;
  state: 'Connected' | 'Delayed' | 'Broken' | 'Paused';
  checkedThrough: Date | null;
  /** Age of the oldest change that is not worked off yet, in whole seconds. */
  lagSeconds: number;
  /** Plain words; empty when nothing is wrong. */
  message: string;
};
