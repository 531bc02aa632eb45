import { z } from 'zod';
import { Fault, type FaultKind } from '../../domain/fault.ts';
import type { ZuoraClient } from './client.ts';

/** Conditions that one query of ZOQL may have (Zuora docs, "ZOQL"). */
const MOST_CONDITIONS = 200;

const pageSchema = z.object({
  records: z
    .array(z.object({ UomName: z.string(), DecimalPlaces: z.coerce.number().int() }))
    .nullish()
    .transform((value) => value ?? []),
});

/** What leaves it unknown; anything else is a matter of another try. */
const NOT_TOLD: ReadonlySet<string> = new Set<FaultKind>(['forbidden', 'invalid', 'not_found']);

/** Digits after the point by the name of a unit of measure; units of which Zuora tells nothing are missing. Throws Faults. */
export type UnitDigits = (names: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/**
 * Reads how finely quantities are counted: Zuora rounds what has more digits than its unit of measure, without a word (Zuora
 * docs, "Examples of rounding"). The digits of a unit that is in use never change, so each is read once.
 */
export function createUnitDigits(client: ZuoraClient): UnitDigits {
  const known = new Map<string, number>();

  async function read(names: readonly string[]): Promise<void> {
    const conditions = names.map((name) => `UomName = '${name.replace(/[\\']/g, '\\$&')}'`).join(' or ');
    const queryString = `select UomName, DecimalPlaces from UnitOfMeasure where ${conditions}`;
    const { data } = await client.post('reading units of measure', '/v1/action/query', { queryString }, pageSchema);
    for (const { UomName, DecimalPlaces } of data.records) known.set(UomName, DecimalPlaces);
  }

  return async (names) => {
    const unread = [...new Set(names)].filter((name) => !known.has(name));
    try {
      for (let from = 0; from < unread.length; from += MOST_CONDITIONS)
        await read(unread.slice(from, from + MOST_CONDITIONS));
    } catch (error) {
      if (!(error instanceof Fault) || !NOT_TOLD.has(error.kind)) throw error;
    }
    return known;
  };
}
