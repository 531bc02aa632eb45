type Timer = { at: number; order: number; everyMs: number | null; run: () => void; cleared: boolean };

const real = {
  Date,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  performanceNow: performance.now,
};

/** Timers by their time, then in the order in which they were set. */
class Queue {
  readonly #heap: Timer[] = [];

  push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(timer, heap[parent]!); parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      heap[parent] = timer;
      at = parent;
    }
  }

  first(): Timer | undefined {
    while (this.#heap[0]?.cleared) this.#pop();
    return this.#heap[0];
  }

  take(): Timer | undefined {
    const first = this.first();
    if (first) this.#pop();
    return first;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let least = 2 * at + 1;
      if (least >= heap.length) break;
      if (least + 1 < heap.length && isBefore(heap[least + 1]!, heap[least]!)) least += 1;
      if (!isBefore(heap[least]!, last)) break;
      heap[at] = heap[least]!;
      at = least;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

/** `Date` by another clock. Not a subclass: the domain makes many, and those of a subclass take ten times as long. */
function dateAt(now: () => number): DateConstructor {
  function VirtualDate(...given: unknown[]): Date {
    if (given.length === 0) return new real.Date(now());
    return given.length === 1 ? new real.Date(given[0] as number) : new real.Date(...(given as [number, number]));
  }
  const { UTC, parse, prototype } = real.Date;
  return Object.assign(VirtualDate, { UTC, parse, prototype, now }) as unknown as DateConstructor;
}

/**
 * Time that passes only when it is told to, timer by timer: `Date`, `performance.now`, timeouts and intervals. Like the
 * fake timers of vitest, without their real waits between two timers.
 */
export class VirtualTime {
  #now: number;
  #order = 0;
  readonly #queue = new Queue();

  /** Replaces the clocks and timers of this process until `end`. */
  constructor(start: number) {
    this.#now = start;
    const now = () => this.#now;
    const set = (
      run: (...args: unknown[]) => void,
      ms: number | undefined,
      args: unknown[],
      repeats: boolean,
    ): Timer => {
      const wait = Math.max(1, Math.trunc(ms ?? 0) || 0);
      const everyMs = repeats ? wait : null;
      const timer: Timer = {
        at: this.#now + wait,
        order: (this.#order += 1),
        everyMs,
        run: () => run(...args),
        cleared: false,
      };
      this.#queue.push(timer);
      return timer;
    };
    const clear = (timer: Timer | undefined) => {
      if (timer) timer.cleared = true;
    };
    Object.assign(globalThis, {
      Date: dateAt(now),
      setTimeout: (run: () => void, ms?: number, ...args: unknown[]) => set(run, ms, args, false),
      setInterval: (run: () => void, ms?: number, ...args: unknown[]) => set(run, ms, args, true),
      clearTimeout: clear,
      clearInterval: clear,
    });
    performance.now = () => this.#now - start;
  }

  /** Lets everything happen that is due until a moment (ms since 1970), each timer before the next. */
  async runUntil(moment: number): Promise<void> {
    for (;;) {
      // All that the last timer set free comes to rest before the next one.
      await new Promise((resolve) => real.setImmediate(resolve));
      const next = this.#queue.first();
      if (!next || next.at > moment) break;
      this.#queue.take();
      this.#now = Math.max(this.#now, next.at);
      if (next.everyMs !== null)
        this.#queue.push(Object.assign(next, { at: this.#now + next.everyMs, order: (this.#order += 1) }));
      next.run();
    }
    this.#now = Math.max(this.#now, moment);
  }

  end(): void {
    const { performanceNow, ...globals } = real;
    Object.assign(globalThis, globals);
    performance.now = performanceNow;
  }
}
