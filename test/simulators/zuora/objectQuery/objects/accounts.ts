import { balancesOf } from '../../accounts/view.ts';
import { accountMrr } from '../../metrics/account.ts';
import { contactFields, type Account, type Contact } from '../../accounts/model.ts';
import type { PaymentMethod } from '../../payments/model.ts';
import { isoSeconds } from '../../dates.ts';
import { define } from '../define.ts';
import { stamps } from '../stamps.ts';

export const accounts = define<Account>({
  name: 'Account',
  keys: ['accountNumber'],
  filterable: [
    'accountNumber',
    'name',
    'status',
    'currency',
    'crmId',
    'batch',
    'parentId',
    'balance',
    'autoPay',
    'billCycleDay',
    'billToId',
    'soldToId',
    'defaultPaymentMethodId',
  ],
  records: (tenant) => tenant.data.accounts,
  fields: {
    id: (one) => one.id,
    accountNumber: (one) => one.accountNumber,
    name: (one) => one.name,
    status: (one) => one.status,
    currency: (one) => one.currency,
    crmId: (one) => one.crmId,
    batch: (one) => one.batch,
    parentId: (one) => one.parentId,
    notes: (one) => one.notes,
    billCycleDay: (one) => one.billCycleDay,
    autoPay: (one) => one.autoPay,
    paymentTerm: (one) => one.paymentTerm,
    defaultPaymentMethodId: (one) => one.defaultPaymentMethodId,
    billToId: (one) => one.billToId,
    soldToId: (one) => one.soldToId,
    shipToId: (one) => one.shipToId,
    salesRep: (one) => one.salesRep,
    purchaseOrderNumber: (one) => one.purchaseOrderNumber,
    communicationProfileId: (one) => one.communicationProfileId,
    balance: (one, tenant) => balancesOf(tenant, one, one.currency).balance,
    totalInvoiceBalance: (one, tenant) => balancesOf(tenant, one, one.currency).totalInvoiceBalance,
    totalDebitMemoBalance: (one, tenant) => balancesOf(tenant, one, one.currency).totalDebitMemoBalance,
    unappliedBalance: (one, tenant) => balancesOf(tenant, one, one.currency).unappliedPaymentAmount,
    unappliedCreditMemoAmount: (one, tenant) => balancesOf(tenant, one, one.currency).unappliedCreditMemoAmount,
    mrr: (one, tenant) => accountMrr(tenant, one, one.currency),
    ...stamps,
  },
  custom: { names: (tenant) => tenant.customFields.account, of: (one) => one.customFields },
  one: {
    billTo: { object: 'contacts', of: (one, tenant) => tenant.contact(one.billToId) },
    soldTo: { object: 'contacts', of: (one, tenant) => tenant.contact(one.soldToId) },
    shipTo: {
      object: 'contacts',
      of: (one, tenant) => (one.shipToId === null ? undefined : tenant.contact(one.shipToId)),
    },
    parentAccount: {
      object: 'accounts',
      of: (one, tenant) => (one.parentId === null ? undefined : tenant.account(one.parentId)),
    },
    defaultPaymentMethod: {
      object: 'payment-methods',
      of: (one, tenant) => tenant.data.paymentMethods.find((method) => method.id === one.defaultPaymentMethodId),
    },
  },
  many: {
    subscriptions: { object: 'subscriptions', of: (one, tenant) => tenant.by('subscriptions', 'accountId', one.id) },
    invoices: { object: 'invoices', of: (one, tenant) => tenant.by('invoices', 'accountId', one.id) },
    payments: { object: 'payments', of: (one, tenant) => tenant.by('payments', 'accountId', one.id) },
    contacts: { object: 'contacts', of: (one, tenant) => tenant.by('contacts', 'accountId', one.id) },
    creditMemos: { object: 'credit-memos', of: (one, tenant) => tenant.by('creditMemos', 'accountId', one.id) },
    debitMemos: { object: 'debit-memos', of: (one, tenant) => tenant.by('debitMemos', 'accountId', one.id) },
    refunds: { object: 'refunds', of: (one, tenant) => tenant.by('refunds', 'accountId', one.id) },
    usages: { object: 'usages', of: (one, tenant) => tenant.by('usages', 'accountId', one.id) },
    paymentMethods: {
      object: 'payment-methods',
      of: (one, tenant) => tenant.data.paymentMethods.filter((method) => method.accountId === one.id),
    },
  },
});

const contactNames = contactFields.filter(
  (name) => name !== 'contactDescription' && name !== 'zipCode' && name !== 'nickname',
);

export const contacts = define<Contact>({
  name: 'Contact',
  filterable: ['accountId', 'firstName', 'lastName', 'workEmail', 'personalEmail', 'country', 'state'],
  records: (tenant) => tenant.data.contacts,
  fields: {
    id: (one) => one.id,
    accountId: (one) => one.accountId,
    ...Object.fromEntries(contactNames.map((name) => [name, (one: Contact) => one[name]])),
    nickName: (one) => one.nickname,
    postalCode: (one) => one.zipCode,
    description: (one) => one.contactDescription,
    ...stamps,
  },
  one: { account: { object: 'accounts', of: (one, tenant) => tenant.account(one.accountId) } },
});

const instant = (at: number | null) => (at === null ? null : isoSeconds(at));

export const paymentMethods = define<PaymentMethod>({
  name: 'PaymentMethod',
  filterable: [
    'accountId',
    'type',
    'paymentMethodStatus',
    'numConsecutiveFailures',
    'creditCardExpirationYear',
    'creditCardExpirationMonth',
  ],
  records: (tenant) => tenant.data.paymentMethods,
  fields: {
    id: (one) => one.id,
    accountId: (one) => one.accountId,
    type: (one) => one.type,
    active: (one) => one.status === 'Active',
    paymentMethodStatus: (one) => one.status,
    creditCardType: (one) => one.cardType,
    creditCardMaskNumber: (one) => one.cardNumber,
    creditCardExpirationMonth: (one) => one.expirationMonth,
    creditCardExpirationYear: (one) => one.expirationYear,
    creditCardHolderName: (one) => (one.type === 'ACH' ? null : one.holder.accountHolderName),
    achAbaCode: (one) => one.bankABACode,
    achAccountName: (one) => one.bankAccountName,
    achAccountNumberMask: (one) => one.bankAccountNumber,
    achAccountType: (one) => one.bankAccountType,
    achBankName: (one) => one.bankName,
    tokenId: (one) => one.tokenId,
    secondTokenId: (one) => one.secondTokenId,
    lastFailedSaleTransactionDate: (one) => instant(one.lastFailedDate),
    lastTransactionDateTime: (one) => instant(one.lastTransactionDate),
    lastTransactionStatus: (one) => one.lastTransactionStatus,
    maxConsecutivePaymentFailures: (one) => one.maxConsecutivePaymentFailures,
    numConsecutiveFailures: (one) => one.numConsecutiveFailures,
    paymentRetryWindow: (one) => one.paymentRetryWindow,
    useDefaultRetryRule: (one) => one.useDefaultRetryRule,
    totalNumberOfProcessedPayments: (one) => one.totalProcessed,
    totalNumberOfErrorPayments: (one) => one.totalErrors,
    ...stamps,
  },
  one: {
    account: {
      object: 'accounts',
      of: (one, tenant) => (one.accountId === null ? undefined : tenant.account(one.accountId)),
    },
  },
});
