import * as z from 'zod';

/** Settings of the tenant and delays that concern orders and metrics; switches under /__sim/options. */
export const orderOptionsSchema = z.strictObject({
  /** Orders without a service activation date stay Pending. */
  requireServiceActivation: z.boolean(),
  requireCustomerAcceptance: z.boolean(),
  /** Subscriptions may have another currency than their account. */
  multipleCurrencies: z.boolean(),
  /** Real time that an asynchronous job takes. */
  asyncJobMs: z.number().int().min(0),
  /** Real time for which one that is done can be asked for; null: for good. */
  asyncJobKeepMs: z.number().int().min(0).nullable(),
  /** How long the metrics of an account lag behind its orders, by the simulator's clock. */
  metricsLagMs: z.number().int().min(0),
});

export type OrderOptions = z.output<typeof orderOptionsSchema>;

export const orderOptions = (): OrderOptions => ({
  requireServiceActivation: false,
  requireCustomerAcceptance: false,
  multipleCurrencies: false,
  asyncJobMs: 0,
  asyncJobKeepMs: null,
  metricsLagMs: 0,
});
