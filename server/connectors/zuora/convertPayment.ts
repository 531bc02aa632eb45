import { keyOf } from '../../domain/billingAccount/key.ts';
import { fromMajor, zero } from '../../domain/money/money.ts';
import type { Dispute } from '../../domain/payment/dispute.ts';
import type { Payment } from '../../domain/payment/payment.ts';
import type { Refund, RefundStatus } from '../../domain/payment/refund.ts';
import { dayOf, instantIn, type Instant } from '../../domain/time/instant.ts';
import type { ZuoraContext } from './context.ts';
import { methodInWords } from './method.ts';
import type { ZuoraPayment, ZuoraPaymentMethod, ZuoraRefund } from './schema.ts';
import type { GatewayAnswer } from './transactionLog.ts';

const SETTLED: Readonly<Record<string, Payment['status']>> = {
  Draft: 'Pending',
  Processing: 'Pending',
  Pending: 'Pending',
  Processed: 'Succeeded',
  Posted: 'Succeeded',
  Error: 'Failed',
  Canceled: 'Canceled',
  Voided: 'Canceled',
};

/**
 * @param status a word that is not known stands as it came
 * @returns what became of a payment before anything of it was refunded
 */
export function settledStatusOf(status: string): Payment['status'] {
  return SETTLED[status] ?? status;
}

/** The day that it is for counts; the time of day is known only when it was entered on that day. */
export function happenedAt(day: string | null, createdDate: string | null, zone: string): Instant | null {
  const created = createdDate === null ? null : instantIn(zone, createdDate);
  if (day === null || (created !== null && dayOf(created, zone) === day.slice(0, 10))) return created;
  return instantIn(zone, `${day.slice(0, 10)} 12:00:00`);
}

const REFUND_STATUS: Readonly<Record<string, RefundStatus>> = {
  Processing: 'Pending',
  Pending: 'Pending',
  Processed: 'Succeeded',
  Error: 'Failed',
  Canceled: 'Canceled',
};

function reasonOf({ reasonCode, gatewayReconciliationReason }: ZuoraRefund): string | null {
  return reasonCode ?? gatewayReconciliationReason;
}

/** Reason codes of what Zuora gives back by itself (Zuora docs, "Reverse a payment", "Reject a payment"). */
const CHARGEBACK = /charge ?back|payment reversal/i;
const NEVER_SETTLED = /payment rejection/i;

/**
 * Zuora makes an external refund of a chargeback, with a reason code of its own or, where the tenant has taken that out of
 * its list, with the default one; then what the gateway reported tells it from what people gave back.
 */
function isChargeback(refund: ZuoraRefund): boolean {
  const { type, reasonCode, gatewayReconciliationStatus: told, gatewayReconciliationReason: why } = refund;
  if ([reasonCode, told, why].some((word) => CHARGEBACK.test(word ?? ''))) return true;
  return type === 'External' && (told ?? why) !== null && !NEVER_SETTLED.test(reasonCode ?? '');
}

/** What was given back, and of it what the bank took. */
function fromZuoraRefunds(
  all: readonly ZuoraRefund[],
  currency: string,
  context: ZuoraContext,
): { refunds: Refund[]; disputes: Dispute[] } {
  const refunds = all.map((refund): Refund => ({
    id: refund.number,
    amount: fromMajor(refund.amount, currency),
    status: REFUND_STATUS[refund.status] ?? refund.status,
    reason: reasonOf(refund),
    failure: refund.status === 'Error' ? refund.gatewayResponse : null,
    at: happenedAt(refund.refundDate, refund.createdDate, context.timeZone),
  }));
  const disputes = all
    .filter((refund) => refund.status !== 'Canceled' && isChargeback(refund))
    .map((refund): Dispute => ({
      id: refund.number,
      amount: fromMajor(refund.amount, currency),
      // It counts as refunded already.
      lost: zero(currency),
      // It is taken back already; of a state that is not known here that is not certain.
      status: refund.status in REFUND_STATUS ? 'Lost' : refund.status,
      reason: refund.gatewayReconciliationReason ?? refund.reasonCode,
      openedAt: happenedAt(refund.refundDate, refund.createdDate, context.timeZone),
      dueAt: null,
    }));
  return { refunds, disputes };
}

/**
 * Zuora docs, "Reject a payment": one whose money never came after all stays processed, and what it was for is given back by a
 * refund of bookkeeping, which carries what the gateway said.
 */
function rejectionOf({ gatewayState }: ZuoraPayment, refunds: readonly ZuoraRefund[] | null): GatewayAnswer | null {
  if (gatewayState !== 'FailedToSettle') return null;
  const told = refunds?.find(({ status, reasonCode }) => status !== 'Canceled' && NEVER_SETTLED.test(reasonCode ?? ''));
  if (told === undefined) return { code: null, text: null, at: null };
  const { gatewayResponseCode: code, gatewayResponse: text, gatewayReconciliationReason: why } = told;
  return { code: code ?? why, text, at: null };
}

/** @returns whether a payment failed at the gateway and does not say itself why */
export function isUnexplained({ status, type, gatewayResponse, gatewayResponseCode }: ZuoraPayment): boolean {
  const isFailed = settledStatusOf(status) === 'Failed' && type === 'Electronic';
  return isFailed && gatewayResponse === null && gatewayResponseCode === null;
}

/**
 * @param refunds of the payment; null where the tenant tells of none
 * @param answer of the gateway, for a payment that does not say it itself
 */
export function fromZuoraPayment(
  payment: ZuoraPayment,
  invoiceNumbers: readonly string[],
  method: ZuoraPaymentMethod | undefined,
  refunds: readonly ZuoraRefund[] | null,
  answer: GatewayAnswer | undefined,
  context: ZuoraContext,
): Payment {
  const currency = payment.currency.toUpperCase();
  const amount = fromMajor(payment.amount, currency);
  const refunded = fromMajor(payment.refundAmount, currency);
  const settled = settledStatusOf(payment.status);
  const rejection = settled === 'Succeeded' ? rejectionOf(payment, refunds) : null;
  const own = { code: payment.gatewayResponseCode, text: payment.gatewayResponse };
  const paid = settled === 'Succeeded' && refunded.minor > 0 && refunded.minor >= amount.minor ? 'Refunded' : settled;
  const status = rejection === null ? paid : 'Failed';
  const said = rejection ?? own;
  return {
    kind: 'payment',
    key: keyOf(context.connection, 'payment', payment.number),
    connection: context.connection,
    source: 'Zuora',
    billingAccountKey: keyOf(context.connection, 'account', payment.accountId),
    number: payment.number,
    ids: [payment.id],
    status,
    amount,
    refunded: rejection === null ? refunded : zero(currency),
    ...(refunds === null ? {} : fromZuoraRefunds(rejection === null ? refunds : [], currency, context)),
    at: happenedAt(payment.effectiveDate, payment.createdDate, context.timeZone),
    declineCode: status === 'Failed' ? (said.code ?? answer?.code ?? null) : null,
    declineText: status === 'Failed' ? (said.text ?? answer?.text ?? null) : null,
    method: methodInWords(method, payment.type),
    invoiceKeys: invoiceNumbers.map((number) => keyOf(context.connection, 'invoice', number)),
    sourceUrl: context.links.payment(payment.id),
  };
}
