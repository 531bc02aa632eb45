import { Fault } from '../../domain/fault.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { ConnectionProbe } from '../../workflows/ports/connectionProbe.ts';
import { whileAlone, type LeaseStore } from '../leases.ts';
import { repeat } from '../repeat.ts';
import type { ConnectionStore } from './store.ts';

export type ConnectionWatchOptions = {
  store: ConnectionStore & LeaseStore;
  /** By name of the connection. */
  probes: ReadonlyMap<string, ConnectionProbe>;
  log: Log;
  /** Told when a connection was stopped or goes on; has to see to it that people are shown it. */
  onChange?: (name: string) => Promise<void>;
  /** How often it is looked whether a broken connection's time has come. */
  everyMs?: number;
  /** Longest time between two looks at a broken connection. */
  probeEveryMs?: number;
  random?: () => number;
};

export type ConnectionWatch = {
  /** Looks at each connection once, in the background, and from then on at those that are broken. */
  start(): void;
  stop(): Promise<void>;
  /**
   * Resolves once this process knows that its credentials lead to the account or tenant that the connection stands for.
   * Before that nothing may be read: what another account does not have would count as deleted.
   * @throws Fault of kind forbidden when they lead elsewhere or nowhere; of another kind when nobody answered
   */
  ensure(name: string): Promise<void>;
  /**
   * Says whether a refusal is the whole connection's, which is stopped then, or that of one call alone.
   * @throws Fault when the billing system did not answer
   */
  isStoppedBy(name: string, fault: Fault): Promise<boolean>;
  /** True while an operator or a refusal stops the connection. */
  isStopped(name: string): Promise<boolean>;
  /** Looks at broken connections whose time has come; for tests and one-off runs. */
  tick(): Promise<void>;
};

const LEASE = 'connections';
const LEASE_MS = 60_000;

/** Knows which connections may work: stops those whose credentials are refused, and lets them go on when they are not. */
export function createConnectionWatch(options: ConnectionWatchOptions): ConnectionWatch {
  const { store, probes, log, onChange = async () => {}, everyMs = 5_000, probeEveryMs = 60_000 } = options;
  const { random = Math.random } = options;
  const holder = { store, owner: newId(), leaseMs: LEASE_MS, log };
  const verified = new Set<string>();
  const underway = new Map<string, Promise<void>>();
  let looking: Promise<unknown> = Promise.resolve();

  async function stopFor(name: string, fault: Fault): Promise<void> {
    if (!(await store.breakConnection(name, fault.publicText))) return;
    log.error({ err: fault, connection: name }, 'A connection is broken: its work waits');
    await onChange(name);
  }

  async function checkPin(name: string, providerId: string | null): Promise<void> {
    if (providerId === null)
      return log.warn(
        { connection: name },
        'The billing system does not tell which account this is; it is not checked',
      );
    const clash = await store.pin(name, providerId);
    if (clash === null) return;
    throw new Fault({
      code: 'connection_other_account',
      kind: 'forbidden',
      publicText:
        'standsFor' in clash
          ? `The credentials of the connection ${name} lead to ${providerId}, but the name stands for ${clash.standsFor}. Put the right credentials into its settings, or give the new account a connection with a new name.`
          : `The credentials of the connection ${name} lead to ${providerId}, which is known here as the connection ${clash.usedBy}; everything would be there twice. Use that name, or other credentials.`,
    });
  }

  /** Those who look at the same time share one look. */
  function look(name: string): Promise<void> {
    const probe = probes.get(name);
    if (probe === undefined) return Promise.resolve();
    const looking =
      underway.get(name) ??
      (async () => {
        const { providerId } = await probe.probe();
        await checkPin(name, providerId);
        verified.add(name);
      })().finally(() => underway.delete(name));
    underway.set(name, looking);
    return looking;
  }

  async function isStopped(name: string): Promise<boolean> {
    const row = await store.connectionOf(name);
    return row !== null && row.state !== 'Connected';
  }

  async function ensure(name: string): Promise<void> {
    if (verified.has(name) || !probes.has(name)) return;
    try {
      await look(name);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'forbidden') await stopFor(name, error);
      throw error;
    }
  }

  async function lookAgain(name: string): Promise<void> {
    // Full jitter, so that many connections to one billing system do not come back at once.
    const waitMs = Math.max(1_000, random() * probeEveryMs);
    try {
      await look(name);
    } catch (error) {
      const fault = error instanceof Fault ? error : null;
      log.info({ err: error, connection: name, waitMs }, 'A broken connection is still refused or unreachable');
      return store.probeAgain(name, fault?.kind === 'forbidden' ? fault.publicText : null, waitMs);
    }
    if (!(await store.mend(name))) return;
    log.info({ connection: name }, 'A connection is mended: its work goes on');
    await onChange(name);
  }

  /** A start is often the answer to a refusal: what is broken is looked at at once, with the settings of this process. */
  async function first(name: string): Promise<void> {
    const row = await store.connectionOf(name);
    if (row?.state === 'Broken') await lookAgain(name);
    else if (row?.state === 'Connected') await ensure(name);
  }

  async function tick(): Promise<void> {
    await store.releaseHeld();
    const due = (await store.toProbe()).filter((name) => probes.has(name));
    if (due.length === 0) return;
    await whileAlone(holder, LEASE, async () => void (await Promise.all(due.map(lookAgain))));
  }

  const loop = repeat(tick, everyMs, (error) => log.warn({ err: error }, 'Connections could not be looked at'));

  return {
    start() {
      const looks = [...probes.keys()].map((name) =>
        first(name).catch((error: unknown) =>
          log.warn({ err: error, connection: name }, 'A connection could not be looked at; it is tried when needed'),
        ),
      );
      looking = Promise.all(looks);
      loop.start();
    },
    async stop() {
      await Promise.all([looking, loop.stop()]);
    },
    ensure,
    async isStoppedBy(name, fault) {
      if (!probes.has(name)) return false;
      if (await isStopped(name)) return true;
      if (fault.code === 'connection_other_account') return true;
      try {
        await look(name);
        return false;
      } catch (error) {
        if (!(error instanceof Fault) || error.kind !== 'forbidden') throw error;
        await stopFor(name, error);
        return true;
      }
    },
    isStopped,
    tick,
  };
}
