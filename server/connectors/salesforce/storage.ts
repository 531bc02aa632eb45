import { z } from 'zod';
import { queriesAll } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';
import { toFault } from './errors.ts';
import { rowShapes } from './shapes.ts';

const limitsSchema = z.looseObject({ DataStorageMB: z.looseObject({ Max: z.number(), Remaining: z.number() }) });

/** @returns rows of our objects that are in the org, by object; those in the recycle bin take no storage */
export async function countRows(client: SalesforceClient, apiVersion: string): Promise<Map<string, number>> {
  const objects = rowShapes.map(({ object }) => object).filter((object) => object !== 'Account');
  const counts = new Map<string, number>();
  await queriesAll(
    client,
    apiVersion,
    objects.map((object) => `SELECT COUNT(Id) total FROM ${object} WHERE IsDeleted = false`),
    async (query, [found]) => void counts.set(objects[query]!, Number(found?.['total'] ?? 0)),
  );
  return counts;
}

/** Source: REST API Developer Guide, "Limits". @returns null when the user may not see it */
export async function dataStorage(client: SalesforceClient): Promise<{ allowedMb: number; leftMb: number } | null> {
  try {
    const parsed = limitsSchema.safeParse(await (await client.session()).request('/limits'));
    if (!parsed.success) return null;
    const { Max: allowedMb, Remaining: leftMb } = parsed.data.DataStorageMB;
    return { allowedMb, leftMb };
  } catch (error) {
    throw toFault(error, 'ask for the limits of the org');
  }
}
