/** Looks whether a billing system lets a connection do its work. */
export interface ConnectionProbe {
  /**
   * Reads a little of everything that the connection needs.
   * @returns id of the account or tenant that the credentials lead to; null where the billing system does not tell
   * @throws Fault of kind forbidden that says what may not be read and what to do about it; of another kind when the
   * billing system did not answer
   */
  probe(): Promise<{ providerId: string | null }>;
}
