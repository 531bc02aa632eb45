import { Fault } from '../../../server/domain/fault.ts';
import {
  CHUNKS_A_CALL,
  ROWS_A_CHUNK,
  type OrgChunk,
  type OrgChunkResult,
  type OrgRow,
  type OrgWrite,
  type OrgWriter,
  type OrgWriteResult,
} from '../../../server/workflows/ports/orgRows.ts';
import { call, sleep, type Weather } from './calls.ts';

/** A record of the org. */
export type Held = {
  object: string;
  key: string;
  accountId: string | null;
  fields: OrgRow['fields'];
  parents: OrgRow['parents'];
  rowVersion: number;
};

export const heldId = (row: { object: string; key: string }): string => `${row.object} ${row.key}`;

/** Revision of the billing object that a row shows; null for rows that are derived. */
export function revisionOf(fields: OrgRow['fields']): number | null {
  const found = String(fields['Source_Url__c'] ?? '').match(/rev=(\d+)$/);
  return found ? Number(found[1]) : null;
}

/** What the org refuses for good, whenever it is tried. */
export function isRefused(row: Pick<OrgRow, 'fields'>): boolean {
  return String(row.fields['Name'] ?? '').startsWith('REFUSED');
}

/** What is not in a write stays as it was; a lookup is a field and a relationship. */
function merged(held: Held | undefined, row: OrgRow): Pick<Held, 'fields' | 'parents'> {
  const lookup = (relationship: string) => relationship.replace(/__r$/, '__c');
  const pointing = new Set(Object.keys(row.parents).map(lookup));
  return {
    fields: Object.fromEntries(
      Object.entries({ ...held?.fields, ...row.fields }).filter(([name]) => !pointing.has(name)),
    ),
    parents: Object.fromEntries(
      Object.entries({ ...held?.parents, ...row.parents }).filter(([name]) => row.fields[lookup(name)] !== null),
    ),
  };
}

/** Salesforce as Collections calls see it: partial success, parents by key, row versions that never fall. */
export class OrgModel implements OrgWriter {
  readonly records = new Map<string, Held>();
  readonly #weather: Weather;
  readonly #onViolation: (what: string) => void;
  /** Turned off to show that it is needed. */
  checksRowVersions = true;

  constructor(weather: Weather, onViolation: (what: string) => void) {
    this.#weather = weather;
    this.#onViolation = onViolation;
  }

  usage(): null {
    return null;
  }

  async write(chunks: readonly OrgChunk[]): Promise<OrgChunkResult[]> {
    const { random } = this.#weather;
    for (const { object, writes } of chunks)
      if (writes.length > ROWS_A_CHUNK || writes.some(({ row }) => row.object !== object))
        this.#onViolation(`A chunk holds ${writes.length} rows, or rows of several objects`);
    if (chunks.length > CHUNKS_A_CALL) this.#onViolation(`A call holds ${chunks.length} chunks`);
    const lost = new Fault({ code: 'x', kind: 'unavailable', publicText: 'No answer.', outcomeUnknown: true });
    if (this.#weather.storm && random.chance(5)) {
      // The caller has given up when it lands.
      const landsIn = 200 + random.below(6000);
      void sleep(landsIn).then(() => chunks.map(({ writes }) => this.#apply(writes)));
      await sleep(random.below(landsIn));
      throw lost;
    }
    const answersLost = this.#weather.storm && random.chance(5);
    const results = await call(this.#weather, 'Salesforce', () =>
      chunks.map(({ writes }) =>
        this.#weather.storm && writes.length > 1 && random.chance(2)
          ? new Fault({ code: 'x', kind: 'invalid', publicText: 'The chunk cannot be read.', retryable: true })
          : this.#apply(writes),
      ),
    );
    if (answersLost) throw lost;
    return results;
  }

  #apply(writes: readonly OrgWrite[]): OrgWriteResult[] {
    return writes.map((write) => this.#applyRow(write));
  }

  #applyRow({ row, accountId, rowVersion }: OrgWrite): OrgWriteResult {
    const held = this.records.get(heldId(row));
    if (isRefused(row)) return { outcome: 'refused', retry: 'never', code: 'REFUSED', message: 'Refused for good.' };
    if (this.#weather.storm && this.#weather.random.chance(4))
      return { outcome: 'refused', retry: 'soon', code: 'UNABLE_TO_LOCK_ROW', message: 'Locked.' };
    for (const parent of Object.values(row.parents))
      if (!this.records.has(heldId(parent)))
        return { outcome: 'refused', retry: 'after_parent', code: 'INVALID_FIELD', message: 'No parent.' };
    if (held && held.rowVersion > rowVersion && this.checksRowVersions) return { outcome: 'newer_is_there' };
    const [before, after] = [revisionOf(held?.fields ?? {}), revisionOf(row.fields)];
    if (before !== null && after !== null && after < before)
      this.#onViolation(`${heldId(row)} went back from revision ${before} to ${after} in Salesforce`);
    this.records.set(heldId(row), { ...merged(held, row), object: row.object, key: row.key, accountId, rowVersion });
    return { outcome: 'written' };
  }
}
