import * as z from 'zod';
import { currencyField, dateField } from '../../protocol/parse.ts';
import { orderFields } from './order.ts';
import { customFields } from './plan.ts';

const text = z.string().optional();

export const previewTypes = [
  'ChargeMetrics',
  'BillingDocs',
  'OrderDeltaMetrics',
  'OrderMetrics',
  'RampMetrics',
  'RampDeltaMetrics',
] as const;

const previewOptions = z.strictObject({
  previewThruType: z.enum(['SpecificDate', 'TermEnd', 'NumberOfPeriods']).optional(),
  previewNumberOfPeriods: z.number().int().positive().optional(),
  specificPreviewThruDate: dateField.optional(),
  previewTypes: z.array(z.enum(previewTypes)).min(1),
});

export type PreviewOptions = z.output<typeof previewOptions>;

/** Stands for an account that does not exist yet. */
const previewAccountInfo = z.strictObject({
  billCycleDay: z.number().int().min(0).max(31),
  currency: currencyField,
  customFields,
  soldToContact: z
    .strictObject({ city: text, country: text, county: text, postalCode: text, state: text, taxRegion: text })
    .optional(),
  taxInfo: z.record(z.string(), z.unknown()).optional(),
});

/** Body of POST /v1/orders/preview and of its asynchronous twin. */
export const previewSchema = z.strictObject({
  ...orderFields,
  previewAccountInfo: previewAccountInfo.optional(),
  previewOptions,
});

export type PreviewRequest = z.output<typeof previewSchema>;
