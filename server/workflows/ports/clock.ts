/** Two clocks, never mixed. */
export interface Clock {
  /** Real time: leases, retries, tokens, signatures. */
  now(): Date;
  /** Business time: today, due, overdue, renewal; tests and the demo can move it. */
  businessNow(): Date;
}
