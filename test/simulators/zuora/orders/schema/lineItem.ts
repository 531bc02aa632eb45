import * as z from 'zod';
import { dateField } from '../../protocol/parse.ts';
import { customFields } from './plan.ts';

const text = z.string().optional();
const flag = z.boolean().optional();

/** Fields of an order line item that are kept and shown, and read by nobody here. */
const bookkeeping = {
  UOM: text,
  accountingCode: text,
  adjustmentLiabilityAccountingCode: text,
  adjustmentRevenueAccountingCode: text,
  billTo: text,
  billingRule: z.enum(['TriggerWithoutFulfillment', 'TriggerAsFulfillmentOccurs']).optional(),
  contractAssetAccountingCode: text,
  contractLiabilityAccountingCode: text,
  contractRecognizedRevenueAccountingCode: text,
  deferredRevenueAccountingCode: text,
  description: text,
  excludeItemBillingFromRevenueAccounting: flag,
  excludeItemBookingFromRevenueAccounting: flag,
  isAllocationEligible: flag,
  isUnbilled: flag,
  originalOrderLineItemNumber: text,
  originalOrderNumber: text,
  productCode: text,
  purchaseOrderNumber: text,
  recognizedRevenueAccountingCode: text,
  relatedSubscriptionNumber: text,
  revenueRecognitionRule: text,
  sequenceSetId: text,
  soldTo: text,
  taxCode: text,
  taxMode: z.enum(['TaxInclusive', 'TaxExclusive']).optional(),
  unbilledReceivablesAccountingCode: text,
};

export const bookkeepingFields = Object.keys(bookkeeping);

const own = {
  itemName: z.string().min(1).optional(),
  itemNumber: text,
  itemType: z.enum(['Product', 'Fee', 'Services']).optional(),
  itemState: z.enum(['Executing', 'Booked', 'SentToBilling', 'Complete', 'Cancelled']).optional(),
  quantity: z.number().min(0).optional(),
  amountPerUnit: z.number().optional(),
  listPricePerUnit: z.number().optional(),
  inlineDiscountType: z.enum(['Percentage', 'FixedAmount', 'None']).optional(),
  inlineDiscountPerUnit: z.number().min(0).optional(),
  transactionStartDate: dateField.optional(),
  transactionEndDate: dateField.optional(),
  billTargetDate: dateField.optional(),
  ownerAccountNumber: text,
  customFields,
};

/** One of `orderLineItems` of an order. */
export const lineItemSchema = z.strictObject({
  ...own,
  ...bookkeeping,
  itemCategory: z.enum(['Sales', 'Return']).optional(),
  productRatePlanChargeId: text,
});

export type LineItemRequest = z.output<typeof lineItemSchema>;

/** Body of PUT /v1/order-line-items/{id}; with `id` also a row of the bulk update. */
export const lineItemChangeSchema = z.strictObject({ ...own, ...bookkeeping });
export const lineItemsChangeSchema = z.strictObject({
  orderLineItems: z
    .array(z.strictObject({ id: z.string(), ...own, ...bookkeeping }))
    .min(1)
    .max(100),
});
export type LineItemChange = z.output<typeof lineItemChangeSchema>;
