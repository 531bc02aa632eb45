import * as z from 'zod';
import { unappliedOf } from '../billing/amounts.ts';
import type { CreditMemo } from '../billing/model.ts';
import { emit } from '../callouts/emit.ts';
import { exact, money } from '../decimal.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { dateField } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { logTransaction } from './gateway.ts';
import type { Payment, Refund } from './model.ts';

const methodTypes = [
  'ACH',
  'Cash',
  'Check',
  'CreditCard',
  'PayPal',
  'WireTransfer',
  'DebitCard',
  'CreditCardReferenceTransaction',
  'BankTransfer',
  'Other',
] as const;

/** Body of `POST /v1/payments/{key}/refunds` and `/v1/creditmemos/{key}/refunds`. */
export const refundSchema = z.strictObject({
  comment: z.string().max(255).optional(),
  methodType: z.enum(methodTypes).optional(),
  paymentMethodId: z.string().optional(),
  reasonCode: z.string().optional(),
  referenceId: z.string().max(100).optional(),
  refundDate: dateField.optional(),
  totalAmount: z.number().positive(),
  type: z.enum(['External', 'Electronic']),
});

/**
 * Gives back what of a payment or credit memo is not applied. An external refund names its method's type, an
 * electronic one goes to the method of the payment (or the one that is named) and is always taken by the test gateway.
 */
export function createRefund(tenant: Tenant, of: Payment | CreditMemo, body: z.output<typeof refundSchema>): Refund {
  const refuse = (kind: number, message: string): never => {
    throw new ZuoraError(kind, message, resource.refund);
  };
  if (body.type === 'External' && body.methodType === undefined)
    refuse(category.missingField, 'Missing required value: methodType.');
  if (of.status !== 'Processed' && of.status !== 'Posted') refuse(category.rule, `${of.number} cannot be refunded.`);
  if (exact(body.totalAmount).gt(unappliedOf(of)))
    refuse(category.rule, `The refund amount is more than the unapplied amount of ${of.number}.`);
  const memo = 'creditMemoDate' in of;
  const methodId = body.paymentMethodId ?? (memo ? null : of.paymentMethodId);
  const method = tenant.data.paymentMethods.find((one) => one.id === methodId && one.accountId === of.accountId);
  if (body.type === 'Electronic' && (!method || (!memo && of.type !== 'Electronic')))
    refuse(category.rule, 'An electronic refund needs a payment method that was charged electronically.');
  const at = tenant.now();
  const electronic = body.type === 'Electronic';
  const refund: Refund = {
    id: tenant.newId(),
    number: tenant.number('R-'),
    accountId: of.accountId,
    type: body.type,
    status: 'Processed',
    amount: body.totalAmount,
    currency: of.currency,
    paymentId: memo ? null : of.id,
    creditMemoId: memo ? of.id : null,
    methodType: electronic ? method!.type : (body.methodType ?? null),
    paymentMethodId: electronic ? method!.id : null,
    refundDate: body.refundDate ?? tenant.today(),
    comment: body.comment ?? null,
    reasonCode: body.reasonCode ?? null,
    referenceId: body.referenceId ?? null,
    secondRefundReferenceId: null,
    gatewayResponse: electronic ? 'Approved' : null,
    gatewayResponseCode: electronic ? 'approve' : null,
    gatewayReconciliationStatus: null,
    gatewayReconciliationReason: null,
    payoutId: null,
    settledOn: null,
    cancelledOn: null,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.refunds.push(refund);
  if (electronic) logTransaction(tenant, 'Refund', refund.id, method!, 'Credit', null);
  changeRefunded(tenant, of, refund.amount);
  if (electronic)
    emit(tenant, 'PaymentRefundProcessed', tenant.account(of.accountId), {
      ...(!memo && { paymentId: of.id, paymentNumber: of.number }),
    });
  return refund;
}

/** @throws ZuoraError rule for electronic refunds, which have left, and for those cancelled before */
export function cancelRefund(tenant: Tenant, refund: Refund): void {
  if (refund.status !== 'Processed' || refund.type === 'Electronic')
    throw new ZuoraError(category.rule, `The refund ${refund.number} cannot be canceled.`, resource.refund);
  const of =
    refund.paymentId === null
      ? tenant.one('creditMemos', refund.creditMemoId!)
      : tenant.one('payments', refund.paymentId);
  Object.assign(refund, { status: 'Canceled', cancelledOn: tenant.now(), updatedDate: tenant.now() });
  changeRefunded(tenant, of, -refund.amount);
}

/** Counts what was given back of a payment or memo; a negative amount takes it back. */
export function changeRefunded(tenant: Tenant, of: Payment | CreditMemo, amount: number): void {
  of.refundAmount = money(exact(of.refundAmount).add(exact(amount)), of.currency);
  of.updatedDate = tenant.now();
  tenant.touch();
}
