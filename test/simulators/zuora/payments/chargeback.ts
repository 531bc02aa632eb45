import express from 'express';
import * as z from 'zod';
import { numberOf, unapplyFrom, type Target } from '../billing/settle.ts';
import { unappliedOf } from '../billing/amounts.ts';
import { exact, money } from '../decimal.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import type { Payment, Refund } from './model.ts';
import { changeRefunded } from './refund.ts';
import { paymentView, refundView } from './view.ts';

/** Reason codes of what is given back, while the tenant has them in its list. */
const REVERSAL = 'Payment Reversal';
const REJECTION = 'Payment Rejection';

const settleSchema = z.strictObject({
  gatewayReconciliationReason: z.string().optional(),
  gatewayReconciliationStatus: z.string().optional(),
  payoutId: z.string().optional(),
  settledOn: z.string().optional(),
});

const rejectSchema = settleSchema.omit({ payoutId: true }).extend({
  gatewayResponse: z.string().optional(),
  gatewayResponseCode: z.string().optional(),
  referenceId: z.string().max(100).optional(),
  secondReferenceId: z.string().max(100).optional(),
});

const chargebackSchema = rejectSchema.extend({ amount: z.number().positive(), payoutId: z.string().optional() });

type Told = z.output<typeof rejectSchema> & { payoutId?: string | undefined };

function refuse(message: string): never {
  throw new ZuoraError(category.rule, message, resource.payment);
}

/** @throws ZuoraError for what no gateway can tell anything of, or has told the end of */
function checkWithGateway({ number, status, type, gatewayState }: Payment, isOpen: boolean): void {
  if (status !== 'Processed') refuse(`The payment ${number} has not been processed.`);
  if (type !== 'Electronic') refuse(`The payment ${number} went through no gateway.`);
  if (isOpen && (gatewayState === 'Settled' || gatewayState === 'FailedToSettle'))
    refuse(`The gateway state of ${number} is ${gatewayState}.`);
}

function reconciliationOf(body: z.output<typeof settleSchema>) {
  return {
    gatewayReconciliationStatus: body.gatewayReconciliationStatus ?? null,
    gatewayReconciliationReason: body.gatewayReconciliationReason ?? null,
  };
}

/** Frees as much of a payment as is missing for an amount, what was applied last first: its documents are open again. */
function free(tenant: Tenant, payment: Payment, amount: number): void {
  let missing = exact(amount).sub(unappliedOf(payment));
  const targets: Target[] = [];
  for (const { documentType: type, documentId, amount: applied } of payment.applications.toReversed()) {
    if (missing.lte(0)) break;
    const document = type === 'Invoice' ? tenant.one('invoices', documentId) : tenant.one('debitMemos', documentId);
    if (document.status !== 'Posted')
      throw new ZuoraError(category.rule, `${numberOf(document)} is not posted.`, resource.payment);
    const part = missing.lt(exact(applied)) ? missing : exact(applied);
    targets.push({ type, document, amount: money(part, payment.currency) });
    missing = missing.sub(part);
  }
  unapplyFrom(tenant, payment, targets, resource.payment);
}

/** @returns whether there is money of a payment that a bank can take back */
export const isReversible = ({ status, type, amount, refundAmount }: Payment): boolean =>
  status === 'Processed' && type === 'Electronic' && exact(amount).gt(exact(refundAmount));

/**
 * What a customer's bank takes back of a payment that went through: the payment settles, what it paid is open again, and
 * an external refund gives the money back (Zuora docs, "Reverse a payment").
 */
export function reverse(tenant: Tenant, payment: Payment, body: z.output<typeof chargebackSchema>): Refund {
  checkWithGateway(payment, false);
  if (exact(body.amount).gt(exact(payment.amount).sub(exact(payment.refundAmount))))
    refuse(`The amount is more than what is left of ${payment.number}.`);
  return giveBack(tenant, payment, body.amount, body, 'Settled', REVERSAL);
}

/** What the gateway could take after all of nobody: the whole payment fails to settle (Zuora docs, "Reject a payment"). */
export function rejectPayment(tenant: Tenant, payment: Payment, body: z.output<typeof rejectSchema>): Refund {
  checkWithGateway(payment, true);
  if (payment.refundAmount > 0) refuse(`Something of ${payment.number} was refunded already.`);
  return giveBack(tenant, payment, payment.amount, body, 'FailedToSettle', REJECTION);
}

/** Frees what an amount of a payment paid and gives it back outside of the gateway. */
function giveBack(
  tenant: Tenant,
  payment: Payment,
  amount: number,
  body: Told,
  gatewayState: Payment['gatewayState'],
  reasonCode: string,
): Refund {
  free(tenant, payment, amount);
  const at = tenant.now();
  const gateway = reconciliationOf(body);
  Object.assign(payment, gateway, { gatewayState });
  const refund: Refund = {
    id: tenant.newId(),
    number: tenant.number('R-'),
    accountId: payment.accountId,
    type: 'External',
    status: 'Processed',
    amount,
    currency: payment.currency,
    paymentId: payment.id,
    creditMemoId: null,
    methodType: payment.paymentMethodType,
    paymentMethodId: null,
    refundDate: tenant.today(),
    comment: null,
    reasonCode,
    referenceId: body.referenceId ?? null,
    secondRefundReferenceId: body.secondReferenceId ?? null,
    gatewayResponse: body.gatewayResponse ?? null,
    gatewayResponseCode: body.gatewayResponseCode ?? null,
    ...gateway,
    payoutId: body.payoutId ?? null,
    settledOn: body.settledOn ?? null,
    cancelledOn: null,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.refunds.push(refund);
  changeRefunded(tenant, payment, refund.amount);
  return refund;
}

/** That the money has come (Zuora docs, "Settle a payment"). @returns the payment */
function settle(tenant: Tenant, payment: Payment, body: z.output<typeof settleSchema>): Payment {
  checkWithGateway(payment, true);
  const { payoutId = null, settledOn } = body;
  const at = tenant.now();
  const told = { payoutId, settledOn: settledOn ?? tenant.dateTime(at), gatewayState: 'Settled', updatedDate: at };
  Object.assign(payment, reconciliationOf(body), told);
  tenant.touch();
  return payment;
}

/** `/v1/gateway-settlement`: what became of payments at the gateway later. No standard event tells of it. */
export function chargebackRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.post('/v1/gateway-settlement/payments/:key/chargeback', (req, res) => {
    const payment = tenant.one('payments', req.params.key, 'number');
    const refund = reverse(tenant, payment, parse(chargebackSchema, req.body, resource.payment));
    res.json({ ...refundView(tenant, refund), success: true });
  });
  router.post('/v1/gateway-settlement/payments/:key/settle', (req, res) => {
    const payment = tenant.one('payments', req.params.key, 'number');
    const settled = settle(tenant, payment, parse(settleSchema, req.body ?? {}, resource.payment));
    res.json({ ...paymentView(tenant, settled), success: true });
  });
  router.post('/v1/gateway-settlement/payments/:key/reject', (req, res) => {
    const payment = tenant.one('payments', req.params.key, 'number');
    const refund = rejectPayment(tenant, payment, parse(rejectSchema, req.body ?? {}, resource.payment));
    res.json({ ...refundView(tenant, refund), success: true });
  });
  return router;
}
