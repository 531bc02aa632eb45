import { gather } from '../../../platform/gather.ts';

/** @returns what waits to be worked, longest first, and which state of its key; nothing that is being worked */
export type Waiting = (most: number) => Promise<readonly { id: string; generation: number }[]>;

type Early<Value> = { generation: number; at: number; found: Promise<ReadonlyMap<string, Value>> };

/** A record that was read ahead is told for so long (real time, ms): people may have gone on since. */
const FRESH_MS = 5_000;

/**
 * Reads records by id, those that are asked for at about the same time in one call. Where that leaves room, what waits to be
 * worked is read along: a thousand records that changed at once are ten calls, however few are worked at the same time. What
 * was read along is told only to whoever works the very state of the key that was there before it was read; a later change
 * has it read again.
 * @param most records of a call
 * @param read records by id; those that are not there are missing
 */
export function readAhead<Value>(
  most: number,
  read: (ids: string[]) => Promise<ReadonlyMap<string, Value>>,
  waiting: Waiting,
): (id: string, generation?: number) => Promise<Value | undefined> {
  const early = new Map<string, Early<Value>>();
  const isFresh = ({ at }: Early<Value>): boolean => Date.now() - at < FRESH_MS;

  const readNow = gather<string, Value>(most, async (asked) => {
    for (const [id, one] of early) if (!isFresh(one)) early.delete(id);
    const next = asked.length < most ? await waiting(most + early.size) : [];
    const along = next.filter(({ id }) => !early.has(id) && !asked.includes(id)).slice(0, most - asked.length);
    const at = Date.now();
    const found = read([...asked, ...along.map(({ id }) => id)]);
    for (const { id, generation } of along) early.set(id, { generation, at, found });
    return found;
  });

  return async (id, generation) => {
    const known = early.get(id);
    early.delete(id);
    if (known === undefined || known.generation !== generation || !isFresh(known)) return readNow(id);
    return (await known.found).get(id);
  };
}
