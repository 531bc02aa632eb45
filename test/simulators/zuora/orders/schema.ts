import * as z from 'zod';
import { newAccountSchema } from '../accounts/write.ts';
import { contactSchema } from '../accounts/contact.ts';
import { dateField } from '../protocol/parse.ts';

const customFields = z.record(z.string(), z.unknown()).optional();
const periodType = z.enum(['Month', 'Year', 'Week', 'Day']);
const listPriceBase = z
  .enum(['Per_Billing_Period', 'Per_Month', 'Per_Week', 'Per_Year', 'Per_Specific_Months'])
  .optional();

const tier = z.strictObject({
  tier: z.number().int().positive(),
  startingUnit: z.number(),
  endingUnit: z.number().nullable().optional(),
  price: z.number(),
  priceFormat: z.enum(['FlatFee', 'PerUnit']),
  isOveragePrice: z.boolean().optional(),
});

const base = { listPriceBase, specificListPriceBase: z.number().int().positive().optional() };
const flat = z.strictObject({ listPrice: z.number().optional(), ...base });
const perUnit = z.strictObject({ listPrice: z.number().optional(), quantity: z.number().min(0).optional(), ...base });
const banded = z.strictObject({
  quantity: z.number().min(0).optional(),
  tiers: z.array(tier).min(1).optional(),
  ...base,
});

/** Pricing keys by type and model of the charge that they fit. */
const pricingSchema = z.strictObject({
  oneTimeFlatFee: flat.optional(),
  oneTimePerUnit: perUnit.optional(),
  oneTimeTiered: banded.optional(),
  oneTimeVolume: banded.optional(),
  recurringFlatFee: flat.optional(),
  recurringPerUnit: perUnit.optional(),
  recurringTiered: banded.optional(),
  recurringVolume: banded.optional(),
  usageFlatFee: flat.optional(),
  usagePerUnit: perUnit.omit({ quantity: true }).optional(),
  usageTiered: banded.omit({ quantity: true }).optional(),
  usageVolume: banded.omit({ quantity: true }).optional(),
  usageOverage: z
    .strictObject({ includedUnits: z.number().min(0).optional(), overagePrice: z.number().optional() })
    .optional(),
  discount: z
    .strictObject({
      discountPercentage: z.number().min(0).max(100).optional(),
      applyDiscountTo: z
        .enum([
          'ONETIME',
          'RECURRING',
          'USAGE',
          'ONETIMERECURRING',
          'ONETIMEUSAGE',
          'RECURRINGUSAGE',
          'ONETIMERECURRINGUSAGE',
        ])
        .optional(),
      discountLevel: z.enum(['rateplan', 'subscription', 'account']).optional(),
    })
    .optional(),
});

export type Pricing = z.output<typeof pricingSchema>;

const billingSchema = z.strictObject({
  billingPeriod: z
    .enum([
      'Month',
      'Quarter',
      'Semi_Annual',
      'Annual',
      'Eighteen_Months',
      'Two_Years',
      'Three_Years',
      'Five_Years',
      'Specific_Months',
      'Subscription_Term',
      'Week',
      'Specific_Weeks',
      'Specific_Days',
    ])
    .optional(),
  specificBillingPeriod: z.number().int().positive().optional(),
  billCycleType: z.enum(['DefaultFromCustomer', 'ChargeTriggerDay']).optional(),
  billingTiming: z.enum(['IN_ADVANCE', 'IN_ARREARS']).optional(),
});

const overrideSchema = z.strictObject({
  productRatePlanChargeId: z.string(),
  chargeNumber: z.string().optional(),
  description: z.string().optional(),
  billing: billingSchema.optional(),
  pricing: pricingSchema.optional(),
  endDate: z
    .strictObject({
      endDateCondition: z.enum(['Subscription_End', 'Fixed_Period', 'Specific_End_Date']),
      specificEndDate: dateField.optional(),
      upToPeriods: z.number().int().positive().optional(),
      upToPeriodsType: z.enum(['Days', 'Weeks', 'Months', 'Years']).optional(),
    })
    .optional(),
});

export type ChargeOverride = z.output<typeof overrideSchema>;

const planSchema = z.strictObject({
  productRatePlanId: z.string().optional(),
  productRatePlanNumber: z.string().optional(),
  chargeOverrides: z.array(overrideSchema).optional(),
  uniqueToken: z.string().optional(),
});

export type PlanRequest = z.output<typeof planSchema>;

const planReference = {
  ratePlanId: z.string().optional(),
  subscriptionRatePlanNumber: z.string().optional(),
  uniqueToken: z.string().optional(),
  productRatePlanNumber: z.string().optional(),
};

export type PlanReference = { [Key in keyof typeof planReference]?: string | undefined };

const term = z.strictObject({
  termType: z.enum(['TERMED', 'EVERGREEN']),
  period: z.number().int().positive().optional(),
  periodType: periodType.optional(),
  startDate: dateField.optional(),
  endDate: dateField.optional(),
});

const renewal = {
  autoRenew: z.boolean().optional(),
  renewalSetting: z.enum(['RENEW_WITH_SPECIFIC_TERM', 'RENEW_TO_EVERGREEN']).optional(),
  renewalTerms: z
    .array(z.strictObject({ period: z.number().int().positive(), periodType }))
    .max(1)
    .optional(),
};

const actionBase = {
  triggerDates: z
    .array(
      z.strictObject({
        name: z.enum(['ContractEffective', 'ServiceActivation', 'CustomerAcceptance']),
        triggerDate: dateField,
      }),
    )
    .optional(),
  changeReason: z.string().max(255).optional(),
};

const action = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...actionBase, ...shape });

/** The order actions of this simulator; each takes its own sub-object and no other. */
export const actionSchema = z.discriminatedUnion('type', [
  action('CreateSubscription', {
    createSubscription: z.strictObject({
      terms: z.strictObject({ initialTerm: term, ...renewal }),
      subscribeToRatePlans: z.array(planSchema).min(1),
      subscriptionNumber: z.string().min(1).max(100).optional(),
      subscriptionOwnerAccountNumber: z.string().optional(),
      invoiceSeparately: z.boolean().optional(),
      paymentTerm: z.string().optional(),
      notes: z.string().max(500).optional(),
      currency: z.string().length(3).optional(),
    }),
  }),
  action('AddProduct', { addProduct: planSchema }),
  action('UpdateProduct', {
    updateProduct: z.strictObject({
      ...planReference,
      specificUpdateDate: dateField.optional(),
      chargeUpdates: z
        .array(
          z.strictObject({
            chargeNumber: z.string(),
            description: z.string().optional(),
            pricing: pricingSchema,
          }),
        )
        .min(1),
    }),
  }),
  action('RemoveProduct', { removeProduct: z.strictObject(planReference) }),
  action('RenewSubscription', { renewSubscription: z.strictObject({}).optional() }),
  action('CancelSubscription', {
    cancelSubscription: z.strictObject({
      cancellationPolicy: z.enum(['EndOfCurrentTerm', 'EndOfLastInvoicePeriod', 'SpecificDate']),
      cancellationEffectiveDate: dateField.optional(),
    }),
  }),
  action('TermsAndConditions', {
    termsAndConditions: z.strictObject({ lastTerm: term.optional(), ...renewal }),
  }),
]);

export type OrderAction = z.output<typeof actionSchema>;
export type ActionOf<T extends OrderAction['type']> = Extract<OrderAction, { type: T }>;

/** Action types that Zuora has and this simulator refuses. */
export const unsupportedActions = ['ChangePlan', 'OwnerTransfer', 'Suspend', 'Resume'];

const billing = {
  runBilling: z.boolean().optional(),
  collectPayment: z.boolean().optional(),
  billingOptions: z
    .strictObject({
      targetDate: dateField.optional(),
      documentDate: dateField.optional(),
      generateDraftInvoice: z.boolean().optional(),
    })
    .optional(),
};

export const orderSchema = z.strictObject({
  orderDate: dateField,
  orderNumber: z
    .string()
    .min(1)
    .max(100)
    .refine((text) => !text.includes('/'), 'an order number must not contain "/"')
    .optional(),
  existingAccountNumber: z.string().optional(),
  newAccount: newAccountSchema
    .extend({
      customFields,
      billToContact: contactSchema,
      // Required here, unlike in POST /v1/accounts (Zuora docs, "Create an order").
      billCycleDay: z.number().int().min(0).max(31),
    })
    .optional(),
  category: z.enum(['NewSales']).optional(),
  description: z.string().max(500).optional(),
  reasonCode: z.string().optional(),
  customFields,
  status: z.enum(['Completed']).optional(),
  subscriptions: z
    .array(
      z.strictObject({
        subscriptionNumber: z.string().optional(),
        customFields,
        quote: z.record(z.string(), z.string().nullable()).optional(),
        orderActions: z.array(actionSchema).min(1).max(50),
      }),
    )
    .min(1)
    .max(50),
  processingOptions: z.strictObject(billing).optional(),
});

export type OrderRequest = z.output<typeof orderSchema>;
