import type { Target } from '../billing/settle.ts';
import { applyTo, checkTargets } from '../billing/settle.ts';
import { emit } from '../callouts/emit.ts';
import { exact, money, sum } from '../decimal.ts';
import type { Account, Invoice, Payment, PaymentMethod } from '../model.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { charge, gateway, logTransaction, snapshotOf } from './gateway.ts';

export type PaymentRequest = {
  type: Payment['type'];
  amount: number;
  currency: string;
  paymentMethodId: string | null;
  paymentMethodType?: string | undefined;
  targets: Target[];
  effectiveDate: string;
  comment?: string | undefined;
  referenceId?: string | undefined;
  standalone?: boolean | undefined;
  paymentRunId?: string | undefined;
  /** A payment run that is told to may ask a method that is closed. */
  evenClosed?: boolean | undefined;
};

const refuse = (message: string): never => {
  throw new ZuoraError(category.rule, message, resource.payment);
};

/**
 * Makes a payment. An external one counts at once; an electronic one is asked of the test gateway, which declines what
 * its method says: then the payment stands with status Error and applies to nothing. Events only for electronic ones.
 */
export function createPayment(tenant: Tenant, account: Account, request: PaymentRequest): Payment {
  checkTargets(account, request.currency, request.amount, request.targets, resource.payment);
  const method = methodOf(tenant, account, request);
  const electronic = request.type === 'Electronic';
  const decline = electronic && method ? charge(tenant, method) : null;
  const at = tenant.now();
  const payment: Payment = {
    id: tenant.newId(),
    number: tenant.number('P-'),
    accountId: account.id,
    type: request.type,
    status: decline ? 'Error' : 'Processed',
    amount: money(exact(request.amount), request.currency),
    currency: request.currency,
    appliedAmount: 0,
    refundAmount: 0,
    applications: [],
    effectiveDate: request.effectiveDate,
    paymentMethodId: method?.id ?? null,
    paymentMethodSnapshotId: electronic && method ? snapshotOf(tenant, method).id : null,
    paymentMethodType: method?.type ?? request.paymentMethodType ?? null,
    comment: request.comment ?? null,
    referenceId: request.referenceId ?? null,
    gatewayId: electronic ? gateway.id : null,
    gatewayResponse: electronic ? (decline?.message ?? 'Approved') : null,
    gatewayResponseCode: electronic ? (decline?.code ?? 'approve') : null,
    gatewayState: electronic && !decline ? 'Submitted' : 'NotSubmitted',
    gatewayReconciliationStatus: null,
    gatewayReconciliationReason: null,
    transactionLogId: null,
    cancelledOn: null,
    standalone: request.standalone ?? false,
    paymentRunId: request.paymentRunId ?? null,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.payments.push(payment);
  if (electronic && method)
    payment.transactionLogId = logTransaction(tenant, 'Payment', payment.id, method, 'Sale', decline).id;
  if (!decline) applyTo(tenant, payment, request.targets, resource.payment);
  tenant.touch();
  const { declinedAttempt } = tenant.options;
  const counts = !decline || declinedAttempt === null || method?.numConsecutiveFailures === declinedAttempt;
  if (electronic && counts) tellPayment(tenant, account, payment, request.targets);
  return payment;
}

function tellPayment(tenant: Tenant, account: Account, payment: Payment, targets: readonly Target[]): void {
  const only = targets.length === 1 ? targets[0]!.document : undefined;
  emit(tenant, payment.status === 'Error' ? 'PaymentDeclined' : 'PaymentProcessed', account, {
    paymentId: payment.id,
    paymentNumber: payment.number,
    ...(only && 'invoiceNumber' in only && { invoiceId: only.id, invoiceNumber: only.invoiceNumber }),
  });
}

function methodOf(tenant: Tenant, account: Account, request: PaymentRequest): PaymentMethod | undefined {
  const id = request.paymentMethodId ?? (request.type === 'Electronic' ? account.defaultPaymentMethodId : null);
  if (request.type === 'External' && id === null) return undefined;
  const method = tenant.data.paymentMethods.find((one) => one.id === id);
  const usable = method?.status === 'Active' || (request.evenClosed === true && method?.status === 'Closed');
  if (!method || method.accountId !== account.id || !usable) return refuse('The payment method is invalid.');
  return method;
}

/** Charges the default payment method with what is open on documents of one currency; @returns undefined for nothing */
export function collectDocuments(
  tenant: Tenant,
  account: Account,
  type: Target['type'],
  documents: readonly Target['document'][],
): Payment | undefined {
  const open = documents.filter((one) => one.status === 'Posted' && one.balance > 0);
  const currency = open[0]?.currency;
  if (currency === undefined) return undefined;
  const due = open.filter((one) => one.currency === currency);
  return createPayment(tenant, account, {
    type: 'Electronic',
    amount: money(sum(due.map((one) => exact(one.balance))), currency),
    currency,
    paymentMethodId: null,
    targets: due.map((document) => ({ type, document, amount: document.balance })),
    effectiveDate: tenant.today(),
  });
}

/** Charges the default payment method with what is open on invoices; @returns undefined when nothing is open */
export const collect = (tenant: Tenant, account: Account, invoices: readonly Invoice[]): Payment | undefined =>
  collectDocuments(tenant, account, 'Invoice', invoices);
