/**
 * Finds rows of an array by a key that never changes. Rows may be added at the end and taken out anywhere: that the
 * last row it has seen still stands at its place tells whether what it knows still holds.
 */
export class RowIndex<T> {
  readonly #keyOf: (row: T) => unknown;
  #rows: readonly T[] = [];
  #count = 0;
  #last: T | undefined;
  #byKey = new Map<unknown, T[]>();

  constructor(keyOf: (row: T) => unknown) {
    this.#keyOf = keyOf;
  }

  /** @returns rows with the key, oldest first */
  get(rows: readonly T[], key: unknown): readonly T[] {
    return this.#follow(rows).get(key) ?? [];
  }

  /** The newest row of every key, in the order in which the keys came. */
  lasts(rows: readonly T[]): T[] {
    return [...this.#follow(rows).values()].map((found) => found.at(-1)!);
  }

  #follow(rows: readonly T[]): Map<unknown, T[]> {
    if (rows !== this.#rows || rows.length < this.#count || rows[this.#count - 1] !== this.#last) {
      this.#rows = rows;
      this.#count = 0;
      this.#byKey = new Map();
    }
    for (; this.#count < rows.length; this.#count++) {
      const row = rows[this.#count]!;
      const key = this.#keyOf(row);
      const found = this.#byKey.get(key);
      if (found) found.push(row);
      else this.#byKey.set(key, [row]);
    }
    this.#last = rows[this.#count - 1];
    return this.#byKey;
  }
}
