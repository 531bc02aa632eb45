import type { KeyHandler } from '../../server/workflows/ports/keyWork.ts';
import type { BillingSystem } from '../../server/workflows/ports/billingSystem.ts';
import type { OrgWriter } from '../../server/workflows/ports/orgRows.ts';
import type { ChangeSource } from '../../server/workflows/ports/sweep.ts';
import { objectOrder, orgProjection, toOrgConnection } from '../../server/connectors/salesforce/convert.ts';
import { createLog } from '../../server/platform/log.ts';
import { createWakeup } from '../../server/platform/wakeup.ts';
import { createDueTicker } from '../../server/sync/due/due.ts';
import { createIntake, type Intake } from '../../server/sync/inbox/intake.ts';
import { createKeyWorker } from '../../server/sync/keys/worker.ts';
import { createOutbox } from '../../server/sync/outbox/outbox.ts';
import type { Store } from '../../server/sync/store.ts';
import { createSweeper } from '../../server/sync/sweep/sweeper.ts';
import { handleKeys, leaveAlone } from '../../server/workflows/mirror/handleKeys.ts';
import { placeEvents } from '../../server/workflows/mirror/placeEvents.ts';
import { projectAccount } from '../../server/workflows/mirror/projectAccount.ts';
import { refreshBillingAccount } from '../../server/workflows/mirror/refreshBillingAccount.ts';
import { refreshCatalog } from '../../server/workflows/mirror/refreshCatalog.ts';
import type { Random } from '../support/random.ts';
import { never, sleep } from './models/calls.ts';

export const TIME_ZONE = 'UTC';
/** So often are usage and changes looked for, ms: often, so that the calm after a storm is short. */
const USAGE_POLL_SECONDS = 10;
const SWEEP_MS = 8000;
const POLL_MS = 400;

/** What a process is given of the world. */
export type Surroundings = {
  store: Store;
  writer: OrgWriter;
  systems: readonly (BillingSystem & ChangeSource)[];
  businessNow(): Date;
  random: Random;
};

/** Whether a process gets answers: it is dead, or stands still for so many ms, as a virtual machine that is moved. */
type Health = { isDead(): boolean; stillForMs(): number; onCall(): void };

/** Lets a process ask the world only while it lives: what was asked may still happen, its answer never comes. */
function through<T extends object>(target: T, { isDead, stillForMs, onCall }: Health): T {
  const awake = async () => {
    while (!isDead() && stillForMs() > 0) await sleep(stillForMs());
    if (isDead()) await never();
  };
  return new Proxy(target, {
    get(object, name) {
      const member = Reflect.get(object, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        onCall();
        if (isDead()) return never();
        const answer = (member as (...args: unknown[]) => unknown).apply(object, args);
        if (!(answer instanceof Promise)) return answer;
        return answer.then(
          (value: unknown) => awake().then(() => value),
          (error: unknown) => awake().then(() => Promise.reject(error as Error)),
        );
      };
    },
  });
}

/** A backend process, put together as compose.ts does, over models instead of connectors and Postgres. */
export class Process {
  readonly intake: Intake;
  #dead = false;
  /** Dies when it has asked the world so many times more. */
  #callsLeft = Infinity;
  #stillUntil = 0;
  readonly #start: () => void;

  constructor({ store, writer, systems, businessNow, random }: Surroundings) {
    const health: Health = {
      isDead: () => this.#dead,
      stillForMs: () => this.#stillUntil - Date.now(),
      onCall: () => this.#countCall(),
    };
    const within = <T extends object>(target: T) => through(target, health);
    const own = within(store);
    const clock = { now: () => new Date(), businessNow };
    const log = createLog('silent');
    const jitter = () => random.below(1_000_000) / 1_000_000;
    const keysReady = createWakeup();
    const rowsReady = createWakeup();
    this.intake = createIntake(own, { onStored: keysReady.notify });
    const outbox = createOutbox({
      store: own,
      writer: within(writer),
      objectOrder,
      log,
      wakeup: rowsReady,
      pollMs: POLL_MS,
      random: jitter,
    });
    const project: KeyHandler = projectAccount({
      mirror: own,
      orgRows: own,
      history: own,
      // No Account is deleted or merged in the simulated org.
      accounts: { stateOf: () => Promise.resolve(null) },
      projection: orgProjection,
      clock,
      timeZone: TIME_ZONE,
    });
    const handlers = systems.map((system) => {
      const billing = within(system);
      const deps = { mirror: own, billing, clock };
      const refresh = refreshBillingAccount({ ...deps, usagePollSeconds: USAGE_POLL_SECONDS });
      return [
        system.connection,
        { refresh, catalog: refreshCatalog(deps), billTo: leaveAlone, priceBook: leaveAlone, place: placeEvents(deps) },
      ] as const;
    });
    const parts = [
      outbox,
      createKeyWorker({
        store: own,
        handler: handleKeys(project, new Map(handlers)),
        log,
        wakeup: keysReady,
        onRows: rowsReady.notify,
        pollMs: POLL_MS,
        handlerTimeoutMs: 8000,
        random: jitter,
      }),
      createDueTicker({ store: own, clock, timeZone: TIME_ZONE, log, onDue: keysReady.notify }),
      createSweeper({
        store: own,
        sources: systems.map(within),
        intake: this.intake,
        log,
        everyMs: SWEEP_MS,
        onStatus: (status) =>
          outbox.setRows(null, [
            toOrgConnection(status, status.connection === 'stripe' ? 'Stripe' : 'Zuora', SWEEP_MS / 1000),
          ]),
      }),
    ];
    this.#start = () => {
      for (const part of parts) part.start();
    };
    void own
      .projectAnew()
      .then(() => own.releaseKeys())
      .then(this.#start, () => this.kill());
  }

  #countCall(): void {
    this.#callsLeft -= 1;
    if (this.#callsLeft === 0) this.kill();
  }

  get dead(): boolean {
    return this.#dead;
  }

  kill(): void {
    this.#dead = true;
  }

  /** Stands still for a while: answers wait, and its leases end. */
  stall(ms: number): void {
    this.#stillUntil = Date.now() + ms;
  }

  /** Dies in the midst of its work, right before it asks the world for the so-manieth time. */
  killAfter(calls: number): void {
    this.#callsLeft = calls;
  }
}
