import type { Tenant } from '../tenant.ts';
import { gateway } from './gateway.ts';
import type { MethodSnapshot, PaymentMethod, TransactionLog } from './model.ts';

/** A payment method as v1 answers it, alone or in an account's list. */
export function methodView(tenant: Tenant, method: PaymentMethod): Record<string, unknown> {
  const dateTime = (at: number | null) => (at === null ? null : tenant.dateTime(at));
  const account = method.accountId === null ? undefined : tenant.account(method.accountId);
  const bank = method.type === 'ACH';
  return {
    ...(bank
      ? {
          bankABACode: method.bankABACode,
          bankAccountName: method.bankAccountName,
          bankAccountNumber: method.bankAccountNumber,
          bankAccountType: method.bankAccountType,
          bankName: method.bankName,
        }
      : {
          [method.type === 'CreditCard' ? 'cardNumber' : 'creditCardMaskNumber']: method.cardNumber,
          expirationMonth: method.expirationMonth,
          expirationYear: method.expirationYear,
          creditCardType: method.cardType,
          ...(method.tokenId !== null && { tokenId: method.tokenId, secondTokenId: method.secondTokenId }),
        }),
    accountHolderInfo: method.holder,
    id: method.id,
    type: method.type,
    isDefault: account?.defaultPaymentMethodId === method.id,
    accountKey: method.accountId,
    status: method.status,
    useDefaultRetryRule: method.useDefaultRetryRule,
    bankIdentificationNumber: null,
    deviceSessionId: null,
    existingMandate: null,
    ipAddress: null,
    mandateInfo: null,
    lastFailedSaleTransactionDate: dateTime(method.lastFailedDate),
    lastTransaction: method.lastTransactionStatus,
    lastTransactionTime: dateTime(method.lastTransactionDate),
    maxConsecutivePaymentFailures: method.maxConsecutivePaymentFailures,
    numConsecutiveFailures: method.numConsecutiveFailures,
    paymentRetryWindow: method.paymentRetryWindow,
    totalNumberOfProcessedPayments: method.totalProcessed,
    totalNumberOfErrorPayments: method.totalErrors,
    createdOn: dateTime(method.createdDate),
    updatedOn: dateTime(method.updatedDate),
    createdBy: tenant.userId,
    updatedBy: tenant.userId,
  };
}

/** A snapshot as the CRUD family answers it; fields without a value are left out. */
export function snapshotView(tenant: Tenant, one: MethodSnapshot): Record<string, unknown> {
  const method = tenant.by('paymentMethods', 'id', one.paymentMethodId)[0];
  const fields: Record<string, unknown> = {
    Id: one.id,
    AccountId: method?.accountId,
    PaymentMethodId: one.paymentMethodId,
    PaymentMethodStatus: method?.status === 'Active' ? 'Active' : 'Closed',
    Type: one.type,
    CreditCardHolderName: one.type === 'ACH' ? null : one.holder.accountHolderName,
    CreditCardType: one.cardType,
    CreditCardMaskNumber: one.cardNumber,
    CreditCardExpirationMonth: one.expirationMonth,
    CreditCardExpirationYear: one.expirationYear,
    CreditCardAddress1: one.holder.addressLine1,
    CreditCardCity: one.holder.city,
    CreditCardCountry: one.holder.country,
    CreditCardPostalCode: one.holder.zipCode,
    AchAbaCode: one.bankABACode,
    AchAccountName: one.bankAccountName,
    AchAccountNumberMask: one.bankAccountNumber,
    AchAccountType: one.bankAccountType,
    AchBankName: one.bankName,
    TokenId: one.tokenId,
    SecondTokenId: one.secondTokenId,
    UseDefaultRetryRule: method?.useDefaultRetryRule,
    NumConsecutiveFailures: method?.numConsecutiveFailures,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

const logIdField = { Payment: 'PaymentId', Refund: 'RefundId', PaymentMethod: 'PaymentMethodId' } as const;

/** What the gateway was asked and answered; the raw texts are what must never leave the billing system. */
export function transactionLogView(tenant: Tenant, log: TransactionLog): Record<string, unknown> {
  const method = tenant.by('paymentMethods', 'id', log.paymentMethodId)[0];
  return {
    Id: log.id,
    [logIdField[log.kind]]: log.objectId,
    ...(log.kind === 'PaymentMethod' && { PaymentMethodType: method?.type ?? 'CreditCard' }),
    Gateway: gateway.name,
    GatewayReasonCode: log.decline?.code ?? 'approve',
    GatewayReasonCodeDescription: log.decline?.message ?? 'Approved',
    ...(log.kind !== 'PaymentMethod' && { GatewayState: log.decline ? 'NotSubmitted' : 'Submitted' }),
    GatewayTransactionType: log.gatewayTransactionType,
    RequestString: `{"transaction":"${log.transactionId}","type":"${log.gatewayTransactionType}"}`,
    ResponseString: `{"result":"${log.decline?.code ?? 'approve'}"}`,
    TransactionDate: tenant.offsetDateTime(log.at),
    TransactionId: log.transactionId,
  };
}
