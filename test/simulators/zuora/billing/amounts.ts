import type { Fraction } from '../decimal.ts';
import { exact } from '../decimal.ts';

/** What of a payment or credit memo is neither applied to a document nor refunded; nothing while it does not count. */
export function unappliedOf(one: {
  status: string;
  amount: number;
  appliedAmount: number;
  refundAmount: number;
}): Fraction {
  if (one.status !== 'Posted' && one.status !== 'Processed') return exact(0);
  return exact(one.amount).sub(exact(one.appliedAmount)).sub(exact(one.refundAmount));
}
