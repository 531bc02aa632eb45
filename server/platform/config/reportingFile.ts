import { z } from 'zod';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';

/** What an org has chosen for its reports: rates to tell ARR of all currencies in one, names of customers by ARR, and what counts as MRR. */
export type ReportingConfig = {
  /** `date` is YYYY-MM-DD; `rates` what one unit of a currency is worth in `currency`, decimals as text. */
  conversion: { currency: string; date: string; rates: Readonly<Record<string, string>> } | null;
  /** From the highest to the lowest; `from` is the least ARR of a tier in major units. */
  tiers: { currency: string; bands: readonly { name: string; from: string }[] } | null;
  /** Of Stripe alone: which discounts come off MRR, and when a cancellation is churn. */
  mrr: { discounts: 'recurring' | 'one-time' | 'both' | 'neither'; churn: 'end' | 'cancellation' };
};

export const NO_REPORTING: ReportingConfig = {
  conversion: null,
  tiers: null,
  mrr: { discounts: 'recurring', churn: 'end' },
};

const EXAMPLE =
  '{"conversion": {"currency": "USD", "date": "2026-11-01", "rates": {"EUR": "1.0834"}}, "tiers": {"currency": "USD", "bands": [{"name": "Enterprise", "from": "100000"}]}, "mrr": {"discounts": "both", "churn": "cancellation"}}';

const currency = z.string().regex(/^[A-Z]{3}$/, 'It must be the code of a currency, such as EUR.');
const decimal = z
  .string('It must be a decimal number in quotes.')
  .regex(/^\d{1,9}(\.\d{1,12})?$/, { error: 'It must be a decimal number, such as "1.0834".', abort: true });
const amount = z
  .string('It must be a decimal number in quotes.')
  .regex(/^\d{1,12}(\.\d{1,3})?$/, 'It must be an amount, such as "100000".');
const date = z.iso.date('It must be a day, such as 2026-11-01.');

const conversionSchema = z
  .strictObject({
    currency,
    date,
    rates: z.record(
      currency,
      decimal.refine((rate) => Number(rate) > 0, 'It must be above 0.'),
    ),
  })
  .refine((one) => !(one.currency in one.rates), {
    path: ['rates'],
    error: 'It must not name the currency that amounts are converted to.',
  });

const tiersSchema = z.strictObject({
  currency,
  bands: z
    .array(z.strictObject({ name: z.string().trim().min(1, 'It is empty.').max(80, 'It is too long.'), from: amount }))
    .min(1, 'It is empty.')
    .refine((bands) => new Set(bands.map(({ name }) => name)).size === bands.length, 'Two tiers have the same name.')
    .refine(
      (bands) => new Set(bands.map(({ from }) => Number(from))).size === bands.length,
      'Two tiers begin with the same ARR.',
    )
    .transform((bands) => bands.toSorted((a, b) => Number(b.from) - Number(a.from))),
});

const mrrSchema = z.strictObject({
  discounts: z
    .enum(['recurring', 'one-time', 'both', 'neither'], 'It must be "recurring", "one-time", "both" or "neither".')
    .default(NO_REPORTING.mrr.discounts),
  churn: z.enum(['end', 'cancellation'], 'It must be "end" or "cancellation".').default(NO_REPORTING.mrr.churn),
});

const fileSchema = z
  .strictObject({
    conversion: conversionSchema.nullable().default(null),
    tiers: tiersSchema.nullable().default(null),
    mrr: mrrSchema.default(NO_REPORTING.mrr),
  })
  .refine(({ conversion, tiers }) => !conversion || !tiers || conversion.currency === tiers.currency, {
    path: ['tiers', 'currency'],
    error: 'It must be the currency that amounts are converted to.',
  });

/**
 * @param path of a JSON file
 * @returns what it says, and every fault of it; nothing when it is wrong
 */
export function readReportingFile(path: string): { reporting: ReportingConfig; faults: ConfigFault[] } {
  const { content, faults } = readJsonFile(path, fileSchema, { variable: 'REPORTING_FILE', example: EXAMPLE });
  return { reporting: content ?? NO_REPORTING, faults };
}
