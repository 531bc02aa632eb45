import { unappliedOf } from '../../billing/amounts.ts';
import type { CalloutRecord } from '../../callouts/model.ts';
import { isoSeconds } from '../../dates.ts';
import { money } from '../../decimal.ts';
import type { Payment, PaymentRun, Refund, TransactionLog } from '../../payments/model.ts';
import { gateway } from '../../payments/gateway.ts';
import type { Usage } from '../../usage/model.ts';
import type { Tenant } from '../../tenant.ts';
import { define } from '../define.ts';
import { stamps } from '../stamps.ts';

const account = {
  object: 'accounts',
  of: (one: { accountId: string }, tenant: Tenant) => tenant.account(one.accountId),
};

export const payments = define<Payment>({
  name: 'Payment',
  keys: ['paymentNumber'],
  filterable: [
    'paymentNumber',
    'accountId',
    'status',
    'type',
    'amount',
    'effectiveDate',
    'currency',
    'paymentMethodId',
  ],
  records: (tenant) => tenant.data.payments,
  fields: {
    id: (one) => one.id,
    paymentNumber: (one) => one.number,
    accountId: (one) => one.accountId,
    amount: (one) => one.amount,
    appliedAmount: (one) => one.appliedAmount,
    unappliedAmount: (one) => money(unappliedOf(one), one.currency),
    refundAmount: (one) => one.refundAmount,
    currency: (one) => one.currency,
    effectiveDate: (one) => one.effectiveDate,
    status: (one) => one.status,
    type: (one) => one.type,
    gatewayResponse: (one) => one.gatewayResponse,
    gatewayResponseCode: (one) => one.gatewayResponseCode,
    gatewayState: (one) => one.gatewayState,
    paymentMethodId: (one) => one.paymentMethodId,
    paymentMethodSnapshotId: (one) => one.paymentMethodSnapshotId,
    referenceId: (one) => one.referenceId,
    comment: (one) => one.comment,
    ...stamps,
  },
  one: {
    account,
    paymentMethod: {
      object: 'payment-methods',
      of: (one, tenant) => tenant.data.paymentMethods.find((method) => method.id === one.paymentMethodId),
    },
  },
});

export const refunds = define<Refund>({
  name: 'Refund',
  keys: ['refundNumber'],
  filterable: ['refundNumber', 'accountId', 'status', 'type', 'amount', 'refundDate', 'paymentId', 'creditMemoId'],
  records: (tenant) => tenant.data.refunds,
  fields: {
    id: (one) => one.id,
    refundNumber: (one) => one.number,
    accountId: (one) => one.accountId,
    amount: (one) => one.amount,
    currency: (one) => one.currency,
    type: (one) => one.type,
    status: (one) => one.status,
    methodType: (one) => one.methodType,
    paymentId: (one) => one.paymentId,
    creditMemoId: (one) => one.creditMemoId,
    paymentMethodId: (one) => one.paymentMethodId,
    refundDate: (one) => one.refundDate,
    reasonCode: (one) => one.reasonCode,
    comment: (one) => one.comment,
    ...stamps,
  },
  one: { account },
});

export const paymentRuns = define<PaymentRun>({
  name: 'PaymentRun',
  zoql: false,
  keys: ['paymentRunNumber'],
  filterable: ['paymentRunNumber', 'status', 'targetDate'],
  records: (tenant) => tenant.data.paymentRuns,
  fields: {
    id: (one) => one.id,
    paymentRunNumber: (one) => one.number,
    status: (one) => one.status,
    targetDate: (one) => one.targetDate,
    executedDate: (one) => (one.executedOn === null ? null : isoSeconds(one.executedOn)),
    ...stamps,
  },
});

const log = (name: string, kind: TransactionLog['kind'], idField: string) =>
  define<TransactionLog>({
    name,
    filterable: [idField],
    records: (tenant) =>
      tenant.derived(`logs.${kind}`, () => tenant.data.transactionLogs.filter((one) => one.kind === kind)),
    fields: {
      id: (one) => one.id,
      [idField]: (one: TransactionLog) => one.objectId,
      gateway: () => gateway.name,
      gatewayReasonCode: (one) => one.decline?.code ?? 'approve',
      gatewayReasonCodeDescription: (one) => one.decline?.message ?? 'Approved',
      gatewayTransactionType: (one) => one.gatewayTransactionType,
      ...(kind === 'PaymentMethod'
        ? {
            paymentMethodType: (one: TransactionLog, tenant: Tenant) =>
              tenant.by('paymentMethods', 'id', one.paymentMethodId)[0]?.type,
          }
        : { gatewayState: (one: TransactionLog) => (one.decline ? 'NotSubmitted' : 'Submitted') }),
      transactionDate: (one) => isoSeconds(one.at),
      transactionId: (one) => one.transactionId,
      createdDate: (one) => isoSeconds(one.at),
      updatedDate: (one) => isoSeconds(one.at),
    },
  });

export const paymentTransactionLogs = log('PaymentTransactionLog', 'Payment', 'paymentId');
export const refundTransactionLogs = log('RefundTransactionLog', 'Refund', 'refundId');
export const paymentMethodTransactionLogs = log('PaymentMethodTransactionLog', 'PaymentMethod', 'paymentMethodId');

export const calloutHistories = define<CalloutRecord>({
  name: 'CalloutHistory',
  filterable: [],
  records: (tenant) => tenant.data.callouts,
  fields: {
    id: (one) => one.id,
    attemptedNum: (one) => one.attemptedNum,
    createdDate: (one) => isoSeconds(one.createTime),
    updatedDate: (one) => isoSeconds(one.createTime),
    eventCategory: (one) => one.eventCategory,
    notification: (one) => one.notification,
    requestMethod: (one) => one.requestMethod,
    requestUrl: (one) => one.requestUrl,
    responseCode: (one) => one.responseCode,
    responseContent: (one) => one.responseContent,
  },
});

export const usages = define<Usage>({
  name: 'Usage',
  filterable: [
    'accountId',
    'accountNumber',
    'startDateTime',
    'submissionDateTime',
    'rbeStatus',
    'uOM',
    'subscriptionId',
    'chargeNumber',
  ],
  records: (tenant) => tenant.data.usages,
  fields: {
    id: (one) => one.id,
    accountId: (one) => one.accountId,
    accountNumber: (one, tenant) => tenant.account(one.accountId).accountNumber,
    quantity: (one) => one.quantity,
    uOM: (one) => one.uom,
    startDateTime: (one) => one.startDateTime,
    endDateTime: (one) => one.endDateTime,
    submissionDateTime: (one) => isoSeconds(one.submissionDateTime),
    rbeStatus: (one) => one.status,
    sourceType: (one) => (one.importId === null ? 'API' : 'Import'),
    importId: (one) => one.importId,
    description: (one) => one.description,
    chargeNumber: (one) => one.chargeNumber,
    subscriptionNumber: (one) => one.subscriptionNumber,
    subscriptionId: (one, tenant) =>
      one.subscriptionNumber === null ? null : tenant.subscription(one.subscriptionNumber).id,
    uniqueKey: (one) => one.uniqueKey,
    ...stamps,
  },
  one: { account },
});
