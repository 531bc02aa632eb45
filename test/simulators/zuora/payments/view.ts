import { unappliedOf } from '../billing/amounts.ts';
import { money } from '../decimal.ts';
import type { Payment } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import { gateway } from './gateway.ts';
import type { Refund } from './model.ts';

const financeInformation = {
  bankAccountAccountingCode: null,
  bankAccountAccountingCodeType: null,
  unappliedPaymentAccountingCode: null,
  unappliedPaymentAccountingCodeType: null,
  transferredToAccounting: 'No',
};

/** A payment of `GET /v1/payments` and `/v1/payments/{key}`. */
export function paymentView(tenant: Tenant, payment: Payment): Record<string, unknown> {
  const electronic = payment.type === 'Electronic';
  const dateTime = (at: number | null) => (at === null ? null : tenant.dateTime(at));
  return {
    id: payment.id,
    number: payment.number,
    status: payment.status,
    type: payment.type,
    accountId: payment.accountId,
    accountNumber: tenant.account(payment.accountId).accountNumber,
    amount: payment.amount,
    appliedAmount: payment.appliedAmount,
    unappliedAmount: money(unappliedOf(payment), payment.currency),
    refundAmount: payment.refundAmount,
    creditBalanceAmount: 0,
    currency: payment.currency,
    effectiveDate: payment.effectiveDate,
    comment: payment.comment,
    paymentGatewayNumber: electronic ? gateway.number : null,
    paymentMethodId: payment.paymentMethodId,
    paymentMethodSnapshotId: payment.paymentMethodSnapshotId,
    authTransactionId: null,
    bankIdentificationNumber: null,
    gatewayId: payment.gatewayId,
    gatewayOrderId: null,
    gatewayResponse: payment.gatewayResponse,
    gatewayResponseCode: payment.gatewayResponseCode,
    gatewayState: payment.gatewayState,
    markedForSubmissionOn: null,
    referenceId: payment.referenceId,
    secondPaymentReferenceId: null,
    softDescriptor: null,
    softDescriptorPhone: null,
    standalone: payment.standalone,
    prepayment: null,
    submittedOn: electronic ? tenant.dateTime(payment.createdDate) : null,
    settledOn: payment.settledOn ?? null,
    cancelledOn: dateTime(payment.cancelledOn),
    createdDate: tenant.dateTime(payment.createdDate),
    createdById: tenant.userId,
    updatedDate: tenant.dateTime(payment.updatedDate),
    updatedById: tenant.userId,
    financeInformation,
    gatewayReconciliationStatus: payment.gatewayReconciliationStatus,
    gatewayReconciliationReason: payment.gatewayReconciliationReason,
    payoutId: payment.payoutId ?? null,
    organizationLabel: null,
  };
}

/** A payment of the older list, whose number is `paymentNumber`. */
export function listedPayment(tenant: Tenant, payment: Payment): Record<string, unknown> {
  const account = tenant.account(payment.accountId);
  return {
    id: payment.id,
    accountId: account.id,
    accountNumber: account.accountNumber,
    accountName: account.name,
    type: payment.type,
    effectiveDate: payment.effectiveDate,
    paymentNumber: payment.number,
    paymentMethodId: payment.paymentMethodId,
    amount: payment.amount,
    paidInvoices: payment.applications
      .filter((one) => one.documentType === 'Invoice')
      .map((one) => ({
        invoiceId: one.documentId,
        invoiceNumber: tenant.by('invoices', 'id', one.documentId)[0]?.invoiceNumber ?? null,
        appliedPaymentAmount: one.amount,
      })),
    gatewayTransactionNumber: payment.transactionLogId,
    status: payment.status,
  };
}

/** A refund of a payment or of a credit memo. */
export function refundView(tenant: Tenant, refund: Refund): Record<string, unknown> {
  const electronic = refund.type === 'Electronic';
  return {
    id: refund.id,
    number: refund.number,
    accountId: refund.accountId,
    amount: refund.amount,
    type: refund.type,
    status: refund.status,
    methodType: refund.methodType,
    paymentMethodId: refund.paymentMethodId,
    paymentMethodSnapshotId: null,
    paymentId: refund.paymentId,
    creditMemoId: refund.creditMemoId,
    refundDate: refund.refundDate,
    refundTransactionTime: tenant.dateTime(refund.createdDate),
    comment: refund.comment,
    reasonCode: refund.reasonCode,
    referenceId: refund.referenceId,
    secondRefundReferenceId: refund.secondRefundReferenceId,
    gatewayId: electronic ? gateway.id : null,
    gatewayResponse: refund.gatewayResponse,
    gatewayResponseCode: refund.gatewayResponseCode,
    gatewayState: electronic ? (refund.status === 'Error' ? 'NotSubmitted' : 'Submitted') : 'NotSubmitted',
    markedForSubmissionOn: null,
    submittedOn: electronic ? tenant.dateTime(refund.createdDate) : null,
    settledOn: refund.settledOn,
    softDescriptor: null,
    softDescriptorPhone: null,
    cancelledOn: refund.cancelledOn === null ? null : tenant.dateTime(refund.cancelledOn),
    createdById: tenant.userId,
    createdDate: tenant.dateTime(refund.createdDate),
    updatedById: tenant.userId,
    updatedDate: tenant.dateTime(refund.updatedDate),
    financeInformation,
    gatewayReconciliationStatus: refund.gatewayReconciliationStatus,
    gatewayReconciliationReason: refund.gatewayReconciliationReason,
    payoutId: refund.payoutId,
    organizationLabel: null,
  };
}
