import { addressOf, furtherParts, type ShownBillTo, type TaxStatus } from '../../domain/billingAccount/billTo.ts';
import type { BillingAccount, BillingAccountStatus } from '../../domain/billingAccount/billingAccount.ts';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { accountIdFrom } from '../../domain/billingAccount/salesforceId.ts';
import type { Invoice, InvoiceStatus } from '../../domain/invoice/invoice.ts';
import { exact } from '../../domain/money/decimal.ts';
import { fromMajor, roundToMoney, zero } from '../../domain/money/money.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { CUSTOM, keptFields } from '../../workflows/ports/billingFields.ts';
import { chargingOf } from './charging.ts';
import type { ZuoraContext } from './context.ts';
import { fromZuoraInvoiceItems } from './convertInvoiceItem.ts';
import { cardOf } from './method.ts';
import type { ZuoraAccount, ZuoraInvoice, ZuoraInvoiceItem, ZuoraPaymentMethod } from './schema.ts';
import type { GatewayAnswer } from './transactionLog.ts';

const ACCOUNT_STATUS: Readonly<Record<string, BillingAccountStatus>> = {
  Active: 'Active',
  Draft: 'Draft',
  Canceled: 'Canceled',
  Cancelled: 'Canceled',
};

/** @param status a word that is not known stands as it came */
export function accountStatusOf(status: string): BillingAccountStatus {
  return ACCOUNT_STATUS[status] ?? status;
}

/** The configured custom field names the Salesforce Account; Zuora's own `crmId` is read second. */
function salesforceAccountOf({ basicInfo }: ZuoraAccount, context: ZuoraContext): string | null {
  const own = basicInfo[context.accountIdField];
  return accountIdFrom(typeof own === 'string' ? own : null) ?? accountIdFrom(basicInfo.crmId);
}

/** @returns the method that is charged unless another one is named; undefined where there is none */
export function defaultMethodOf(
  { billingAndPayment }: ZuoraAccount,
  methods: readonly ZuoraPaymentMethod[],
): ZuoraPaymentMethod | undefined {
  return methods.find(({ id }) => id === billingAndPayment.defaultPaymentMethodId);
}

/** Zuora docs, "Retrieve an account", `taxInfo.exemptStatus`; a word that is not known stands as it came. */
const TAX_STATUS: Readonly<Record<string, TaxStatus>> = {
  No: 'Taxable',
  Yes: 'Exempt',
  pendingVerification: 'Exemption Pending',
};

function billToOf({ billToContact: contact }: ZuoraAccount): ShownBillTo {
  if (contact == null) return { name: null, address: null };
  const { firstName, lastName, address1: street, city, state, country } = contact;
  return {
    name: [firstName, lastName].filter((part) => part !== null).join(' ') || null,
    address: addressOf({ street, city, state, postalCode: contact.postalCode ?? contact.zipCode, country }),
    ...furtherParts({ phone: contact.workPhone, street2: contact.address2 }),
  };
}

/** @param answer what the gateway last said about the default payment method; undefined where that is not known */
export function fromZuoraAccount(
  account: ZuoraAccount,
  methods: readonly ZuoraPaymentMethod[],
  answer: GatewayAnswer | undefined,
  context: ZuoraContext,
): BillingAccount {
  const { basicInfo, billingAndPayment, metrics, billToContact, taxInfo } = account;
  const method = defaultMethodOf(account, methods);
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
    card: cardOf(method, context.timeZone),
    charging: method === undefined ? null : chargingOf(method, answer, context.timeZone),
    billToEmail: billToContact?.workEmail ?? billToContact?.personalEmail ?? null,
    billTo: billToOf(account),
    taxStatus: taxInfo?.exemptStatus == null ? null : (TAX_STATUS[taxInfo.exemptStatus] ?? taxInfo.exemptStatus),
    parentKey: basicInfo.parentId === null ? null : keyOf(context.connection, 'account', basicInfo.parentId),
    person:
      billToContact?.lastName == null ? null : { firstName: billToContact.firstName, lastName: billToContact.lastName },
    discounts: [],
    accountId: salesforceAccountOf(account, context),
    ...keptFields(context.fields?.account, CUSTOM, {
      ...basicInfo,
      paymentTerm: account.billingAndPayment.paymentTerm,
    }),
    sourceUrl: context.links.account(basicInfo.id),
  };
}

function dateOf(text: string | null): CalendarDate | null {
  return text === null ? null : calendarDate(text.slice(0, 10));
}

/** Zuora docs, "Invoice statuses"; what is being made or cancelled is a draft until it is done. */
const NOT_POSTED: Readonly<Record<string, InvoiceStatus>> = {
  Draft: 'Draft',
  PendingForTax: 'Draft',
  Generating: 'Draft',
  CancelInProgress: 'Draft',
  Canceled: 'Void',
  Error: 'Void',
};

/** A posted invoice is open until nothing is left to pay; Zuora has no word for paid. A word that is not known stands as it came. */
export function invoiceStatusOf(invoice: { status: string; balance: string }): InvoiceStatus {
  if (invoice.status === 'Posted') return exact(invoice.balance).gt(0) ? 'Open' : 'Paid';
  return NOT_POSTED[invoice.status] ?? invoice.status;
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
    ...keptFields(context.fields?.invoice, CUSTOM, invoice),
    sourceUrl: context.links.invoice(invoice.id),
  };
}
