import * as z from 'zod';
import { currencyField, dateField } from '../protocol/parse.ts';
import type { MemoItem } from './memos.ts';

const shared = {
  comment: z.string().max(255).optional(),
  effectiveDate: dateField.optional(),
  reasonCode: z.string().optional(),
  autoPost: z.boolean().optional(),
};

const item = {
  amount: z.number().min(0).optional(),
  /** Up to version 256; `description` afterwards. */
  comment: z.string().optional(),
  description: z.string().optional(),
  quantity: z.number().min(0).optional(),
  serviceStartDate: dateField.optional(),
  serviceEndDate: dateField.optional(),
};

/** Body of a memo from charges of the catalog. */
export const chargesSchema = z.strictObject({
  ...shared,
  accountId: z.string().optional(),
  accountNumber: z.string().optional(),
  currency: currencyField.optional(),
  charges: z
    .array(
      z.strictObject({
        ...item,
        chargeId: z.string().optional(),
        memoItemAmount: z.number().min(0).optional(),
        productRatePlanChargeId: z.string(),
      }),
    )
    .min(1)
    .max(1000),
});

/** Body of a memo from an invoice; without items it takes every one whole. */
export const fromInvoiceSchema = z.strictObject({
  ...shared,
  invoiceId: z.string().optional(),
  taxAutoCalculation: z.boolean().optional(),
  items: z
    .array(
      z.strictObject({
        ...item,
        amount: z.number().min(0),
        invoiceItemId: z.string(),
        skuName: z.string(),
        taxMode: z.enum(['TaxExclusive', 'TaxInclusive']).optional(),
        unitOfMeasure: z.string().optional(),
      }),
    )
    .min(1)
    .max(1000)
    .optional(),
});

type Given = {
  amount?: number | undefined;
  memoItemAmount?: number | undefined;
  comment?: string | undefined;
  description?: string | undefined;
};

export const memoItemsOf = <T extends Given>(given: readonly T[]): MemoItem[] =>
  given.map((one) => ({
    ...one,
    amount: one.memoItemAmount ?? one.amount,
    description: one.description ?? one.comment,
  }));
