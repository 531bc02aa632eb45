import type { Log } from '../platform/log.ts';

/** Work that one process at a time may do, by name. A lease that is not renewed ends by the store's clock. */
export interface LeaseStore {
  /** Takes or renews leases. @returns names of those that are now the owner's; the others are somebody else's for now */
  takeLeases(names: readonly string[], owner: string, leaseMs: number): Promise<string[]>;
  giveLeases(names: readonly string[], owner: string): Promise<void>;
}

export type LeaseHolder = { store: LeaseStore; owner: string; leaseMs: number; log: Log };

/** Leases that are renewed after each third of their time, and again soon while no answer has come. */
export type KeptLeases = {
  /**
   * False once it is not sure any more that all stay held until the next renewal: the last answer came late, or none did, so
   * that another process may have one of them. What takes a while is begun only while it is true.
   */
  held(): boolean;
  /**
   * Renews no more, and waits for renewals on their way, but no longer than leases last: one that came after they were
   * given back would take them again.
   */
  end(): Promise<void>;
};

/**
 * Keeps leases that were just taken.
 * @param takenAt when they were asked for, of `performance.now()`
 * @param onLost told when another process has one of them
 */
export function keepLeases(
  { store, owner, leaseMs, log }: LeaseHolder,
  names: readonly string[],
  takenAt: number,
  onLost: () => void = () => {},
): KeptLeases {
  const renewMs = leaseMs / 3;
  let heldFrom = takenAt;
  let lost = false;
  const underway = new Set<Promise<void>>();

  async function renew(): Promise<void> {
    const asked = performance.now();
    try {
      if ((await store.takeLeases(names, owner, leaseMs)).length < names.length) {
        lost = true;
        onLost();
      } else heldFrom = Math.max(heldFrom, asked);
    } catch (error) {
      log.warn({ err: error }, 'A lease was not renewed');
    }
  }

  // One that gets no answer does not hold up the next; one that was taken late is renewed at once.
  function renewWhenDue(): void {
    if (performance.now() - heldFrom < renewMs) return;
    const renewal = renew().finally(() => underway.delete(renewal));
    underway.add(renewal);
  }
  renewWhenDue();
  const timer = setInterval(renewWhenDue, renewMs / 4);
  return {
    held: () => !lost && performance.now() - heldFrom < leaseMs - renewMs,
    async end() {
      clearInterval(timer);
      if (underway.size === 0) return;
      let deadline: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (deadline = setTimeout(resolve, leaseMs)));
      await Promise.race([Promise.all(underway), late]);
      clearTimeout(deadline);
    },
  };
}

/**
 * Lets `work` have those of the leases that no other process has; they are renewed until it ends, and given back.
 * @returns what `work` returns
 * @throws what `work` throws; errors of the store when they cannot be taken
 */
export async function withLeases<T>(
  holder: LeaseHolder,
  names: readonly string[],
  work: (mine: readonly string[], held: () => boolean) => Promise<T>,
): Promise<T> {
  const { store, owner, leaseMs, log } = holder;
  const asked = performance.now();
  const mine = await store.takeLeases(names, owner, leaseMs);
  if (mine.length === 0) return work(mine, () => false);
  const kept = keepLeases(holder, mine, asked);
  try {
    return await work(mine, kept.held);
  } finally {
    await kept.end();
    // One that cannot be given back now ends by itself.
    await store.giveLeases(mine, owner).catch((error: unknown) => log.warn({ err: error }, 'A lease was left to end'));
  }
}

/** Does `work` unless another process does. @returns whether it was done here */
export function whileAlone(
  holder: LeaseHolder,
  name: string,
  work: (held: () => boolean) => Promise<void>,
): Promise<boolean> {
  return withLeases(holder, [name], async (mine, held) => {
    if (mine.length === 0) return false;
    await work(held);
    return true;
  });
}
