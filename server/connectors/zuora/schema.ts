import { z } from 'zod';

/**
 * The part of Zuora's answers that is used here. Zuora's description calls few fields nullable and answers null in many
 * (and numbers as text in some), so everything that can be absent is.
 */
export const maybeText = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === '' ? null : value));
const number = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/)]).transform(String);
export const maybeNumber = number.nullish().transform((value) => value ?? null);
export const orZero = number.nullish().transform((value) => value ?? '0');
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
    parentId: maybeText,
    purchaseOrderNumber: maybeText,
  }),
  billingAndPayment: z.object({
    currency: z.string(),
    autoPay: flag,
    billCycleDay: z.coerce.number().nullish(),
    defaultPaymentMethodId: maybeText,
    paymentTerm: maybeText,
  }),
  metrics: z.object({
    totalInvoiceBalance: orZero,
    totalDebitMemoBalance: orZero,
    creditBalance: orZero,
    unappliedPaymentAmount: orZero,
    unappliedCreditMemoAmount: orZero,
  }),
  billToContact: z
    .object({
      firstName: maybeText,
      lastName: maybeText,
      workEmail: maybeText,
      personalEmail: maybeText,
      workPhone: maybeText,
      address1: maybeText,
      address2: maybeText,
      city: maybeText,
      state: maybeText,
      /** Two names for one thing; which of them an answer has depends on the release of the tenant. */
      zipCode: maybeText,
      postalCode: maybeText,
      country: maybeText,
    })
    .nullish(),
  /** Null where the tenant does not deal with tax. */
  taxInfo: z.object({ exemptStatus: maybeText }).nullish(),
});

export const paymentMethodSchema = z.object({
  id: z.string(),
  type: maybeText,
  isDefault: flag,
  createdOn: maybeText,
  creditCardType: maybeText,
  cardNumber: maybeText,
  creditCardMaskNumber: maybeText,
  bankName: maybeText,
  /** Of bank accounts, masked; which of the three depends on the type. */
  bankAccountNumber: maybeText,
  IBAN: maybeText,
  accountNumber: maybeText,
  expirationMonth: z.coerce.number().nullish(),
  expirationYear: z.coerce.number().nullish(),
  status: maybeText,
  /** What the gateway last said, such as `Approved` or `Declined`. */
  lastTransaction: maybeText,
  lastFailedSaleTransactionDate: maybeText,
  numConsecutiveFailures: z.coerce.number().int().nullish(),
  /** Rules of its own for trying again; without meaning while the tenant's are used. The window is in hours. */
  useDefaultRetryRule: flag,
  maxConsecutivePaymentFailures: z.coerce.number().int().nullish(),
  paymentRetryWindow: z.coerce.number().nullish(),
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
  startingUnit: maybeNumber,
  endingUnit: maybeNumber,
  price: orZero,
  priceFormat: maybeText,
});

/** Custom fields stand beside the others of their object, and end in `__c`: the objects that can have them are loose. */
const segmentSchema = z.looseObject({
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
  overagePrice: maybeNumber,
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

export const subscriptionSchema = z.looseObject({
  subscriptionNumber: z.string(),
  accountId: z.string(),
  accountNumber: z.string(),
  invoiceOwnerAccountNumber: maybeText,
  version: z.coerce.number().int(),
  status: z.string(),
  termType: z.string(),
  currency: maybeText,
  subscriptionStartDate: maybeText,
  subscriptionEndDate: maybeText,
  contractEffectiveDate: maybeText,
  termStartDate: maybeText,
  termEndDate: maybeText,
  autoRenew: flag,
  renewalSetting: maybeText,
  renewalTerm: z.coerce.number().int().nullish(),
  renewalTermPeriodType: maybeText,
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
      productRatePlanId: maybeText,
      subscriptionRatePlanNumber: maybeText,
      id: z.string(),
      ratePlanCharges: z.array(chargeSchema),
    }),
  ),
  updateTime: maybeText,
});

/** As Object Query has them; of an order that waits no date need be there. */
const orderActionSchema = z.object({
  id: z.string(),
  type: z.string(),
  subType: maybeText,
  subscriptionNumber: maybeText,
  contractEffectiveDate: maybeText,
  cancellationEffectiveDate: maybeText,
  suspendDate: maybeText,
  resumeDate: maybeText,
});

export const orderSchema = z.object({
  orderNumber: z.string(),
  accountId: z.string(),
  orderDate: maybeText,
  status: z.string(),
  createdDate: z.string(),
  updatedDate: z.string(),
  orderActions: z
    .array(orderActionSchema)
    .nullish()
    .transform((value) => value ?? []),
});

export const invoiceSchema = z.looseObject({
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
  /** What became of an electronic one at the gateway, such as `Settled` or `FailedToSettle`. */
  gatewayState: maybeText,
  paymentMethodId: maybeText,
});

export const refundSchema = z.object({
  number: z.string(),
  /** Null of a refund of a credit memo, which the memo itself counts. */
  paymentId: maybeText,
  type: maybeText,
  amount: orZero,
  status: z.string(),
  reasonCode: maybeText,
  gatewayReconciliationStatus: maybeText,
  gatewayReconciliationReason: maybeText,
  gatewayResponse: maybeText,
  gatewayResponseCode: maybeText,
  refundDate: maybeText,
  createdDate: maybeText,
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
  status: maybeText,
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
  memoNumber: maybeText,
  status: maybeText,
  balance: number.nullish(),
  totalAmount: number.nullish(),
  refundAmount: number.nullish(),
  totalInvoiceBalance: number.nullish(),
  totalDebitMemoBalance: number.nullish(),
  autoPay: z.boolean().nullish(),
  orderNumber: maybeText,
  orderDate: maybeText,
  createdDate: maybeText,
  orderActions: z.array(orderActionSchema).nullish(),
});

export type ZuoraAccount = z.infer<typeof accountSchema>;

/** Custom fields stand beside the others of the account, and end in `__c` (Zuora docs, "Custom fields"). */
export function customFieldsOf({ basicInfo }: ZuoraAccount): Record<string, string> {
  const custom = Object.entries(basicInfo).filter(([name, value]) => name.endsWith('__c') && value != null);
  return Object.fromEntries(custom.map(([name, value]) => [name, String(value)]));
}
export type ZuoraPaymentMethod = z.infer<typeof paymentMethodSchema>;
export type ZuoraSubscription = z.infer<typeof subscriptionSchema>;
export type ZuoraCharge = z.infer<typeof segmentSchema>;
export type ZuoraOrder = z.infer<typeof orderSchema>;
export type ZuoraOrderAction = ZuoraOrder['orderActions'][number];
export type ZuoraInvoice = z.infer<typeof invoiceSchema>;
export type ZuoraInvoiceItem = z.infer<typeof listedInvoiceSchema>['invoiceItems'][number];
export type ZuoraCreditMemo = z.infer<typeof creditMemoSchema>;
export type ZuoraDebitMemo = z.infer<typeof debitMemoSchema>;
export type ZuoraPayment = z.infer<typeof paymentSchema>;
export type ZuoraRefund = z.infer<typeof refundSchema>;
export type ZuoraUsage = z.infer<typeof usageSchema>;

/** The catalog, as Object Query shows it, in the spelling of CRUD (`Per Unit Pricing`, `Semi-Annual`). */
const day = z.string().transform((text) => text.slice(0, 10));
const onSale = { id: z.string(), name: z.string(), effectiveStartDate: day, effectiveEndDate: day };

export const catalogProductSchema = z.object(onSale);

export const catalogPlanSchema = z.object({ ...onSale, productId: z.string() });

export const catalogPlanWithProductSchema = catalogPlanSchema.extend({ product: catalogProductSchema });

export const catalogChargeSchema = z.object({
  id: z.string(),
  productRatePlanId: z.string(),
  name: z.string(),
  chargeType: z.string(),
  chargeModel: z.string(),
  defaultQuantity: maybeNumber,
  uOM: maybeText,
  billingPeriod: maybeText,
  specificBillingPeriod: z.coerce.number().nullish(),
  listPriceBase: maybeText,
  specificListPriceBase: z.coerce.number().nullish(),
});

export const catalogTierSchema = z.object({
  productRatePlanChargeId: z.string(),
  currency: z.string(),
  tier: z.coerce.number().nullish(),
  price: maybeNumber,
  priceFormat: maybeText,
  startingUnit: maybeNumber,
  endingUnit: maybeNumber,
  overagePrice: maybeNumber,
});

export type CatalogTier = z.infer<typeof catalogTierSchema>;
export type CatalogChargeOfZuora = z.infer<typeof catalogChargeSchema>;
