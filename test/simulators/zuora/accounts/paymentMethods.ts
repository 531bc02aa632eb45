import * as z from 'zod';
import type { Account, PaymentMethod } from '../model.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';

const holder = z.looseObject({ cardHolderName: z.string() });

/** Payment methods that this tenant can take. */
export const paymentMethodSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('CreditCard'),
    cardNumber: z.string().regex(/^\d{13,19}$/),
    cardType: z.enum(['Visa', 'MasterCard', 'AmericanExpress', 'Discover']),
    expirationMonth: z.number().int().min(1).max(12),
    expirationYear: z.number().int().min(2000).max(2100),
    securityCode: z.string().optional(),
    cardHolderInfo: holder.optional(),
    makeDefault: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('CreditCardReferenceTransaction'),
    tokenId: z.string(),
    secondTokenId: z.string().optional(),
    creditCardMaskNumber: z.string().optional(),
    cardType: z.string().optional(),
    expirationMonth: z.number().int().min(1).max(12).optional(),
    expirationYear: z.number().int().optional(),
    cardHolderInfo: holder.optional(),
    makeDefault: z.boolean().optional(),
  }),
]);

/** Card numbers that the test gateway declines. */
const declines: Record<string, { code: string; message: string }> = {
  '4000000000000002': { code: 'card_declined', message: 'Your card was declined.' },
  '4000000000009995': { code: 'insufficient_funds', message: 'Your card has insufficient funds.' },
  '4000000000000069': { code: 'expired_card', message: 'Your card has expired.' },
};

export function addPaymentMethod(
  tenant: Tenant,
  account: Account,
  given: z.output<typeof paymentMethodSchema>,
  makeDefault: boolean,
): PaymentMethod {
  const at = tenant.now();
  const pan = given.type === 'CreditCard' ? given.cardNumber : undefined;
  const method: PaymentMethod = {
    id: tenant.newId(),
    accountId: account.id,
    type: given.type,
    holder: given.cardHolderInfo?.cardHolderName ?? null,
    cardType: given.cardType ?? null,
    cardNumber: pan
      ? pan.slice(-4).padStart(pan.length, '*')
      : ((given as { creditCardMaskNumber?: string }).creditCardMaskNumber ?? null),
    expirationMonth: given.expirationMonth ?? null,
    expirationYear: given.expirationYear ?? null,
    decline: (pan && declines[pan]) || null,
    status: 'Active',
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
  if (makeDefault || account.defaultPaymentMethodId === null) account.defaultPaymentMethodId = method.id;
  tenant.touch();
  return method;
}

const isCard = (method: PaymentMethod): boolean => method.type === 'CreditCard';

function view(tenant: Tenant, account: Account, method: PaymentMethod): Record<string, unknown> {
  const dateTime = (at: number | null) => (at === null ? null : tenant.dateTime(at));
  return {
    [isCard(method) ? 'cardNumber' : 'creditCardMaskNumber']: method.cardNumber,
    expirationMonth: method.expirationMonth,
    expirationYear: method.expirationYear,
    creditCardType: method.cardType,
    accountHolderInfo: {
      accountHolderName: method.holder,
      phone: null,
      email: null,
      addressLine1: null,
      addressLine2: null,
      zipCode: null,
      city: null,
      country: null,
      state: null,
    },
    id: method.id,
    type: method.type,
    isDefault: account.defaultPaymentMethodId === method.id,
    accountKey: account.id,
    status: method.status,
    useDefaultRetryRule: true,
    bankIdentificationNumber: null,
    deviceSessionId: null,
    existingMandate: null,
    ipAddress: null,
    lastFailedSaleTransactionDate: dateTime(method.lastFailedDate),
    lastTransactionDateTime: dateTime(method.lastTransactionDate),
    lastTransactionStatus: method.lastTransactionStatus,
    maxConsecutivePaymentFailures: null,
    numConsecutiveFailures: method.numConsecutiveFailures,
    paymentRetryWindow: null,
    totalNumberOfProcessedPayments: method.totalProcessed,
    totalNumberOfErrorPayments: method.totalErrors,
    createdDate: dateTime(method.createdDate),
    updatedDate: dateTime(method.updatedDate),
    createdBy: tenant.userId,
    updatedBy: tenant.userId,
  };
}

/** Methods stand in arrays under keys named after their type, in lower case (seen live, not in the schema). */
export function paymentMethodsView(tenant: Tenant, account: Account): Record<string, unknown> {
  const byType: Record<string, unknown[]> = {};
  for (const method of tenant.data.paymentMethods)
    if (method.accountId === account.id) (byType[method.type.toLowerCase()] ??= []).push(view(tenant, account, method));
  return {
    defaultPaymentMethodId: account.defaultPaymentMethodId,
    paymentGateway: account.paymentGateway,
    ...byType,
    success: true,
  };
}

/** Body of POST /v1/payment-methods: a method, and the account that it is for. */
export function parseNewPaymentMethod(body: unknown): {
  accountKey: string;
  method: z.output<typeof paymentMethodSchema>;
} {
  const { accountKey, ...method } = (body ?? {}) as Record<string, unknown>;
  return { accountKey: parse(z.string(), accountKey), method: parse(paymentMethodSchema, method) };
}
