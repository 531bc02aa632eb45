import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The state of a simulator: plain JSON data, kept in a file when one is given. */
export class SimState<T> {
  data: T;
  /** True when the data came from the file of an earlier run. */
  readonly restored: boolean;
  readonly #file: string | undefined;
  readonly #initial: () => T;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string | undefined, initial: () => T) {
    this.#file = file;
    this.#initial = initial;
    this.restored = file !== undefined && existsSync(file);
    this.data = this.restored ? (JSON.parse(readFileSync(file!, 'utf8')) as T) : initial();
  }

  /** Call after every change; the file follows within 100 ms. */
  touch(): void {
    if (!this.#file || this.#timer) return;
    this.#timer = setTimeout(() => this.flush(), 100);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#file) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    const next = `${this.#file}.next`;
    writeFileSync(next, JSON.stringify(this.data));
    renameSync(next, this.#file);
  }

  reset(): void {
    this.data = this.#initial();
    this.touch();
  }
}
