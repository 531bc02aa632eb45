/** Work that one process at a time may do, by name. A lease that is not renewed ends by the store's clock. */
export interface LeaseStore {
  /** Takes or renews leases. @returns names of those that are now the owner's; the others are somebody else's for now */
  takeLeases(names: readonly string[], owner: string, leaseMs: number): Promise<string[]>;
  giveLeases(names: readonly string[], owner: string): Promise<void>;
}
