/**
 * Runs `run` each `seconds` until the returned function is called. The one place that owns a timer, so that each
 * component which starts one has a way to stop it.
 */
export function every(seconds: number, run: () => unknown): () => void {
  const timer = setInterval(run, seconds * 1000);
  return () => clearInterval(timer);
}

/** Runs `run` each time the page becomes visible again, until the returned function is called. */
export function whenVisible(run: () => unknown): () => void {
  const changed = () => {
    if (document.visibilityState === 'visible') {
      run();
    }
  };
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
}

export type Watch = {
  /** While something is under way that the person would want to watch, asks each minute. */
  inMotion(moves: boolean): void;
  stop(): void;
};

const WATCH_SECONDS = 60;

/** Runs `run` whenever the page is seen again, and each minute while something is in motion and the page is seen. */
export function watch(run: () => unknown): Watch {
  const stopVisible = whenVisible(run);
  let stopMoving: (() => void) | undefined;
  const inMotion = (moves: boolean) => {
    if (moves && !stopMoving) {
      stopMoving = every(WATCH_SECONDS, () => document.visibilityState !== 'hidden' && run());
    } else if (!moves) {
      stopMoving?.();
      stopMoving = undefined;
    }
  };
  return {
    inMotion,
    stop() {
      stopVisible();
      inMotion(false);
    },
  };
}
