import * as z from 'zod';
import { dateField } from '../../protocol/parse.ts';
import { pricingSchema, pricingUpdateSchema } from './pricing.ts';

export const customFields = z.record(z.string(), z.unknown()).optional();

const alignment = z.enum(['AlignToCharge', 'AlignToSubscriptionStart', 'AlignToTermStart']).optional();

const billing = z.strictObject({
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
  billCycleType: z
    .enum([
      'DefaultFromCustomer',
      'SpecificDayofMonth',
      'SubscriptionStartDay',
      'ChargeTriggerDay',
      'SpecificDayofWeek',
    ])
    .optional(),
  billCycleDay: z.number().int().min(1).max(31).optional(),
  weeklyBillCycleDay: z.enum(['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']).optional(),
  billingPeriodAlignment: alignment,
  billingTiming: z.enum(['IN_ADVANCE', 'IN_ARREARS']).optional(),
});

const trigger = z.strictObject({
  triggerEvent: z.enum(['ContractEffective', 'ServiceActivation', 'CustomerAcceptance', 'SpecificDate']).optional(),
  specificTriggerDate: dateField.optional(),
});

const text = z.string().optional();
const flag = z.boolean().optional();

/** Names what an order makes, for its later actions (Zuora docs, "Create an order"). */
const token = z.string().max(50).optional();

/** Fields of a sold charge that are kept in the order and read by nobody here. */
const bookkeeping = {
  accountReceivableAccountingCode: text,
  adjustmentLiabilityAccountingCode: text,
  adjustmentRevenueAccountingCode: text,
  contractAssetAccountingCode: text,
  contractLiabilityAccountingCode: text,
  contractRecognizedRevenueAccountingCode: text,
  deferredRevenueAccountingCode: text,
  recognizedRevenueAccountingCode: text,
  unBilledReceivablesAccountingCode: text,
  excludeItemBillingFromRevenueAccounting: flag,
  excludeItemBookingFromRevenueAccounting: flag,
  isAllocationEligible: flag,
  isUnbilled: flag,
  productCategory: text,
  productClass: text,
  productFamily: text,
  productLine: text,
};

const override = z.strictObject({
  productRatePlanChargeId: text,
  productRatePlanChargeNumber: text,
  chargeNumber: z.string().min(1).max(50).optional(),
  uniqueToken: token,
  description: text,
  customFields,
  billing: billing.optional(),
  startDate: trigger.optional(),
  endDate: z
    .strictObject({
      endDateCondition: z.enum(['Subscription_End', 'Fixed_Period', 'Specific_End_Date']),
      specificEndDate: dateField.optional(),
      upToPeriods: z.number().int().positive().optional(),
      upToPeriodsType: z.enum(['Billing_Periods', 'Days', 'Weeks', 'Months', 'Years']).optional(),
    })
    .optional(),
  pricing: pricingSchema.optional(),
  revRecCode: text,
  revRecTriggerCondition: z
    .enum(['Contract Effective Date', 'Service Activation Date', 'Customer Acceptance Date'])
    .optional(),
  revenueRecognitionRuleName: text,
  taxCode: text,
  taxMode: z.enum(['TaxExclusive', 'TaxInclusive']).optional(),
  ...bookkeeping,
});

export type ChargeOverride = z.output<typeof override>;

/** A rate plan of the catalog that is sold, with what differs from the catalog. */
export const planSchema = z.strictObject({
  productRatePlanId: text,
  productRatePlanNumber: text,
  externalCatalogPlanId: text,
  externallyManagedPlanId: text,
  ratePlanName: text,
  uniqueToken: token,
  customFields,
  chargeOverrides: z.array(override).optional(),
});

export type PlanRequest = z.output<typeof planSchema>;

/** How actions name a rate plan that is sold already. */
export const planReference = {
  ratePlanId: text,
  subscriptionRatePlanNumber: text,
  uniqueToken: text,
  productRatePlanNumber: text,
  externalCatalogPlanId: text,
};

export type PlanReference = { [Key in keyof typeof planReference]?: string | undefined } & {
  productRatePlanId?: string | undefined;
};

export const chargeUpdateSchema = z.strictObject({
  chargeNumber: text,
  uniqueToken: text,
  description: text,
  customFields,
  billing: z.strictObject({ billingPeriodAlignment: alignment }).optional(),
  effectiveDate: trigger.optional(),
  pricing: pricingUpdateSchema.optional(),
});

export type ChargeUpdate = z.output<typeof chargeUpdateSchema>;
