import * as z from 'zod';
import { dateField } from '../../protocol/parse.ts';
import { actionSchema, orderAccountSchema } from './actions.ts';
import { lineItemSchema } from './lineItem.ts';
import { customFields } from './plan.ts';

const text = z.string().optional();
const flag = z.boolean().optional();

/** Flags that only `false` is simulated for are refused with 501 before the body is parsed (see unsupported.ts). */
const processingOptions = z.strictObject({
  runBilling: flag,
  collectPayment: flag,
  applyCredit: flag,
  applyCreditBalance: flag,
  applicationOrder: z.array(z.enum(['CreditMemo', 'UnappliedPayment'])).optional(),
  refund: flag,
  refundReasonCode: text,
  writeOff: flag,
  billingOptions: z
    .strictObject({
      targetDate: dateField.optional(),
      documentDate: dateField.optional(),
      generateDraftInvoice: flag,
      creditMemoReasonCode: text,
    })
    .optional(),
  electronicPaymentOptions: z
    .strictObject({ paymentMethodId: text, paymentGatewayId: text, gatewayOrderId: text })
    .optional(),
});

const quoteField = z.string().nullable().optional();
const quote = z.strictObject({
  CpqBundleJsonId__QT: quoteField,
  OpportunityCloseDate__QT: quoteField,
  OpportunityName__QT: quoteField,
  QuoteBusinessType__QT: quoteField,
  QuoteNumber__QT: quoteField,
  QuoteType__QT: quoteField,
});

const ramp = z.strictObject({
  name: text,
  description: text,
  delete: flag,
  charges: z.array(z.strictObject({ chargeNumber: text, uniqueToken: text })).optional(),
  intervals: z
    .array(z.strictObject({ name: text, description: text, startDate: dateField, endDate: dateField }))
    .min(1)
    .optional(),
});

export type RampRequest = z.output<typeof ramp>;

const part = z.strictObject({
  subscriptionNumber: text,
  customFields,
  quote: quote.optional(),
  ramp: ramp.optional(),
  externallyManagedBy: z.enum(['Amazon', 'Apple', 'Google', 'Roku']).optional(),
  orderActions: z.array(actionSchema).min(1),
});

export type OrderPart = z.output<typeof part>;

export const orderFields = {
  orderDate: dateField,
  orderNumber: z
    .string()
    .min(1)
    .max(100)
    .refine((number) => !number.includes('/'), 'an order number must not contain "/"')
    .optional(),
  existingAccountNumber: text,
  category: z.enum(['NewSales', 'Return']).optional(),
  description: z.string().max(500).optional(),
  reasonCode: text,
  externallyManagedBy: z.enum(['Amazon', 'Apple', 'Google', 'Roku']).optional(),
  customFields,
  subscriptions: z.array(part).optional(),
  orderLineItems: z.array(lineItemSchema).max(100).optional(),
};

/** Body of POST and PUT /v1/orders. */
export const orderSchema = z.strictObject({
  ...orderFields,
  newAccount: orderAccountSchema.optional(),
  status: z.enum(['Draft', 'Pending', 'Completed', 'Scheduled']).optional(),
  schedulingOptions: z
    .strictObject({ scheduledDate: dateField, scheduledDatePolicy: z.enum(['SpecificDate']).optional() })
    .optional(),
  processingOptions: processingOptions.optional(),
});

export type OrderRequest = z.output<typeof orderSchema>;
