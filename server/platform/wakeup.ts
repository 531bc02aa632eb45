/** Tells a loop in the same process that there is work; other processes find it by their poll. */
export type Wakeup = {
  notify(): void;
  /** Resolves at the next `notify`, at once when one came since the last wait, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void>;
};

export function createWakeup(): Wakeup {
  let pending = false;
  let resolveWait: (() => void) | null = null;
  return {
    notify() {
      if (resolveWait) resolveWait();
      else pending = true;
    },
    wait(timeoutMs) {
      if (pending) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          resolveWait = null;
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        resolveWait = done;
      });
    },
  };
}
