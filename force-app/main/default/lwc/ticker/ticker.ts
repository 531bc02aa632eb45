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

const WATCH_SECONDS = 60;

/**
 * Runs `run` whenever the page is seen again, and each minute while the page is seen and something moves that the person
 * would want to watch.
 *
 * @returns what stops it
 */
export function watch(run: () => unknown, moves: () => boolean): () => void {
  const look = () => moves() && document.visibilityState !== 'hidden' && run();
  const stops = [whenVisible(run), every(WATCH_SECONDS, look)];
  return () => stops.forEach((stop) => stop());
}
