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
