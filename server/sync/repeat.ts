/** Work that is done again and again: one run after the other, with a wait in between. */
export type Repeated = {
  /** @param firstAfterMs wait before the first run; absent, as between runs */
  start(firstAfterMs?: number): void;
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>;
};

/**
 * @param run returns how long to wait until the next one, ms, where that is not `everyMs`
 * @param onError told of a run that failed; the next one comes all the same
 */
export function repeat(
  run: () => Promise<number | void>,
  everyMs: number,
  onError: (error: unknown) => void,
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function once(): Promise<void> {
    const waitMs = await run().catch((error: unknown) => void onError(error));
    if (timer !== undefined) start(waitMs ?? everyMs);
  }

  function start(afterMs = everyMs): void {
    timer = setTimeout(() => void (running = once()), afterMs);
  }

  return {
    start,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
  };
}
