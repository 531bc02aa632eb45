import { Fault } from '../../domain/fault.ts';
import {
  CHUNKS_A_CALL,
  ROWS_A_CHUNK,
  type OrgChunk,
  type OrgChunkResult,
  type OrgWriter,
} from '../../workflows/ports/orgRows.ts';
import type { OrgCalls } from './calls.ts';
import {
  collectionsRequest,
  compositeRequest,
  mayGoInComposite,
  readCollections,
  readComposite,
} from './collections.ts';
import { toChunkResult, toFault } from './errors.ts';
import { writeMadeBefore } from './madeBefore.ts';

/** How long an org that refuses Collections inside Composite is taken at its word, in ms. */
const composeAgainAfterMs = 3_600_000;

/** Rows to Salesforce by sObject Collections, several of them in one Composite call; what is sent is never sent again here. */
export function createOrgWriter(calls: OrgCalls): OrgWriter {
  let composeFrom = 0;

  async function writeAlone(chunk: OrgChunk): Promise<OrgChunkResult> {
    try {
      return readCollections(await calls.send('collections', collectionsRequest(chunk)), chunk);
    } catch (error) {
      return toChunkResult(error, chunk);
    }
  }

  /** One call a chunk, in order; after one that was not answered nothing more is sent. */
  async function writeEach(chunks: readonly OrgChunk[]): Promise<OrgChunkResult[]> {
    const results: OrgChunkResult[] = [];
    let stopped: Fault | undefined;
    for (const chunk of chunks) {
      const result: OrgChunkResult = stopped ?? (await writeAlone(chunk));
      if (result instanceof Fault && result.kind !== 'invalid') stopped = result;
      results.push(result);
    }
    return results;
  }

  /** A chunk that Salesforce refuses inside Composite is sent alone: it may be Composite that it refuses. */
  async function writeTogether(chunks: readonly OrgChunk[]): Promise<OrgChunkResult[]> {
    let results: OrgChunkResult[];
    try {
      const request = compositeRequest(chunks.map(collectionsRequest), await calls.version());
      const answer = await calls.send('composite', request);
      results = readComposite(answer, chunks);
    } catch (error) {
      const fault = toFault(error, 'write several objects');
      if (fault.kind !== 'invalid') throw fault;
      results = chunks.map(() => fault);
    }
    const refused = chunks.filter((_chunk, index) => isRefused(results[index]!));
    if (refused.length === 0) return results;
    const alone = await writeEach(refused);
    if (refused.length === chunks.length && alone.every((result) => !isRefused(result)))
      composeFrom = Date.now() + composeAgainAfterMs;
    return chunks.map((chunk, index) => (refused.includes(chunk) ? alone[refused.indexOf(chunk)]! : results[index]!));
  }

  return {
    usage: () => calls.usage(),
    async write(chunks) {
      if (chunks.length > CHUNKS_A_CALL || chunks.some(({ writes }) => writes.length > ROWS_A_CHUNK))
        throw new Fault({
          code: 'too_many_rows',
          kind: 'bug',
          publicText: `A call takes ${CHUNKS_A_CALL} chunks of ${ROWS_A_CHUNK} rows at most.`,
        });
      // Without a session nothing was sent, whatever was to be.
      await calls.version();
      const together =
        chunks.length > 1 &&
        Date.now() >= composeFrom &&
        chunks.every((chunk) => mayGoInComposite(collectionsRequest(chunk)));
      const results = together ? await writeTogether(chunks) : await writeEach(chunks);
      const [first] = results;
      if (first instanceof Fault && first.kind !== 'invalid' && results.every((result) => result === first))
        throw first;
      return Promise.all(chunks.map((chunk, index) => writeMadeBefore(chunk, results[index]!, writeAlone)));
    },
  };
}

/** Refused as a whole, which proves that none of its rows was written. */
const isRefused = (result: OrgChunkResult): boolean =>
  result instanceof Fault
    ? result.kind === 'invalid'
    : result.every((row) => row.outcome === 'refused' && row.retry === 'mapping' && row.code === 'NOT_FOUND');
