type Again = () => Promise<void>;

type Source<Config, Data, Value> = {
  /** Emitted before anything is known. */
  initial: Value;
  /** False while a value that the call needs is undefined; nothing is called then. */
  ready(config: Config): boolean;
  load(config: Config): Promise<Data>;
  value(data: Data, again: Again): Value;
  fault(fault: unknown, again: Again): Value;
};

const connected = new Set<Again>();

/** Runs every connected adapter again, as Lightning Data Service does when a record has changed. */
export async function invalidateAll(): Promise<void> {
  await Promise.all([...connected].map((again) => again()));
}

/**
 * A wire adapter over a call (LWC RFC "Wire Protocol": connect, update, disconnect). Only the answer to the newest call is
 * emitted, and none after the component has left the page.
 */
export function wireAdapter<Config, Data, Value>(source: Source<Config, Data, Value>) {
  return class {
    readonly #emit: (value: Value) => void;
    readonly #again: Again = () => this.#run();
    #config: Config | undefined;
    #connected = false;
    #newest = 0;

    constructor(emit: (value: Value) => void) {
      this.#emit = emit;
      emit(source.initial);
    }

    connect(): void {
      this.#connected = true;
      connected.add(this.#again);
      void this.#run();
    }

    disconnect(): void {
      this.#connected = false;
      connected.delete(this.#again);
    }

    update(config: Config): void {
      this.#config = config;
      void this.#run();
    }

    async #run(): Promise<void> {
      const call = ++this.#newest;
      const config = this.#config;
      if (!this.#connected || config === undefined || !source.ready(config)) return;
      let value: Value;
      try {
        value = source.value(await source.load(config), this.#again);
      } catch (fault) {
        value = source.fault(fault, this.#again);
      }
      if (call === this.#newest && this.#connected) this.#emit(value);
    }
  };
}
