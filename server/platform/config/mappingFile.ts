import { z } from 'zod';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';

/** One line of the mapping: a value of billing that goes to one more field of an object in Salesforce. */
export type MappingConfig = {
  object: string;
  /** Null where a field that every org gets is left out. */
  source: string | null;
  target: string;
  /** True where a field that may hold what people entered is written over. */
  overwrite: boolean;
  /** The one currency that the field is in; null where it stands beside the field of the currency. */
  currency: string | null;
};

const EXAMPLE = '{"fields": {"Account": [{"source": "plan", "target": "Plan_Name__c", "overwrite": true}]}}';

const entrySchema = z.strictObject({
  source: z
    .string()
    .regex(
      /^(\w+|metadata\.[^[\]]{1,40}|custom\.[A-Za-z]\w*__c)$/,
      'It must be the name of a source, such as "plan", "metadata.region" (Stripe) or "custom.Region__c" (Zuora), or null to leave a field out.',
    )
    .nullable(),
  target: z.string().regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field.'),
  overwrite: z.boolean('It must be true or false.').default(false),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'It must be the code of a currency.')
    .nullable()
    .default(null),
});
const fileSchema = z.strictObject({
  fields: z.record(z.string().regex(/^[A-Za-z]\w*$/, 'It must be the API name of an object.'), z.array(entrySchema)),
});

/**
 * Reads the file of an admin's mapping. Whether the org has its fields is asked when the server runs.
 * @param path of a JSON file
 * @returns its entries, none when it is wrong, and every fault of its form
 */
export function readMappingFile(path: string): { entries: MappingConfig[]; faults: ConfigFault[] } {
  const { content, faults } = readJsonFile(path, fileSchema, { variable: 'MAPPING_FILE', example: EXAMPLE });
  const entries = Object.entries(content?.fields ?? {}).flatMap(([object, own]) =>
    own.map((entry) => ({ object, ...entry })),
  );
  return { entries, faults };
}
