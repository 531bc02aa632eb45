/** Takes one change back. */
export type Undo = () => void;

/** Rows by key. Rows are replaced and never changed in place, so that a change can be taken back. */
export class Table<Row extends object> {
  readonly #rows = new Map<string, Row>();
  readonly #note: (undo: Undo) => void;

  constructor(note: (undo: Undo) => void) {
    this.#note = note;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  set(key: string, row: Row): void {
    const before = this.#rows.get(key);
    this.#note(() => (before ? this.#rows.set(key, before) : this.#rows.delete(key)));
    this.#rows.set(key, row);
  }

  /** Changes some columns of a row that is there. @returns whether it is */
  patch(key: string, columns: Partial<Row>): boolean {
    const before = this.#rows.get(key);
    if (before) this.set(key, { ...before, ...columns });
    return before !== undefined;
  }

  delete(key: string): boolean {
    const before = this.#rows.get(key);
    if (!before) return false;
    this.#note(() => this.#rows.set(key, before));
    return this.#rows.delete(key);
  }

  entries(): [string, Row][] {
    return [...this.#rows];
  }

  values(): Row[] {
    return [...this.#rows.values()];
  }
}
