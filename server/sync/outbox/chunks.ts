import type { TakenRow } from './pending.ts';

/** Rows of one object that go in one call. */
export type Chunk = { object: string; rows: TakenRow[] };

const ROWS_PER_CALL = 200;

/**
 * Cuts rows into calls: parents before children, one object a call, as few calls as possible.
 * @param rows sorted by partition and Account
 * @param objectOrder objects, parents first; others come last
 */
export function chunksOf(rows: readonly TakenRow[], objectOrder: readonly string[]): Chunk[] {
  const byObject = Map.groupBy(rows, ({ row }) => row.object);
  const rank = (object: string) => (objectOrder.includes(object) ? objectOrder.indexOf(object) : objectOrder.length);
  return [...byObject.entries()]
    .sort(([a], [b]) => rank(a) - rank(b))
    .flatMap(([object, all]) =>
      Array.from({ length: Math.ceil(all.length / ROWS_PER_CALL) }, (_, index) => ({
        object,
        rows: all.slice(index * ROWS_PER_CALL, (index + 1) * ROWS_PER_CALL),
      })),
    );
}
