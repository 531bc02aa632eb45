import { emit } from '../callouts/emit.ts';
import { exact, money, sum } from '../decimal.ts';
import type { Account, Invoice, Payment, PaymentMethod } from '../model.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';

export type PaymentRequest = {
  type: Payment['type'];
  amount: number;
  currency: string;
  paymentMethodId: string | null;
  applications: { invoice: Invoice; amount: number }[];
  effectiveDate: string;
  comment?: string | undefined;
  referenceId?: string | undefined;
};

const refuse = (message: string): never => {
  throw new ZuoraError(category.rule, message, resource.payment);
};

/**
 * Makes a payment. An external one counts at once; an electronic one is asked of the test gateway, which declines what
 * its method says: then the payment stands with status Error and applies to nothing. Events only for electronic ones.
 */
export function createPayment(tenant: Tenant, account: Account, request: PaymentRequest): Payment {
  if (request.currency !== account.currency)
    return refuse(`The currency ${request.currency} is not the currency of the account.`);
  const applied = sum(request.applications.map((one) => exact(one.amount)));
  if (applied.gt(exact(request.amount))) return refuse('The sum applied is more than the amount of the payment.');
  for (const { invoice, amount } of request.applications) {
    if (invoice.accountId !== account.id) return refuse(`Invoice ${invoice.invoiceNumber} is of another account.`);
    if (invoice.status !== 'Posted') return refuse(`Invoice ${invoice.invoiceNumber} is not posted.`);
    if (exact(amount).gt(exact(invoice.balance)))
      return refuse(`The amount is more than the balance of invoice ${invoice.invoiceNumber}.`);
  }
  const method = methodOf(tenant, account, request);
  const decline = request.type === 'Electronic' ? method!.decline : null;
  const at = tenant.now();
  const payment: Payment = {
    id: tenant.newId(),
    number: tenant.number('P-'),
    accountId: account.id,
    type: request.type,
    status: decline ? 'Error' : 'Processed',
    amount: request.amount,
    currency: request.currency,
    appliedAmount: decline ? 0 : money(applied, request.currency),
    applications: decline ? [] : request.applications.map(({ invoice, amount }) => ({ invoiceId: invoice.id, amount })),
    effectiveDate: request.effectiveDate,
    paymentMethodId: method?.id ?? null,
    comment: request.comment ?? null,
    referenceId: request.referenceId ?? null,
    gatewayResponse: request.type === 'External' ? null : (decline?.message ?? 'Approved'),
    gatewayResponseCode: request.type === 'External' ? null : (decline?.code ?? 'approve'),
    transactionLogId: request.type === 'External' ? null : tenant.newId(),
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.payments.push(payment);
  if (!decline) for (const { invoice, amount } of request.applications) apply(tenant, invoice, amount);
  tenant.touch();
  if (method && request.type === 'Electronic') {
    noteTransaction(method, decline !== null, at);
    const fields = {
      paymentId: payment.id,
      paymentNumber: payment.number,
      ...(request.applications.length === 1 && {
        invoiceId: request.applications[0]!.invoice.id,
        invoiceNumber: request.applications[0]!.invoice.invoiceNumber,
      }),
    };
    emit(tenant, decline ? 'PaymentDeclined' : 'PaymentProcessed', account, fields);
  }
  return payment;
}

function methodOf(tenant: Tenant, account: Account, request: PaymentRequest): PaymentMethod | undefined {
  const id = request.paymentMethodId ?? (request.type === 'Electronic' ? account.defaultPaymentMethodId : null);
  const method = tenant.data.paymentMethods.find((one) => one.id === id);
  if (request.type === 'External' && !method) return undefined;
  if (!method || method.accountId !== account.id || method.status !== 'Active')
    return refuse('The payment method is invalid.');
  return method;
}

function apply(tenant: Tenant, invoice: Invoice, amount: number): void {
  invoice.balance = money(exact(invoice.balance).sub(exact(amount)), invoice.currency);
  invoice.paymentAmount = money(exact(invoice.paymentAmount).add(exact(amount)), invoice.currency);
  invoice.updatedDate = tenant.now();
}

function noteTransaction(method: PaymentMethod, declined: boolean, at: number): void {
  method.lastTransactionDate = at;
  method.lastTransactionStatus = declined ? 'Declined' : 'Approved';
  method.numConsecutiveFailures = declined ? method.numConsecutiveFailures + 1 : 0;
  if (declined) {
    method.totalErrors++;
    method.lastFailedDate = at;
  } else {
    method.totalProcessed++;
  }
  method.updatedDate = at;
}

/** Charges the default payment method with what is open on invoices; @returns undefined when nothing is open */
export function collect(tenant: Tenant, account: Account, invoices: readonly Invoice[]): Payment | undefined {
  const open = invoices.filter((one) => one.status === 'Posted' && one.balance > 0);
  if (open.length === 0) return undefined;
  return createPayment(tenant, account, {
    type: 'Electronic',
    amount: money(sum(open.map((one) => exact(one.balance))), account.currency),
    currency: account.currency,
    paymentMethodId: null,
    applications: open.map((invoice) => ({ invoice, amount: invoice.balance })),
    effectiveDate: tenant.today(),
  });
}
