import { keyOf } from '../../domain/billingAccount/key.ts';
import { fromStripeAmount } from '../../domain/money/money.ts';
import type { Dispute } from '../../domain/payment/dispute.ts';
import type { Payment } from '../../domain/payment/payment.ts';
import type { Refund } from '../../domain/payment/refund.ts';
import { fromUnixSeconds } from '../../domain/time/instant.ts';
import { origin, type StripeContext } from './context.ts';
import { methodInWords } from './method.ts';
import type { StripeCharge } from './schema.ts';

const STATUS: Readonly<Record<string, Payment['status']>> = { failed: 'Failed', pending: 'Pending' };

/** A word that is not known stands as it came. */
function paymentStatusOf(charge: StripeCharge): Payment['status'] {
  if (charge.status === 'succeeded') return charge.refunded ? 'Refunded' : 'Succeeded';
  return STATUS[charge.status] ?? charge.status;
}

/** What took money of a charge away again, where it was read. */
export type Reversals = { refunds: readonly Refund[]; disputes: readonly Dispute[] };

/** Each charge is one attempt at paying. */
export function fromStripeCharge(
  charge: StripeCharge,
  customer: string,
  context: StripeContext,
  reversals?: Reversals,
): Payment {
  const failed = charge.status === 'failed';
  return {
    kind: 'payment',
    key: keyOf(context.connection, 'payment', charge.id),
    ...origin(context, customer),
    number: charge.id,
    ids: charge.payment_intent === null ? [charge.id] : [charge.id, charge.payment_intent],
    status: paymentStatusOf(charge),
    amount: fromStripeAmount(charge.amount, charge.currency),
    refunded: fromStripeAmount(charge.amount_refunded, charge.currency),
    ...reversals,
    at: fromUnixSeconds(charge.created),
    declineCode: failed ? (charge.outcome?.reason ?? charge.failure_code) : null,
    declineText: failed ? charge.failure_message : null,
    method: charge.payment_method_details == null ? null : methodInWords(charge.payment_method_details),
    invoiceKeys: [],
    sourceUrl: context.links.payment(charge.payment_intent ?? charge.id),
  };
}
