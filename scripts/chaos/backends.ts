import { freePort, startBackend, type Backend } from '../../test/support/backend.ts';
import type { Random } from '../../test/support/random.ts';

/** Several backends on one database that are kept running, whatever happens to them. */
export type Backends = {
  kill(random: Random): Promise<void>;
  terminate(random: Random): Promise<void>;
  freeze(random: Random, ms: number): Promise<void>;
  /** SIGKILLs so far. */
  kills(): number;
  /** Ends that nobody asked for, with what was printed last. */
  fell(): string[];
  stop(): Promise<void>;
};

type Slot = { env: Record<string, string>; backend: Backend; busy: Promise<void> | null; wanted: boolean };

const startWithinMs = 60_000;

/** A start that meets a Postgres that is down ends with words; whoever runs the server starts it again. */
async function startUntilReady(env: Record<string, string>): Promise<Backend> {
  const deadline = Date.now() + startWithinMs;
  for (;;) {
    try {
      return await startBackend(env);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/**
 * @param first settings of the backend that takes webhooks
 * @param others how many that only work beside it
 */
export async function startBackends(first: Record<string, string>, others: number): Promise<Backends> {
  let killed = 0;
  const fallen: string[] = [];
  const envs = [first];
  for (let index = 0; index < others; index += 1)
    envs.push({ ...first, PORT: String(await freePort()), ROLES: index === 0 ? 'web,worker' : 'worker' });
  const slots: Slot[] = [];
  for (const env of envs) {
    const slot: Slot = { env, backend: await startUntilReady(env), busy: null, wanted: true };
    watch(slot);
    slots.push(slot);
  }

  function watch(slot: Slot): void {
    const { backend } = slot;
    backend.process.once('exit', (code, signal) => {
      if (slot.backend !== backend || !slot.wanted) return;
      fallen.push(`ended by itself (${code ?? signal}): ${backend.output().slice(-1500)}`);
      const before = slot.busy ?? Promise.resolve();
      occupy(
        slot,
        before.then(() => again(slot)),
      );
    });
  }

  /** One that does not come back fails the seed, and is missing until the scene is over. */
  async function again(slot: Slot): Promise<void> {
    try {
      slot.backend = await startUntilReady(slot.env);
    } catch (error) {
      fallen.push(`did not start again: ${(error as Error).message}`);
      return;
    }
    watch(slot);
    slot.wanted = true;
  }

  function occupy(slot: Slot, work: Promise<void>): Promise<void> {
    const busy = work.finally(() => {
      if (slot.busy === busy) slot.busy = null;
    });
    slot.busy = busy;
    return busy;
  }

  /** One thing at a time happens to a backend; what comes on top of it is left out. */
  function onto(random: Random, work: (slot: Slot) => Promise<void>): Promise<void> {
    const slot = random.pick(slots);
    return slot.busy ?? occupy(slot, work(slot));
  }

  const end = (signal: NodeJS.Signals) => async (slot: Slot) => {
    slot.wanted = false;
    const code = await slot.backend.stop(signal);
    if (signal === 'SIGKILL') killed += 1;
    else if (code !== 0) fallen.push(`ended with ${code} after ${signal}: ${slot.backend.output().slice(-1500)}`);
    await again(slot);
  };

  return {
    kill: (random) => onto(random, end('SIGKILL')),
    terminate: (random) => onto(random, end('SIGTERM')),
    freeze: (random, ms) =>
      onto(random, async ({ backend }) => {
        backend.process.kill('SIGSTOP');
        await new Promise((done) => setTimeout(done, ms));
        backend.process.kill('SIGCONT');
      }),
    kills: () => killed,
    fell: () => fallen.splice(0),
    async stop() {
      for (const slot of slots) {
        await slot.busy;
        slot.wanted = false;
        await slot.backend.stop();
      }
    },
  };
}
