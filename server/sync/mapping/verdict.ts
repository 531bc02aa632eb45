import { z } from 'zod';
import type { Db } from '../../platform/db/database.ts';
import type { MappingEntry, MappingVerdict } from '../../workflows/ports/orgMapping.ts';
import { digestOf } from '../canonical.ts';
import { saveSetting, settingOf } from '../settings.ts';

const readingSchema = z.object({
  as: z.enum(['text', 'whole text', 'number', 'date', 'instant', 'boolean']),
  digits: z.number(),
  scale: z.number(),
  values: z.array(z.string()).nullable(),
  isEmail: z.boolean(),
});
const verdictSchema = z.object({
  fields: z.array(
    z.object({
      object: z.string(),
      source: z.string().nullable(),
      target: z.string(),
      overwrite: z.boolean(),
      currency: z.string().nullable(),
      length: z.number().nullable(),
      // The build before had none.
      reading: readingSchema.nullable().default(null),
    }),
  ),
  refused: z.array(z.string()),
});

/** A verdict as it was kept, by any process with the same mapping. */
export type KeptVerdict = MappingVerdict & { checkedAt: Date };

/** Verdicts are kept by the mapping that they are of: processes with another one keep their own. */
const nameOf = (entries: readonly MappingEntry[]): string => `mapping:${digestOf(entries)}`;

/** @returns what the org was last found to take of a mapping; null when it was never asked */
export async function keptVerdict(db: Db, entries: readonly MappingEntry[]): Promise<KeptVerdict | null> {
  const value = await settingOf(db, nameOf(entries));
  if (value === null) return null;
  const kept = JSON.parse(value) as { checkedAt: string };
  return { ...verdictSchema.parse(kept), checkedAt: new Date(kept.checkedAt) };
}

export async function keepVerdict(db: Db, entries: readonly MappingEntry[], verdict: KeptVerdict): Promise<void> {
  await saveSetting(db, nameOf(entries), JSON.stringify(verdict));
}

/** @returns what is to be told of a mapping to whoever runs the server; empty where all of it is written */
export function troubleOf(entries: readonly MappingEntry[], verdict: MappingVerdict | null): string {
  if (entries.length === 0) return '';
  if (verdict === null) return 'The mapping of MAPPING_FILE waits for Salesforce to say whether it fits.';
  const { refused } = verdict;
  return refused.length === 0
    ? ''
    : `${refused.length} of ${entries.length} fields of MAPPING_FILE ${refused.length === 1 ? 'is' : 'are'} not written. ${refused.join(' ')}`;
}
