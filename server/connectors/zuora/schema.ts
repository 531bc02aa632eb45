import { z } from 'zod';

/**
 * The part of Zuora's answers that is used here. Zuora's description calls few fields nullable and answers null in many
 * (and numbers as text in some), so everything that can be absent is.
 */
const maybeText = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === '' ? null : value));
const number = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/)]).transform(String);
const maybeNumber = number.nullish().transform((value) => value ?? null);
const orZero = number.nullish().transform((value) => value ?? '0');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

export const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

export const accountSchema = z.object({
  basicInfo: z.looseObject({
    id: z.string(),
    accountNumber: z.string(),
    name: maybeText,
    status: z.string(),
    crmId: maybeText,
  }),
  billingAndPayment: z.object({
    currency: z.string(),
    autoPay: flag,
    billCycleDay: z.coerce.number().nullish(),
    defaultPaymentMethodId: maybeText,
  }),
  metrics: z.object({
    totalInvoiceBalance: orZero,
    totalDebitMemoBalance: orZero,
    creditBalance: orZero,
    unappliedPaymentAmount: orZero,
    unappliedCreditMemoAmount: orZero,
  }),
  billToContact: z.object({ workEmail: maybeText, personalEmail: maybeText }).nullish(),
});

export const paymentMethodSchema = z.object({
  id: z.string(),
  type: maybeText,
  isDefault: flag,
  creditCardType: maybeText,
  cardNumber: maybeText,
  creditCardMaskNumber: maybeText,
  expirationMonth: z.coerce.number().nullish(),
  expirationYear: z.coerce.number().nullish(),
});

/** Arrays under keys that are named after the type of the method (`creditcard` …), beside plain fields. */
export const paymentMethodsSchema = z.record(z.string(), z.unknown()).transform((answer) =>
  Object.values(answer)
    .filter((value) => Array.isArray(value))
    .flat()
    .map((value) => paymentMethodSchema.safeParse(value))
    .filter(({ success }) => success)
    .map(({ data }) => data!),
);

const tierSchema = z.object({
  endingUnit: maybeNumber,
  price: orZero,
  priceFormat: maybeText,
});

const segmentSchema = z.object({
  number: z.string(),
  segment: z.coerce.number().int().nullish(),
  name: z.string(),
  type: z.string(),
  model: z.string(),
  productRatePlanChargeId: maybeText,
  quantity: maybeNumber,
  price: maybeNumber,
  tiers: z.array(tierSchema).nullish(),
  billingPeriod: maybeText,
  specificBillingPeriod: z.coerce.number().nullish(),
  billingDay: maybeText,
  listPriceBase: maybeText,
  specificListPriceBase: z.coerce.number().nullish(),
  includedUnits: maybeNumber,
  uom: maybeText,
  discountPercentage: maybeNumber,
  discountAmount: maybeNumber,
  discountLevel: maybeText,
  applyDiscountTo: maybeText,
  effectiveStartDate: maybeText,
  effectiveEndDate: maybeText,
});

export const chargeSchema = segmentSchema.extend({ chargeSegments: z.array(segmentSchema).nullish() });

export const subscriptionSchema = z.object({
  subscriptionNumber: z.string(),
  accountId: z.string(),
  version: z.coerce.number().int(),
  status: z.enum([
    'Draft',
    'Pending Activation',
    'Pending Acceptance',
    'Pending',
    'Active',
    'Cancelled',
    'Suspended',
    'Expired',
    'OutOfTerm',
  ]),
  termType: z.string(),
  currency: maybeText,
  subscriptionStartDate: maybeText,
  subscriptionEndDate: maybeText,
  contractEffectiveDate: maybeText,
  termStartDate: maybeText,
  termEndDate: maybeText,
  autoRenew: flag,
  orderNumber: maybeText,
  statusHistory: z
    .array(z.object({ status: maybeText, startDate: maybeText, endDate: maybeText }))
    .nullish()
    .transform((value) => value ?? []),
  ratePlans: z.array(
    z.object({
      productName: maybeText,
      ratePlanName: maybeText,
      productId: maybeText,
      subscriptionRatePlanNumber: maybeText,
      id: z.string(),
      ratePlanCharges: z.array(chargeSchema),
    }),
  ),
  updateTime: maybeText,
});

export const invoiceSchema = z.object({
  id: z.string(),
  invoiceNumber: z.string(),
  accountId: z.string(),
  amount: orZero,
  balance: orZero,
  currency: maybeText,
  status: z.string(),
  invoiceDate: maybeText,
  dueDate: maybeText,
  updatedDate: z.string(),
});

export const listedInvoiceSchema = z.object({
  invoiceNumber: z.string(),
  invoiceItems: z
    .array(
      z.object({
        id: z.string(),
        subscriptionName: maybeText,
        serviceStartDate: maybeText,
        serviceEndDate: maybeText,
        chargeAmount: orZero,
        chargeName: maybeText,
        productName: maybeText,
        processingType: maybeText,
        quantity: maybeNumber,
        taxAmount: orZero,
      }),
    )
    .nullish()
    .transform((value) => value ?? []),
});

const memoFields = {
  id: z.string(),
  number: z.string(),
  accountId: z.string(),
  status: z.string(),
  amount: orZero,
  currency: maybeText,
  reasonCode: maybeText,
  comment: maybeText,
  referredInvoiceId: maybeText,
  updatedDate: maybeText,
};

export const creditMemoSchema = z.object({
  ...memoFields,
  appliedAmount: orZero,
  refundAmount: orZero,
  unappliedAmount: orZero,
  creditMemoDate: maybeText,
});

export const debitMemoSchema = z.object({
  ...memoFields,
  balance: orZero,
  beAppliedAmount: orZero,
  debitMemoDate: maybeText,
  dueDate: maybeText,
});

export const paymentSchema = z.object({
  id: z.string(),
  number: z.string(),
  accountId: z.string(),
  status: z.string(),
  type: maybeText,
  amount: orZero,
  refundAmount: orZero,
  currency: z.string(),
  effectiveDate: maybeText,
  createdDate: maybeText,
  updatedDate: maybeText,
  gatewayResponse: maybeText,
  gatewayResponseCode: maybeText,
  paymentMethodId: maybeText,
});

export const listedPaymentSchema = z.object({
  paymentNumber: z.string(),
  paidInvoices: z
    .array(z.object({ invoiceNumber: maybeText }))
    .nullish()
    .transform((value) => value ?? []),
});

export const usageSchema = z.object({
  subscriptionNumber: maybeText,
  chargeNumber: maybeText,
  unitOfMeasure: maybeText,
  quantity: number,
  startDateTime: z.string(),
});

/** A row of Object Query, as far as a sweep needs it. */
export const changedRowSchema = z.object({
  id: z.string(),
  accountId: z.string().nullish(),
  updatedDate: z.string(),
  version: z.coerce.number().nullish(),
  name: maybeText,
  invoiceNumber: maybeText,
  paymentNumber: maybeText,
  status: maybeText,
  balance: number.nullish(),
  totalInvoiceBalance: number.nullish(),
  totalDebitMemoBalance: number.nullish(),
  autoPay: z.boolean().nullish(),
});

export type ZuoraAccount = z.infer<typeof accountSchema>;
export type ZuoraPaymentMethod = z.infer<typeof paymentMethodSchema>;
export type ZuoraSubscription = z.infer<typeof subscriptionSchema>;
export type ZuoraCharge = z.infer<typeof segmentSchema>;
export type ZuoraInvoice = z.infer<typeof invoiceSchema>;
export type ZuoraInvoiceItem = z.infer<typeof listedInvoiceSchema>['invoiceItems'][number];
export type ZuoraCreditMemo = z.infer<typeof creditMemoSchema>;
export type ZuoraDebitMemo = z.infer<typeof debitMemoSchema>;
export type ZuoraPayment = z.infer<typeof paymentSchema>;
export type ZuoraUsage = z.infer<typeof usageSchema>;
