import { Fault } from '../../domain/fault.ts';
import type { OrgChunk, OrgChunkResult, OrgWrite, OrgWriteResult } from '../../workflows/ports/orgRows.ts';

/** Source: Object Reference, "PricebookEntry" (Product2Id) and "OpportunityLineItem" (OpportunityId, PricebookEntryId). */
const MADE_OF = ['PricebookEntry', 'OpportunityLineItem'];

/**
 * A price, or a line, that is there already, as after an answer that was lost: what it was made with cannot be changed of it, so
 * that sending that again is refused.
 */
function isThere({ row }: OrgWrite, result: OrgWriteResult): boolean {
  if (!MADE_OF.includes(row.object) || row.initial === undefined || result.outcome !== 'refused') return false;
  return result.code === 'INVALID_FIELD_FOR_INSERT_UPDATE';
}

function withoutInitial({ row: { initial: _, ...row }, ...write }: OrgWrite): OrgWrite {
  return { ...write, row };
}

/**
 * Sends rows of a chunk once more without what they were made with, where it turns out that they are there.
 * @param result of the chunk as it was sent first
 */
export async function writeMadeBefore(
  chunk: OrgChunk,
  result: OrgChunkResult,
  write: (chunk: OrgChunk) => Promise<OrgChunkResult>,
): Promise<OrgChunkResult> {
  if (result instanceof Fault) return result;
  const there = chunk.writes.flatMap((one, at) => (isThere(one, result[at]!) ? [at] : []));
  if (there.length === 0) return result;
  const answer = await write({ ...chunk, writes: there.map((at) => withoutInitial(chunk.writes[at]!)) });
  return result.map((one, at): OrgWriteResult => {
    const place = there.indexOf(at);
    if (place < 0) return one;
    if (!(answer instanceof Fault)) return answer[place]!;
    return { outcome: 'refused', retry: 'soon', code: answer.code, message: answer.publicText };
  });
}
