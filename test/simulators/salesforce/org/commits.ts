import { randomUUID } from 'node:crypto';
import type { SimClock } from '../../kit/clock.ts';
import type { Put, Store } from './store.ts';
import type { Actor, Change, Commit, SObject, SRecord } from './types.ts';

function changeType(before: SRecord | null, after: SRecord): Change['type'] | null {
  const [was, is] = [before !== null && before['IsDeleted'] !== true, after['IsDeleted'] !== true];
  if (was && is) return 'UPDATE';
  if (was) return 'DELETE';
  if (!is) return null;
  return before === null ? 'CREATE' : 'UNDELETE';
}

/** Puts as changes of records: several puts of one record are one change, and what was made and deleted at once is none. */
function netChanges(puts: readonly Put[], find: (object: SObject, id: string) => SRecord | undefined): Change[] {
  const first = new Map<string, Put>();
  for (const put of puts) if (!first.has(put.id)) first.set(put.id, put);
  return [...first.values()].flatMap(({ object, id, before = null }) => {
    const after = find(object, id) ?? (before && { ...before, IsDeleted: true });
    const type = after ? changeType(before, after) : null;
    return after && type ? [{ object, type, before, after }] : [];
  });
}

/** Who saves at this moment, and who hears of it once it is kept. */
export class Commits {
  readonly #store: Store;
  readonly #clock: SimClock;
  readonly #listeners = new Set<(commit: Commit) => void>();
  #running = false;

  constructor(store: Store, clock: SimClock) {
    this.#store = store;
    this.#clock = clock;
  }

  listen(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  transaction<T>({ userId, origin = '' }: Actor, work: (rollback: () => void) => T): T {
    if (this.#running) return this.#store.transaction(work);
    let changes: Change[] = [];
    this.#running = true;
    try {
      return this.#store.transaction(work, (puts) => {
        changes = netChanges(puts, (object, id) => this.#store.find(object, id));
      });
    } finally {
      this.#running = false;
      if (changes.length > 0) {
        const commit = { transactionKey: randomUUID(), userId, origin, at: this.#clock.now(), changes };
        for (const listener of this.#listeners) listener(commit);
      }
    }
  }
}
