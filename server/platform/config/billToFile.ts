import { z } from 'zod';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';

const EXAMPLE = '{"connections": {"zuora": {"mode": "shadow"}, "stripe": {"mode": "automatic", "fields": ["email"]}}}';

const FIELDS = ['company', 'name', 'email', 'phone', 'address'] as const;

const ofConnection = z.strictObject({
  mode: z.enum(['off', 'shadow', 'automatic'], 'It must be "off", "shadow" or "automatic".'),
  fields: z
    .array(z.enum(FIELDS, `It must be one of ${FIELDS.map((field) => `"${field}"`).join(', ')}.`))
    .min(1, 'It names no field; "mode": "off" takes none over.')
    .default([...FIELDS]),
});

const fileSchema = z.strictObject({ connections: z.record(z.string(), ofConnection) });

/** What billing takes over from Salesforce of whom invoices name, by connection. */
export type BillToConfig = z.infer<typeof fileSchema>['connections'];

/**
 * @param path of a JSON file
 * @returns what it says, and every fault of it; null when it is wrong
 */
export function readBillToFile(path: string): { billTo: BillToConfig | null; faults: ConfigFault[] } {
  const { content, faults } = readJsonFile(path, fileSchema, { variable: 'BILL_TO_FILE', example: EXAMPLE });
  return { billTo: content?.connections ?? null, faults };
}
