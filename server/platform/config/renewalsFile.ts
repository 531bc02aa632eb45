import { z } from 'zod';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';

const EXAMPLE =
  '{"mode": "shadow", "daysBefore": 90, "stages": {"open": "Prospecting", "won": "Closed Won", "lost": "Closed Lost"}, "recordType": "Renewal", "owner": "renewals@example.com"}';

const days = (least: number) =>
  z
    .int('It must be a whole number of days.')
    .min(least, `It must be ${least} at least.`)
    .max(730, 'It must be 730 at most.');
const stage = z.string('It must be the name of a stage.').min(1, 'It must be the name of a stage.').max(255);
const fieldName = z.string().regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field of Opportunity.');
const word = z.string('It must be a text.').min(1, 'It is empty.').max(255, 'It is too long.');

const fileSchema = z
  .strictObject({
    mode: z.enum(['off', 'shadow', 'automatic'], 'It must be "off", "shadow" or "automatic".'),
    daysBefore: days(1).default(90),
    closeDaysBefore: days(0).default(0),
    graceDays: days(0).default(0),
    group: z
      .enum(['subscription', 'billingAccount'], 'It must be "subscription" or "billingAccount".')
      .default('subscription'),
    stages: z.strictObject({ open: stage, won: stage, lost: stage }),
    recordType: z
      .string()
      .regex(/^[A-Za-z]\w*$/, 'It must be the developer name of a record type.')
      .nullable()
      .default(null),
    owner: word.nullable().default(null),
    lossReason: z
      .strictObject({
        field: fieldName,
        values: z.strictObject({ canceled: word, paymentsFailed: word, expired: word, termChanged: word }),
      })
      .nullable()
      .default(null),
    products: z.boolean('It must be true or false.').default(true),
    defaults: z
      .record(fieldName, z.union([z.string(), z.number(), z.boolean()], 'It must be a text, a number, true or false.'))
      .default({}),
  })
  .refine(({ closeDaysBefore, daysBefore }) => closeDaysBefore <= daysBefore, {
    path: ['closeDaysBefore'],
    message: 'It must not be more than daysBefore: a deal would be overdue on the day it is opened.',
  });

/** When renewals become deals of Salesforce, and how those look. */
export type RenewalsConfig = z.infer<typeof fileSchema>;

/**
 * @param path of a JSON file
 * @returns what it says, and every fault of it; null when it is wrong
 */
export function readRenewalsFile(path: string): { renewals: RenewalsConfig | null; faults: ConfigFault[] } {
  const { content, faults } = readJsonFile(path, fileSchema, { variable: 'RENEWALS_FILE', example: EXAMPLE });
  return { renewals: content, faults };
}
