import * as z from 'zod';
import { exact, money } from '../decimal.ts';
import { dateField } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import type { InvoiceItem, TaxItem } from './model.ts';

const taxSchema = z.strictObject({
  name: z.string(),
  taxAmount: z.number(),
  taxCode: z.string(),
  taxCodeDescription: z.string().optional(),
  taxDate: dateField,
  taxMode: z.enum(['TaxInclusive', 'TaxExclusive']),
  taxRate: z.number(),
  taxRateDescription: z.string().optional(),
  taxRateType: z.enum(['Percentage', 'FlatFee']),
  exemptAmount: z.number().optional(),
  jurisdiction: z.string().optional(),
  locationCode: z.string().optional(),
});

const shared = {
  bookingReference: z.string().optional(),
  chargeDate: z.string().optional(),
  chargeName: z.string().optional(),
  description: z.string().optional(),
  itemType: z.string().optional(),
  productRatePlanChargeId: z.string().optional(),
  purchaseOrderNumber: z.string().optional(),
  sku: z.string().optional(),
  taxItems: z.array(taxSchema).optional(),
  unitPrice: z.number().optional(),
  amount: z.number(),
};

/** An item of POST /v1/invoices. */
export const standaloneItemSchema = z.strictObject({
  ...shared,
  amount: z.number().min(0),
  discountItems: z
    .array(z.strictObject({ ...shared, amount: z.number().max(0) }))
    .max(10)
    .optional(),
  quantity: z.number().positive().optional(),
  serviceStartDate: dateField,
  serviceEndDate: dateField.optional(),
  taxCode: z.string().optional(),
  taxMode: z.enum(['TaxInclusive', 'TaxExclusive']).optional(),
  uom: z.string().optional(),
});

/** An item of a document that no subscription stands behind. */
export function plainItem(
  tenant: Tenant,
  given: Partial<InvoiceItem> & Pick<InvoiceItem, 'chargeName' | 'chargeAmount' | 'serviceStartDate'>,
): InvoiceItem {
  return {
    id: tenant.newId(),
    subscriptionId: null,
    subscriptionNumber: null,
    chargeId: null,
    chargeNumber: null,
    chargeType: null,
    processingType: 'Charge',
    appliedToItemId: null,
    productName: null,
    productRatePlanChargeId: null,
    sku: null,
    description: null,
    taxItems: [],
    unitPrice: null,
    quantity: 1,
    uom: null,
    serviceEndDate: null,
    sourceItemId: null,
    ...given,
  };
}

const taxItem = (tenant: Tenant, given: z.output<typeof taxSchema>): TaxItem => ({
  id: tenant.newId(),
  name: given.name,
  taxAmount: given.taxAmount,
  taxCode: given.taxCode,
  taxCodeDescription: given.taxCodeDescription ?? null,
  taxDate: given.taxDate,
  taxMode: given.taxMode,
  taxRate: given.taxRate,
  taxRateDescription: given.taxRateDescription ?? null,
  taxRateType: given.taxRateType,
  exemptAmount: given.exemptAmount ?? 0,
  jurisdiction: given.jurisdiction ?? null,
  locationCode: given.locationCode ?? null,
});

/** Items of a standalone invoice: each with its discounts below it. */
export function standaloneItems(
  tenant: Tenant,
  given: readonly z.output<typeof standaloneItemSchema>[],
  currency: string,
): InvoiceItem[] {
  return given.flatMap((one) => {
    const charge = tenant.data.productCharges.find((found) => found.id === one.productRatePlanChargeId);
    const plan = tenant.data.productRatePlans.find((found) => found.id === charge?.productRatePlanId);
    const product = tenant.data.products.find((found) => found.id === plan?.productId);
    const fields = (from: Omit<typeof one, 'serviceStartDate'>) => ({
      chargeName: from.chargeName ?? charge?.name ?? 'Charge',
      chargeAmount: money(exact(from.amount), currency),
      description: from.description ?? null,
      productRatePlanChargeId: from.productRatePlanChargeId ?? null,
      sku: from.sku ?? product?.sku ?? null,
      productName: product?.name ?? null,
      taxItems: (from.taxItems ?? []).map((tax) => taxItem(tenant, tax)),
      unitPrice: from.unitPrice ?? null,
      serviceStartDate: one.serviceStartDate,
      serviceEndDate: one.serviceEndDate ?? null,
    });
    const item = plainItem(tenant, { ...fields(one), quantity: one.quantity ?? 1, uom: one.uom ?? null });
    const discounts = (one.discountItems ?? []).map((discount) =>
      plainItem(tenant, { ...fields(discount), processingType: 'Discount', appliedToItemId: item.id }),
    );
    return [item, ...discounts];
  });
}
