import type { BillingAccount, BillingAccountStatus, Card } from '../../domain/billingAccount/billingAccount.ts';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { accountIdFrom } from '../../domain/billingAccount/salesforceId.ts';
import type { Invoice, InvoiceStatus } from '../../domain/invoice/invoice.ts';
import { exact } from '../../domain/money/decimal.ts';
import { fromMajor, roundToMoney, zero } from '../../domain/money/money.ts';
import type { Payment, PaymentStatus } from '../../domain/payment/payment.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { dayOf, instantIn, type Instant } from '../../domain/time/instant.ts';
import type { ZuoraContext } from './context.ts';
import { fromZuoraInvoiceItems } from './convertInvoiceItem.ts';
import type { ZuoraAccount, ZuoraInvoice, ZuoraInvoiceItem, ZuoraPayment, ZuoraPaymentMethod } from './schema.ts';

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function last4(method: ZuoraPaymentMethod): string | null {
  return /(\d{4})\D*$/.exec(method.cardNumber ?? method.creditCardMaskNumber ?? '')?.[1] ?? null;
}

function cardOf(method: ZuoraPaymentMethod | undefined): Card | null {
  if (method === undefined) return null;
  const { expirationMonth: month, expirationYear: year } = method;
  return {
    id: method.id,
    brand: method.creditCardType,
    last4: last4(method),
    expiry: month == null || year == null ? null : `${String(month).padStart(2, '0')}/${year}`,
  };
}

/** @returns a payment method in words, such as `Visa •••• 4242` */
function methodInWords(method: ZuoraPaymentMethod | undefined, type: string | null): string | null {
  if (method === undefined) return type === 'External' ? 'External payment' : null;
  const digits = last4(method);
  return `${capital(method.creditCardType ?? method.type ?? 'Payment method')}${digits === null ? '' : ` •••• ${digits}`}`;
}

const ACCOUNT_STATUS: Readonly<Record<string, BillingAccountStatus>> = {
  Active: 'Active',
  Draft: 'Draft',
  Canceled: 'Canceled',
  Cancelled: 'Canceled',
};

export function accountStatusOf(status: string): BillingAccountStatus {
  return ACCOUNT_STATUS[status] ?? 'Draft';
}

/** The configured custom field names the Salesforce Account; Zuora's own `crmId` is read second. */
function salesforceAccountOf({ basicInfo }: ZuoraAccount, context: ZuoraContext): string | null {
  const own = basicInfo[context.accountIdField];
  return accountIdFrom(typeof own === 'string' ? own : null) ?? accountIdFrom(basicInfo.crmId);
}

export function fromZuoraAccount(
  account: ZuoraAccount,
  methods: readonly ZuoraPaymentMethod[],
  context: ZuoraContext,
): BillingAccount {
  const { basicInfo, billingAndPayment, metrics, billToContact } = account;
  const currency = billingAndPayment.currency.toUpperCase();
  const owed = exact(metrics.totalInvoiceBalance).add(exact(metrics.totalDebitMemoBalance));
  const credit = exact(metrics.creditBalance)
    .add(exact(metrics.unappliedPaymentAmount))
    .add(exact(metrics.unappliedCreditMemoAmount));
  return {
    kind: 'account',
    key: keyOf(context.connection, 'account', basicInfo.id),
    connection: context.connection,
    source: 'Zuora',
    number: basicInfo.accountNumber,
    name: basicInfo.name,
    status: accountStatusOf(basicInfo.status),
    currency,
    balance: roundToMoney(owed, currency),
    pendingDebit: null,
    creditBalance: roundToMoney(credit, currency),
    autoPay: billingAndPayment.autoPay,
    card: cardOf(methods.find(({ id }) => id === billingAndPayment.defaultPaymentMethodId)),
    billToEmail: billToContact?.workEmail ?? billToContact?.personalEmail ?? null,
    discounts: [],
    accountId: salesforceAccountOf(account, context),
    sourceUrl: context.links.account(basicInfo.id),
  };
}

function dateOf(text: string | null): CalendarDate | null {
  return text === null ? null : calendarDate(text.slice(0, 10));
}

/** A posted invoice is open until nothing is left to pay; Zuora has no word for paid. */
export function invoiceStatusOf(invoice: Pick<ZuoraInvoice, 'status' | 'balance'>): InvoiceStatus {
  if (invoice.status === 'Posted') return exact(invoice.balance).gt(0) ? 'Open' : 'Paid';
  return invoice.status === 'Canceled' || invoice.status === 'Error' ? 'Void' : 'Draft';
}

/** @param items its lines; undefined when the list of lines does not have it yet */
export function fromZuoraInvoice(
  invoice: ZuoraInvoice,
  items: readonly ZuoraInvoiceItem[] | undefined,
  currency: string,
  context: ZuoraContext,
): Invoice {
  const code = (invoice.currency ?? currency).toUpperCase();
  const status = invoiceStatusOf(invoice);
  const amount = fromMajor(invoice.amount, code);
  const subscriptions = new Set(items?.map(({ subscriptionName }) => subscriptionName).filter((name) => name !== null));
  const [only] = subscriptions;
  return {
    kind: 'invoice',
    key: keyOf(context.connection, 'invoice', invoice.invoiceNumber),
    id: invoice.id,
    connection: context.connection,
    source: 'Zuora',
    billingAccountKey: keyOf(context.connection, 'account', invoice.accountId),
    number: invoice.invoiceNumber,
    status,
    amount,
    balance: status === 'Open' ? fromMajor(invoice.balance, code) : zero(code),
    invoicedOn: dateOf(invoice.invoiceDate),
    dueOn: status === 'Draft' ? null : dateOf(invoice.dueDate),
    attemptCount: 0,
    nextAttemptAt: null,
    automaticCollection: null,
    subscriptionKey:
      subscriptions.size === 1 && only !== undefined ? keyOf(context.connection, 'subscription', only) : null,
    paidThrough: [],
    ...(items === undefined ? {} : { items: fromZuoraInvoiceItems(items, amount, invoice.id, context) }),
    sourceUrl: context.links.invoice(invoice.id),
  };
}

const SETTLED: Readonly<Record<string, PaymentStatus>> = {
  Draft: 'Pending',
  Processing: 'Pending',
  Pending: 'Pending',
  Processed: 'Succeeded',
  Posted: 'Succeeded',
  Error: 'Failed',
  Canceled: 'Canceled',
  Voided: 'Canceled',
};

/** @returns what became of a payment before anything of it was refunded */
export function settledStatusOf(status: string): PaymentStatus {
  return SETTLED[status] ?? 'Pending';
}

/** The day that the payment is for counts; the time of day is known only when it was entered on that day. */
function paidAt(payment: ZuoraPayment, zone: string): Instant | null {
  const created = payment.createdDate === null ? null : instantIn(zone, payment.createdDate);
  const { effectiveDate } = payment;
  if (effectiveDate === null || (created !== null && dayOf(created, zone) === effectiveDate.slice(0, 10)))
    return created;
  return instantIn(zone, `${effectiveDate.slice(0, 10)} 12:00:00`);
}

export function fromZuoraPayment(
  payment: ZuoraPayment,
  invoiceNumbers: readonly string[],
  method: ZuoraPaymentMethod | undefined,
  context: ZuoraContext,
): Payment {
  const currency = payment.currency.toUpperCase();
  const amount = fromMajor(payment.amount, currency);
  const refunded = fromMajor(payment.refundAmount, currency);
  const settled = settledStatusOf(payment.status);
  const status = settled === 'Succeeded' && refunded.minor > 0 && refunded.minor >= amount.minor ? 'Refunded' : settled;
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
    refunded,
    at: paidAt(payment, context.timeZone),
    declineCode: status === 'Failed' ? payment.gatewayResponseCode : null,
    declineText: status === 'Failed' ? payment.gatewayResponse : null,
    method: methodInWords(method, payment.type),
    invoiceKeys: invoiceNumbers.map((number) => keyOf(context.connection, 'invoice', number)),
    sourceUrl: context.links.payment(payment.id),
  };
}
