import * as z from 'zod';
import { newAccountSchema } from '../../accounts/write.ts';
import { contactSchema } from '../../accounts/contact.ts';
import { currencyField, dateField } from '../../protocol/parse.ts';
import { chargeUpdateSchema, customFields, planReference, planSchema } from './plan.ts';

const text = z.string().optional();
const flag = z.boolean().optional();
const count = z.number().int().positive().optional();
export const periodType = z.enum(['Month', 'Year', 'Week', 'Day']);

const term = z.strictObject({
  termType: z.enum(['TERMED', 'EVERGREEN']),
  period: z.number().int().min(0).optional(),
  periodType: periodType.optional(),
  startDate: dateField.optional(),
  endDate: dateField.optional(),
});

export type Term = z.output<typeof term>;

const renewal = {
  autoRenew: flag,
  renewalSetting: z.enum(['RENEW_WITH_SPECIFIC_TERM', 'RENEW_TO_EVERGREEN']).optional(),
  renewalTerms: z
    .array(z.strictObject({ period: z.number().int().positive(), periodType }))
    .max(1)
    .optional(),
};

/** Flexible billing attributes: set or cleared for the subscription, else those of the account hold. */
const attributes = {
  billToContactId: text,
  soldToContactId: text,
  invoiceTemplateId: text,
  paymentTerm: text,
  sequenceSetId: text,
};

const clearing = {
  clearingExistingBillToContact: flag,
  clearingExistingSoldToContact: flag,
  clearingExistingInvoiceTemplate: flag,
  clearingExistingPaymentTerm: flag,
  clearingExistingSequenceSet: flag,
};

const attributeChanges = z.strictObject({ ...attributes, ...clearing });
export type AttributeChanges = z.output<typeof attributeChanges>;

/** `newAccount` of an order or of the owner of a new subscription. */
export const orderAccountSchema = newAccountSchema.extend({
  customFields,
  billToContact: contactSchema,
  // Required here, unlike in POST /v1/accounts (Zuora docs, "Create an order").
  billCycleDay: z.number().int().min(0).max(31),
});

const action = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({
    type: z.literal(type),
    triggerDates: z
      .array(
        z.strictObject({
          name: z.enum(['ContractEffective', 'ServiceActivation', 'CustomerAcceptance']),
          triggerDate: dateField.nullable().optional(),
        }),
      )
      .optional(),
    changeReason: z.string().max(255).optional(),
    customFields,
    ...shape,
  });

/** Order actions; each takes its own sub-object and no other (Zuora docs, "Create an order"). */
export const actionSchema = z.discriminatedUnion('type', [
  action('CreateSubscription', {
    createSubscription: z.strictObject({
      terms: z.strictObject({ initialTerm: term, ...renewal }),
      subscribeToRatePlans: z.array(planSchema).optional(),
      subscriptionNumber: z.string().min(1).max(100).optional(),
      subscriptionOwnerAccountNumber: text,
      newSubscriptionOwnerAccount: orderAccountSchema.optional(),
      invoiceSeparately: flag,
      notes: z.string().max(500).optional(),
      currency: currencyField.optional(),
      ...attributes,
    }),
  }),
  action('AddProduct', { addProduct: planSchema }),
  action('UpdateProduct', {
    updateProduct: z.strictObject({
      ...planReference,
      specificUpdateDate: dateField.optional(),
      customFields,
      chargeUpdates: z.array(chargeUpdateSchema).optional(),
    }),
  }),
  action('RemoveProduct', { removeProduct: z.strictObject(planReference) }),
  action('ChangePlan', {
    changePlan: z.strictObject({
      ratePlanId: text,
      subscriptionRatePlanNumber: text,
      productRatePlanId: text,
      productRatePlanNumber: text,
      externalCatalogPlanId: text,
      newProductRatePlan: planSchema,
      subType: z.enum(['Upgrade', 'Downgrade', 'Crossgrade', 'PlanChanged']).optional(),
      effectivePolicy: z.enum(['EffectiveImmediately', 'EffectiveEndOfBillingPeriod', 'SpecificDate']).optional(),
      resetBcd: flag,
    }),
  }),
  action('RenewSubscription', { renewSubscription: attributeChanges.optional() }),
  action('CancelSubscription', {
    cancelSubscription: z.strictObject({
      cancellationPolicy: z.enum(['EndOfCurrentTerm', 'EndOfLastInvoicePeriod', 'SpecificDate']),
      cancellationEffectiveDate: dateField.optional(),
    }),
  }),
  action('TermsAndConditions', {
    termsAndConditions: z.strictObject({ lastTerm: term.optional(), ...renewal, ...attributes, ...clearing }),
  }),
  action('OwnerTransfer', {
    ownerTransfer: z.strictObject({
      destinationAccountNumber: text,
      destinationInvoiceAccountNumber: text,
      ...attributes,
      ...clearing,
    }),
  }),
  action('Suspend', {
    suspend: z.strictObject({
      suspendPolicy: z.enum(['Today', 'EndOfLastInvoicePeriod', 'FixedPeriodsFromToday', 'SpecificDate']),
      suspendPeriods: count,
      suspendPeriodsType: periodType.optional(),
      suspendSpecificDate: dateField.optional(),
    }),
  }),
  action('Resume', {
    resume: z.strictObject({
      resumePolicy: z.enum([
        'Today',
        'FixedPeriodsFromSuspendDate',
        'FixedPeriodsFromToday',
        'SpecificDate',
        'SuspendDate',
      ]),
      resumePeriods: count,
      resumePeriodsType: periodType.optional(),
      resumeSpecificDate: dateField.optional(),
      extendsTerm: flag,
    }),
  }),
]);

export type OrderAction = z.output<typeof actionSchema>;
export type ActionOf<T extends OrderAction['type']> = Extract<OrderAction, { type: T }>;
