import { CHUNKS_A_CALL, ROWS_A_CHUNK } from '../../workflows/ports/orgRows.ts';
import type { TakenRow } from './pending.ts';

/** Rows of one object that go together. */
export type Chunk = { object: string; rows: TakenRow[] };

/** From so many rows on they are worth a second call at the same time. */
const ROWS_A_LANE = CHUNKS_A_CALL * ROWS_A_CHUNK;

/**
 * Cuts rows into chunks: parents before children, one object a chunk, as few as possible.
 * @param rows sorted by partition and Account
 * @param objectOrder objects, parents first; others come last
 */
export function chunksOf(rows: readonly TakenRow[], objectOrder: readonly string[]): Chunk[] {
  const byObject = Map.groupBy(rows, ({ row }) => row.object);
  const rank = (object: string) => (objectOrder.includes(object) ? objectOrder.indexOf(object) : objectOrder.length);
  return [...byObject.entries()]
    .sort(([a], [b]) => rank(a) - rank(b))
    .flatMap(([object, all]) => slicesOf(all, ROWS_A_CHUNK).map((rows) => ({ object, rows })));
}

/** Chunks that go in one call, in the same order. */
export function callsOf(chunks: readonly Chunk[]): Chunk[][] {
  return slicesOf(chunks, CHUNKS_A_CALL);
}

/**
 * Splits rows into lanes that may be written at the same time because they have no partition, and so no Account, in common.
 * @param most lanes
 */
export function lanesOf(rows: readonly TakenRow[], most: number): TakenRow[][] {
  const count = Math.max(1, Math.min(most, Math.floor(rows.length / ROWS_A_LANE)));
  const lanes = Array.from({ length: count }, (): TakenRow[] => []);
  const partitions = [...Map.groupBy(rows, ({ partition }) => partition).values()];
  for (const ofPartition of partitions.sort((a, b) => b.length - a.length))
    lanes.reduce((least, lane) => (lane.length < least.length ? lane : least)).push(...ofPartition);
  return lanes.filter((lane) => lane.length > 0);
}

function slicesOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
