/**
 * `Connected`: its work goes on. `Broken`: its credentials were refused; looked at again by itself. `Paused`: by an
 * operator, who has to resume it.
 */
export type ConnectionState = 'Connected' | 'Broken' | 'Paused';

export type ConnectionRow = {
  name: string;
  state: ConnectionState;
  /** Plain words: what is wrong and what to do; empty while it is connected. */
  reason: string;
  since: Date;
  /** Account or tenant that the name stands for; null while it is not known. */
  providerId: string | null;
};

/** Where it is kept how connections stand; shared by all processes. */
export interface ConnectionStore {
  /** Makes connections known that are not yet. */
  register(connections: readonly { name: string; system: string }[]): Promise<void>;
  /** @returns null for one that was never registered */
  connectionOf(name: string): Promise<ConnectionRow | null>;
  /**
   * Notes which account or tenant a name stands for, once and for ever.
   * @returns who has it otherwise: the id that the name stands for, or another name of the same id; null when it fits
   */
  pin(name: string, providerId: string): Promise<{ standsFor: string } | { usedBy: string } | null>;
  /** Stops the work of a connection that goes on; one that an operator paused stays so. @returns whether it did */
  breakConnection(name: string, reason: string): Promise<boolean>;
  /** Lets a broken connection go on, with everything that waited. @returns whether it was broken */
  mend(name: string): Promise<boolean>;
  /** @returns false for a name that is not known */
  pause(name: string, reason: string): Promise<boolean>;
  /** Lets a connection go on, whatever stopped it, with everything that waited. @returns false for an unknown name */
  resume(name: string): Promise<boolean>;
  /** Broken connections whose time to be looked at again has come. */
  toProbe(): Promise<string[]>;
  /** @param waitMs until the next look */
  probeAgain(name: string, reason: string | null, waitMs: number): Promise<void>;
  /** Lets keys go on that were set aside while their connection was just going on again. @returns how many */
  releaseHeld(): Promise<number>;
}
