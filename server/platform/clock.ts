/** Real and business time; the shape that the ports ask for. */
export type BusinessClock = {
  now(): Date;
  businessNow(): Date;
  /** Calls back after business time was moved. @returns a function that ends the subscription */
  onMove(listener: () => void): () => void;
  stop(): void;
};

/**
 * Real time, with business time moved by what `url` answers.
 * @param url answers `{"offsetMs": number}`, asked each second; null leaves business time real
 * @param onTrouble told once when the address stops answering; the last known offset stays in force
 */
export async function createClock(
  url: string | null,
  onTrouble: (error: unknown) => void = () => {},
): Promise<BusinessClock> {
  const listeners = new Set<() => void>();
  let offsetMs = 0;
  let troubled = false;

  async function poll(address: string): Promise<void> {
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(2000) });
      const answer: unknown = await response.json();
      const read = typeof answer === 'object' && answer !== null && 'offsetMs' in answer ? answer.offsetMs : null;
      if (typeof read !== 'number' || !Number.isFinite(read)) throw new Error('The business clock gave no offset.');
      troubled = false;
      if (read === offsetMs) return;
      offsetMs = read;
      for (const listener of listeners) listener();
    } catch (error) {
      if (!troubled) onTrouble(error);
      troubled = true;
    }
  }

  let timer: NodeJS.Timeout | undefined;
  if (url !== null) {
    await poll(url);
    const next = () => {
      timer = setTimeout(() => void poll(url).finally(() => timer && next()), 1000);
      timer.unref();
    };
    next();
  }
  return {
    now: () => new Date(),
    businessNow: () => new Date(Date.now() + offsetMs),
    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
