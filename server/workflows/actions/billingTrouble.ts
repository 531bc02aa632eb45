import { Fault } from '../../domain/fault.ts';

/** What people of an org are told of a fault of a billing system; the fault itself is for whoever runs the server. */
export function billingTrouble(error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  if (error.kind === 'forbidden')
    return new Fault({
      code: 'billing_not_permitted',
      kind: 'unavailable',
      publicText:
        'The billing system does not let this server do that. Tell your administrator: the key or user of the connection lacks a permission.',
      cause: error,
    });
  return new Fault({
    code: 'billing_unavailable',
    kind: 'unavailable',
    publicText: 'The billing system cannot be asked now. Try again in a few minutes, or open the invoice there.',
    retryAfterMs: error.retryAfterMs ?? 5000,
    cause: error,
  });
}
