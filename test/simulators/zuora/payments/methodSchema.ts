import * as z from 'zod';
import { category, notSimulated, resource, ZuoraError } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';

const holder = z.looseObject({ cardHolderName: z.string() });
const month = z.number().int().min(1).max(12);
const year = z.number().int().min(2000).max(2100);
const cardTypes = ['Visa', 'MasterCard', 'AmericanExpress', 'Discover'] as const;

const shared = {
  makeDefault: z.boolean().optional(),
  authGateway: z.string().optional(),
  gatewayOptions: z.record(z.string(), z.string()).optional(),
  ipAddress: z.string().optional(),
  skipValidation: z.boolean().optional(),
  mandateInfo: z.record(z.string(), z.unknown()).optional(),
};

export const accountHolderSchema = z.strictObject({
  accountHolderName: z.string().optional(),
  addressLine1: z.string().optional(),
  addressLine2: z.string().optional(),
  city: z.string().optional(),
  country: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  state: z.string().optional(),
  zipCode: z.string().optional(),
});

/** Payment methods that this tenant can take. */
export const paymentMethodSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...shared,
    type: z.literal('CreditCard'),
    cardNumber: z.string().regex(/^\d{13,19}$/),
    cardType: z.enum(cardTypes),
    expirationMonth: month,
    expirationYear: year,
    securityCode: z.string().optional(),
    cardHolderInfo: holder.optional(),
    checkDuplicated: z.boolean().optional(),
  }),
  z.strictObject({
    ...shared,
    type: z.literal('CreditCardReferenceTransaction'),
    tokenId: z.string(),
    secondTokenId: z.string().optional(),
    creditCardMaskNumber: z.string().optional(),
    cardType: z.string().optional(),
    expirationMonth: month.optional(),
    expirationYear: year.optional(),
    cardHolderInfo: holder.optional(),
  }),
  z.strictObject({
    ...shared,
    type: z.literal('ACH'),
    bankABACode: z.string().regex(/^\d{9}$/),
    bankAccountName: z.string(),
    bankAccountNumber: z.string().regex(/^\d{4,17}$/),
    bankAccountType: z.enum(['BusinessChecking', 'BusinessSaving', 'Checking', 'Saving']),
    bankName: z.string(),
    addressLine1: z.string().optional(),
    addressLine2: z.string().optional(),
    city: z.string().optional(),
    country: z.string().optional(),
    phone: z.string().optional(),
    state: z.string().optional(),
    zipCode: z.string().optional(),
  }),
]);

export type NewMethod = z.output<typeof paymentMethodSchema>;

/** Types that Zuora takes and this simulator does not. */
const otherTypes = /^(PayPal.*|ApplePay|GooglePay|SEPA|Betalingsservice|Autogiro|Bacs|Becs.*|ACHReferenceTransaction)$/;

/** Body of POST /v1/payment-methods: a method, and the account that it is for; a method may wait for its account. */
export function parseNewMethod(tenant: Tenant, body: unknown): { accountKey: string | undefined; method: NewMethod } {
  const { accountKey, ...method } = (body ?? {}) as Record<string, unknown>;
  if (otherTypes.test(String(method['type'])))
    notSimulated(tenant.ctx.calls, `payment methods of type ${String(method['type'])}`);
  if (method['type'] === undefined)
    throw new ZuoraError(category.missingField, 'Missing required value: type.', resource.paymentMethod);
  return {
    accountKey: parse(z.string().optional(), accountKey, resource.paymentMethod),
    method: parse(paymentMethodSchema, method, resource.paymentMethod),
  };
}
