import { z } from 'zod';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';

const EXAMPLE =
  '{"mode": "shadow", "connection": "zuora", "fields": {"Billing_Account_Wanted__c": true}, "stages": ["Negotiation/Review"]}';

const text = z.string('It must be a text.').min(1, 'It is empty.');

const fileSchema = z
  .strictObject({
    mode: z.enum(['off', 'shadow', 'automatic'], 'It must be "off", "shadow" or "automatic".'),
    connection: z.string('It must be the name of a connection.').min(1, 'It must be the name of a connection.'),
    recordTypes: z
      .array(z.string().regex(/^[A-Za-z]\w*$/, 'It must be the developer name of a record type.'))
      .min(1, 'It is empty.')
      .nullable()
      .default(null),
    fields: z
      .record(
        z.string().regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field of Account.'),
        z.union([z.string(), z.number(), z.boolean()], 'It must be a text, a number, true or false.'),
      )
      .default({}),
    stages: z.array(text).default([]),
    onWonDeal: z.boolean('It must be true or false.').default(false),
    defaults: z
      .strictObject({
        billCycleDay: z
          .int('It must be a day of the month, or 0 for that of the first bill.')
          .min(0, 'It must be 0 at least.')
          .max(31, 'It must be 31 at most.')
          .nullable()
          .default(null),
        paymentTerm: text.nullable().default(null),
        batch: z
          .string()
          .regex(/^Batch\d{1,2}$/, 'It must be Batch1 to Batch50.')
          .nullable()
          .default(null),
        preferredLocales: z.array(text).min(1, 'It is empty.').nullable().default(null),
      })
      .prefault({}),
  })
  .refine(({ fields, stages, onWonDeal }) => Object.keys(fields).length > 0 || stages.length > 0 || onWonDeal, {
    path: ['fields'],
    message: 'It names no criterion: give fields, stages or onWonDeal.',
  });

/** Which Accounts get a billing account ahead of billing, where, and with what that nobody says in Salesforce. */
export type ProvisioningConfig = z.infer<typeof fileSchema>;

/**
 * @param path of a JSON file
 * @returns what it says, and every fault of it; null when it is wrong
 */
export function readProvisioningFile(path: string): { provisioning: ProvisioningConfig | null; faults: ConfigFault[] } {
  const names = { variable: 'PROVISIONING_FILE', example: EXAMPLE } as const;
  const { content, faults } = readJsonFile(path, fileSchema, names);
  return { provisioning: content, faults };
}
