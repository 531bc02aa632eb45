import { emit } from '../callouts/emit.ts';
import type { Account } from '../model.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { logTransaction } from './gateway.ts';
import type { NewMethod } from './methodSchema.ts';
import type { AccountHolder, Decline, MethodDetails, PaymentMethod } from './model.ts';

/** Card numbers that the test gateway declines. */
const declines: Record<string, Decline> = {
  '4000000000000002': { code: 'card_declined', message: 'Your card was declined.' },
  '4000000000009995': { code: 'insufficient_funds', message: 'Your card has insufficient funds.' },
  '4000000000000069': { code: 'expired_card', message: 'Your card has expired.' },
};

const masked = (digits: string): string => digits.slice(-4).padStart(digits.length, '*');

const holderFields = [
  'accountHolderName',
  'addressLine1',
  'addressLine2',
  'city',
  'country',
  'email',
  'phone',
  'state',
  'zipCode',
] as const;

function holderOf(given: Record<string, unknown>): AccountHolder {
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : null);
  return Object.fromEntries(holderFields.map((name) => [name, text(name)])) as AccountHolder;
}

function detailsOf(given: NewMethod): MethodDetails {
  const card = given.type === 'ACH' ? undefined : given;
  const bank = given.type === 'ACH' ? given : undefined;
  const { cardHolderName, ...address } = card?.cardHolderInfo ?? {};
  return {
    type: given.type,
    holder: holderOf(
      bank ? { ...bank, accountHolderName: bank.bankAccountName } : { ...address, accountHolderName: cardHolderName },
    ),
    cardType: card?.cardType ?? null,
    cardNumber:
      given.type === 'CreditCard'
        ? masked(given.cardNumber)
        : given.type === 'CreditCardReferenceTransaction'
          ? (given.creditCardMaskNumber ?? null)
          : null,
    expirationMonth: card?.expirationMonth ?? null,
    expirationYear: card?.expirationYear ?? null,
    tokenId: given.type === 'CreditCardReferenceTransaction' ? given.tokenId : null,
    secondTokenId: given.type === 'CreditCardReferenceTransaction' ? (given.secondTokenId ?? null) : null,
    bankABACode: bank?.bankABACode ?? null,
    bankAccountName: bank?.bankAccountName ?? null,
    bankAccountNumber: bank ? masked(bank.bankAccountNumber) : null,
    bankAccountType: bank?.bankAccountType ?? null,
    bankName: bank?.bankName ?? null,
  };
}

/** Adds a method; the first of an account becomes its default. @param account undefined: it waits for an account */
export function addPaymentMethod(
  tenant: Tenant,
  account: Account | undefined,
  given: NewMethod,
  makeDefault: boolean,
): PaymentMethod {
  const at = tenant.now();
  const method: PaymentMethod = {
    id: tenant.newId(),
    accountId: account?.id ?? null,
    ...detailsOf(given),
    decline: (given.type === 'CreditCard' && declines[given.cardNumber]) || null,
    status: 'Active',
    useDefaultRetryRule: true,
    maxConsecutivePaymentFailures: null,
    paymentRetryWindow: null,
    numConsecutiveFailures: 0,
    totalProcessed: 0,
    totalErrors: 0,
    lastTransactionStatus: null,
    lastTransactionDate: null,
    lastFailedDate: null,
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.paymentMethods.push(method);
  if (given.type === 'CreditCard') logTransaction(tenant, 'PaymentMethod', method.id, method, 'Validate', null);
  if (account && (makeDefault || account.defaultPaymentMethodId === null)) account.defaultPaymentMethodId = method.id;
  tenant.touch();
  return method;
}

/** @throws ZuoraError 50000030 for the default method of an account */
export function deletePaymentMethod(tenant: Tenant, method: PaymentMethod): void {
  const account = method.accountId === null ? undefined : tenant.account(method.accountId);
  if (account?.defaultPaymentMethodId === method.id)
    throw ZuoraError.of(50000030, 'Cannot delete default payment method');
  tenant.data.paymentMethods.splice(tenant.data.paymentMethods.indexOf(method), 1);
  tenant.touch();
}

/** Takes every detail out of a method, of its snapshots and of its log; @throws ZuoraError 50000020 the second time */
export function scrubPaymentMethod(tenant: Tenant, method: PaymentMethod): void {
  if (method.status === 'Scrubbed') throw ZuoraError.of(50000020, 'The payment method has already been scrubbed.');
  const nothing = {
    holder: holderOf({}),
    cardNumber: null,
    expirationMonth: null,
    expirationYear: null,
    tokenId: null,
    secondTokenId: null,
    bankABACode: null,
    bankAccountName: null,
    bankAccountNumber: null,
    bankName: null,
  };
  for (const one of [method, ...tenant.by('methodSnapshots', 'paymentMethodId', method.id)])
    Object.assign(one, nothing);
  Object.assign(method, { status: 'Scrubbed', updatedDate: tenant.now() });
  tenant.touch();
}

export type MethodChange = {
  accountKey?: string | undefined;
  accountHolderInfo?: Record<string, unknown> | undefined;
  expirationMonth?: number | undefined;
  expirationYear?: number | undefined;
};

/** @throws ZuoraError for a method that is no longer active, or one that another account has */
export function changePaymentMethod(tenant: Tenant, method: PaymentMethod, change: MethodChange): void {
  if (method.status === 'Scrubbed')
    throw new ZuoraError(category.rule, 'A scrubbed payment method cannot be updated.', resource.paymentMethod);
  const { accountKey, accountHolderInfo, ...fields } = change;
  if (accountKey !== undefined) {
    const account = tenant.account(accountKey);
    if (method.accountId !== null && method.accountId !== account.id)
      throw new ZuoraError(category.rule, 'The payment method is of another account.', resource.paymentMethod);
    method.accountId = account.id;
    account.defaultPaymentMethodId ??= method.id;
  }
  Object.assign(method.holder, accountHolderInfo ?? {});
  Object.assign(method, fields, { updatedDate: tenant.now() });
  tenant.touch();
  if (method.accountId !== null)
    emit(tenant, 'PaymentMethodUpdated', tenant.account(method.accountId), { paymentMethodId: method.id });
}
