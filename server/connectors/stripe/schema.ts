import { z } from 'zod';

/**
 * The part of Stripe's objects (API version 2026-10-28.endive) that is used here. API answers and event payloads are read
 * by the same shapes; ids may stand for expanded objects. `*_decimal` is text in events and an object of the SDK in answers.
 */
const id = z
  .union([z.string(), z.object({ id: z.string() })])
  .transform((value) => (typeof value === 'string' ? value : value.id));
const maybeId = id.nullish().transform((value) => value ?? null);
const seconds = z.number().int();
const maybeSeconds = seconds.nullish().transform((value) => value ?? null);
const decimal = z
  .custom<string | number | object>(
    (value) => ['string', 'number'].includes(typeof value) || (typeof value === 'object' && value !== null),
  )
  .transform(String);
const maybeDecimal = z
  .union([decimal, z.null()])
  .optional()
  .transform((value) => value ?? null);
const maybeText = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const maybeAmount = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? null);

const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

export const tierSchema = z.object({
  up_to: z.number().nullable(),
  unit_amount: maybeAmount,
  unit_amount_decimal: maybeDecimal,
  flat_amount: maybeAmount,
  flat_amount_decimal: maybeDecimal,
});

export const priceSchema = z.object({
  id: z.string(),
  type: z.string(),
  currency: z.string(),
  product: id,
  nickname: maybeText,
  billing_scheme: z.string(),
  tiers_mode: maybeText,
  tiers: z.array(tierSchema).nullish(),
  transform_quantity: z.object({ divide_by: z.number(), round: z.string() }).nullish(),
  recurring: z
    .object({
      interval: z.string(),
      interval_count: z.number().int(),
      usage_type: z.string(),
      meter: maybeText,
    })
    .nullable(),
  unit_amount: maybeAmount,
  unit_amount_decimal: maybeDecimal,
  /** What it costs in other currencies; only where it is expanded. */
  currency_options: z
    .record(z.string(), z.object({ unit_amount: maybeAmount, unit_amount_decimal: maybeDecimal }))
    .nullish(),
});

export const couponSchema = z.object({
  id: z.string(),
  name: maybeText,
  percent_off: z.number().nullable(),
  amount_off: maybeAmount,
  currency: maybeText,
  currency_options: z.record(z.string(), z.object({ amount_off: z.number().int() })).nullish(),
  duration: z.string(),
  duration_in_months: z.number().int().nullish(),
  applies_to: z.object({ products: z.array(z.string()) }).nullish(),
});

export const discountSchema = z.object({
  id: z.string(),
  start: seconds,
  end: maybeSeconds,
  source: z.object({ coupon: maybeId }),
});

/** Discounts are ids unless they are expanded. */
const discounts = z
  .array(z.union([z.string(), discountSchema]))
  .nullish()
  .transform((value) => value ?? []);

const taxRates = z
  .array(z.object({ inclusive: z.boolean(), percentage: z.number() }))
  .nullish()
  .transform((value) => value ?? []);

export const itemSchema = z.object({
  id: z.string(),
  price: priceSchema,
  quantity: z.number().optional(),
  current_period_start: seconds,
  current_period_end: seconds,
  current_trial: z.object({ start_date: seconds, end_date: seconds }).nullish(),
  discounts,
  tax_rates: taxRates,
  metadata,
});

/** Each names a coupon, a promotion code, or a discount that there is already. */
const phaseDiscounts = z
  .array(z.object({ coupon: maybeId, discount: maybeId, promotion_code: maybeId }))
  .nullish()
  .transform((value) => value ?? []);

export const phaseSchema = z.object({
  start_date: seconds,
  end_date: seconds,
  trial_end: maybeSeconds,
  discounts: phaseDiscounts,
  default_tax_rates: taxRates,
  items: z.array(
    z.object({ price: id, quantity: z.number().nullish(), discounts: phaseDiscounts, tax_rates: taxRates }),
  ),
});

export const scheduleSchema = z.object({
  id: z.string(),
  status: z.string(),
  end_behavior: z.string(),
  current_phase: z.object({ start_date: seconds, end_date: seconds }).nullish(),
  phases: z.array(phaseSchema),
});

/** A schedule that has not begun and has no subscription yet. */
export const plannedScheduleSchema = scheduleSchema.extend({
  customer: id,
  phases: z.array(phaseSchema.extend({ currency: z.string() })).min(1),
});

export const promotionCodeSchema = z.object({
  id: z.string(),
  promotion: z.object({ coupon: maybeId }),
});

export const subscriptionSchema = z.object({
  id: z.string(),
  object: z.literal('subscription'),
  customer: id,
  currency: z.string(),
  status: z.string(),
  created: seconds,
  start_date: seconds,
  trial_end: maybeSeconds,
  cancel_at: maybeSeconds,
  cancel_at_period_end: z.boolean(),
  canceled_at: maybeSeconds,
  ended_at: maybeSeconds,
  pause_collection: z.object({ behavior: z.string(), resumes_at: maybeSeconds }).nullish(),
  default_tax_rates: taxRates,
  discounts,
  metadata,
  /** Only an id unless it is expanded. */
  schedule: z.union([z.string(), scheduleSchema]).nullish(),
  items: z.object({ data: z.array(itemSchema), has_more: z.boolean() }),
});

const cardSchema = z.object({
  brand: maybeText,
  last4: maybeText,
  exp_month: z.number().int().nullish(),
  exp_year: z.number().int().nullish(),
});

export const paymentMethodSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  created: maybeSeconds,
  card: cardSchema.nullish(),
});

export const customerSchema = z.object({
  id: z.string(),
  object: z.literal('customer'),
  deleted: z.literal(true).optional(),
  balance: z.number().int().default(0),
  currency: maybeText,
  email: maybeText,
  name: maybeText,
  business_name: maybeText,
  individual_name: maybeText,
  address: z
    .object({
      line1: maybeText,
      line2: maybeText,
      city: maybeText,
      state: maybeText,
      postal_code: maybeText,
      country: maybeText,
    })
    .nullish(),
  phone: maybeText,
  tax_exempt: maybeText,
  metadata,
  invoice_settings: z
    .object({ default_payment_method: z.union([z.string(), paymentMethodSchema]).nullish() })
    .nullish(),
  default_source: z
    .union([
      z.string(),
      z.object({
        id: z.string(),
        /** `card`, `bank_account` or `source`. */
        object: z.string(),
        bank_name: maybeText,
        brand: maybeText,
        last4: maybeText,
        exp_month: z.number().nullish(),
        exp_year: z.number().nullish(),
      }),
    ])
    .nullish(),
  discount: discountSchema.nullish(),
});

export const invoicePaymentSchema = z.object({
  id: z.string(),
  invoice: maybeId,
  payment: z.object({ type: z.string(), charge: maybeId, payment_intent: maybeId }),
});

/** The invoice's own shape of tax: `inclusive` tax is contained in the amount that it is charged on. */
const taxes = z
  .array(z.object({ amount: z.number().int(), tax_behavior: z.string() }))
  .nullish()
  .transform((value) => value ?? []);

const lineParentSchema = z.object({ proration: z.boolean().nullish(), subscription: maybeId });

export const lineSchema = z.object({
  id: z.string(),
  amount: z.number().int(),
  description: maybeText,
  discount_amounts: z
    .array(z.object({ amount: z.number().int() }))
    .nullish()
    .transform((value) => value ?? []),
  pretax_credit_amounts: z
    .array(z.object({ amount: z.number().int(), type: z.string() }))
    .nullish()
    .transform((value) => value ?? []),
  taxes,
  parent: z
    .object({
      invoice_item_details: lineParentSchema.nullish(),
      subscription_item_details: lineParentSchema.nullish(),
    })
    .nullish(),
  period: z.object({ start: seconds, end: seconds }).nullish(),
  pricing: z.object({ unit_amount_decimal: maybeDecimal }).nullish(),
  quantity: z.number().nullish(),
  quantity_decimal: maybeDecimal,
});

export const invoiceSchema = z.object({
  id: z.string(),
  object: z.literal('invoice'),
  customer: maybeId,
  number: maybeText,
  status: z.string(),
  currency: z.string(),
  total: z.number().int(),
  amount_remaining: z.number().int(),
  attempt_count: z.number().int(),
  next_payment_attempt: maybeSeconds,
  collection_method: z.string(),
  created: seconds,
  effective_at: maybeSeconds,
  due_date: maybeSeconds,
  status_transitions: z.object({ finalized_at: maybeSeconds }),
  metadata,
  parent: z
    .object({ subscription_details: z.object({ subscription: id }).nullish() })
    .nullish()
    .transform((value) => value ?? null),
  payments: z.object({ data: z.array(invoicePaymentSchema), has_more: z.boolean() }).nullish(),
  /** The first ten; of more, the list of lines has all. */
  lines: z.object({ data: z.array(lineSchema), has_more: z.boolean() }).nullish(),
  shipping_cost: z.object({ amount_total: z.number().int(), amount_tax: z.number().int() }).nullish(),
});

export const creditNoteSchema = z.object({
  id: z.string(),
  object: z.literal('credit_note'),
  customer: maybeId,
  invoice: maybeId,
  number: maybeText,
  status: z.string(),
  currency: z.string(),
  total: z.number().int(),
  reason: maybeText,
  memo: maybeText,
  created: seconds,
  effective_at: maybeSeconds,
  refunds: z
    .array(z.object({ amount_refunded: z.number().int() }))
    .nullish()
    .transform((value) => value ?? []),
});

export const refundSchema = z.object({
  id: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  created: seconds,
  status: maybeText,
  reason: maybeText,
  failure_reason: maybeText,
});

export const disputeSchema = z.object({
  id: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  created: seconds,
  status: z.string(),
  reason: maybeText,
  evidence_details: z.object({ due_by: maybeSeconds }).nullish(),
});

export const chargeSchema = z.object({
  id: z.string(),
  object: z.literal('charge'),
  customer: maybeId,
  amount: z.number().int(),
  amount_refunded: z.number().int(),
  refunded: z.boolean(),
  /** Where they are expanded; the newest ten. */
  refunds: z.object({ data: z.array(refundSchema), has_more: z.boolean() }).nullish(),
  disputed: z.boolean(),
  currency: z.string(),
  created: seconds,
  status: z.string(),
  payment_intent: maybeId,
  failure_code: maybeText,
  failure_message: maybeText,
  outcome: z.object({ reason: maybeText, network_decline_code: maybeText }).nullish(),
  payment_method_details: z.looseObject({ type: z.string(), card: cardSchema.nullish() }).nullish(),
});

export const summarySchema = z.object({ aggregated_value: z.number() });

export const meterSchema = z.object({ id: z.string(), display_name: z.string(), event_name: z.string() });

export const productSchema = z.object({ id: z.string(), name: z.string(), unit_label: maybeText });

/** Any object, as far as it says what it is. */
export const objectSchema = z.looseObject({ object: z.string() });

/** A snapshot event. */
export const eventSchema = z.object({
  id: z.string(),
  object: z.literal('event'),
  type: z.string(),
  created: seconds,
  api_version: maybeText,
  livemode: z.boolean(),
  /** The account that it happened in, where the endpoint hears of several (Connect, organizations). */
  account: z.string().nullish(),
  context: z.string().nullish(),
  data: z.object({
    object: objectSchema,
    previous_attributes: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** A thin event, which names its object and holds none of it (Stripe docs, "Event destinations"). */
export const thinEventSchema = z.object({
  id: z.string(),
  object: z.literal('v2.core.event'),
  type: z.string(),
  created: z.string(),
  livemode: z.boolean().nullish(),
  context: z.string().nullish(),
  related_object: z.object({ id: z.string(), type: z.string() }).nullish(),
  /** The snapshot event of the same change. */
  snapshot_event: z.string().nullish(),
});

export type StripeTier = z.infer<typeof tierSchema>;
export type StripeCoupon = z.infer<typeof couponSchema>;
export type StripeDiscount = z.infer<typeof discountSchema>;
export type StripePrice = z.infer<typeof priceSchema>;
export type StripeSchedule = z.infer<typeof scheduleSchema>;
export type StripePhase = z.infer<typeof phaseSchema>;
export type StripePlannedSchedule = z.infer<typeof plannedScheduleSchema>;
export type StripeItem = z.infer<typeof itemSchema>;
export type StripeSubscription = z.infer<typeof subscriptionSchema>;
export type StripeCustomer = z.infer<typeof customerSchema>;
export type StripeInvoice = z.infer<typeof invoiceSchema>;
export type StripeLine = z.infer<typeof lineSchema>;
export type StripeInvoicePayment = z.infer<typeof invoicePaymentSchema>;
export type StripeCreditNote = z.infer<typeof creditNoteSchema>;
export type StripeRefund = z.infer<typeof refundSchema>;
export type StripeDispute = z.infer<typeof disputeSchema>;
export type StripeCharge = z.infer<typeof chargeSchema>;
export type StripeEvent = z.infer<typeof eventSchema>;
export type ThinEvent = z.infer<typeof thinEventSchema>;
