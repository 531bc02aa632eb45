import type { RawBuilder } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { createWakeup } from '../../platform/wakeup.ts';
import type { CallClass, CallPriority } from '../../workflows/ports/upstream.ts';
import { addRows, rowsOf, take, type Granted } from './take.ts';

/** Share of every limit that is left to work of a higher priority. */
const KEPT: Readonly<Record<CallPriority, number>> = { interactive: 0, mirror: 0.1, batch: 0.3 };
/** How long a call waits for its turn, ms. */
const PATIENCE_MS: Readonly<Record<CallPriority, number>> = { interactive: 2_000, mirror: 20_000, batch: 20_000 };
const PRIORITIES = ['interactive', 'mirror', 'batch'] as const;
/** How long other processes count what this one has under way, ms; it says so again three times as often. */
const LEASE_MS = 3_000;
/** Ends of calls are told together, ms. */
const TELL_AFTER_MS = 50;
const LONGEST_SLEEP_MS = 1_000;

/** Why a call was not let through. `waitMs`: when it is worth coming again. */
export class TurnedAway extends Error {
  readonly granted: Granted;

  constructor(granted: Granted) {
    super('A call was not let through.');
    this.name = 'TurnedAway';
    this.granted = granted;
  }
}

type Waiting = { latestAt: number; go(granted: Granted): void; refuse(error: unknown): void };

/** Calls of one class that this process wants to make: they go in order, those of a higher priority first. */
export class Line {
  readonly #db: Db;
  readonly #upstream: string;
  readonly #class: CallClass;
  readonly #onTrouble: (error: unknown) => void;
  readonly #clock: () => RawBuilder<Date>;
  readonly #process = newId();
  readonly #waiting: Record<CallPriority, Waiting[]> = { interactive: [], mirror: [], batch: [] };
  readonly #wakeup = createWakeup();
  #held = 0;
  /** What the database counts as under way here; one statement at a time changes it. */
  #told = 0;
  #statement: Promise<unknown> = Promise.resolve();
  #asking = false;
  #stoppedForGood = false;
  #hasRows = false;
  /** The answer that stopped everybody, and when it came (Date.now, ms). */
  #stopped: { granted: Granted; at: number } | null = null;
  #beat: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;

  constructor(
    db: Db,
    upstream: string,
    callClass: CallClass,
    onTrouble: (error: unknown) => void,
    clock: () => RawBuilder<Date>,
  ) {
    this.#db = db;
    this.#upstream = upstream;
    this.#class = callClass;
    this.#onTrouble = onTrouble;
    this.#clock = clock;
  }

  /** @throws TurnedAway when its turn would come too late */
  enter(priority: CallPriority): Promise<Granted> {
    return new Promise((go, refuse) => {
      this.#waiting[priority].push({ latestAt: Date.now() + PATIENCE_MS[priority], go, refuse });
      this.#wakeup.notify();
      if (!this.#asking) void this.#ask();
    });
  }

  /** Ends a call that was let through. */
  leave(): void {
    if (this.#class.inFlight === null) return;
    this.#held -= 1;
    this.#wakeup.notify();
    if (this.#stoppedForGood) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      void this.#tell();
    }, TELL_AFTER_MS).unref();
  }

  stop(): void {
    this.#stoppedForGood = true;
    clearTimeout(this.#telling);
    clearInterval(this.#beat);
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      for (;;) {
        const priority = PRIORITIES.find((one) => this.#waiting[one].length > 0);
        if (priority === undefined) return;
        const wanted = this.#waiting[priority].length;
        const answer = this.#stoppedAnswer() ?? (await this.#take(wanted, priority));
        for (let count = answer.granted; count > 0; count -= 1) this.#waiting[priority].shift()?.go(answer);
        if (answer.granted === wanted) continue;
        this.#refuseLate(answer);
        if (PRIORITIES.every((one) => this.#waiting[one].length === 0)) return;
        await this.#wakeup.wait(Math.min(LONGEST_SLEEP_MS, answer.waitMs) + Math.random() * 10);
      }
    } catch (error) {
      for (const one of PRIORITIES) for (const waiting of this.#waiting[one].splice(0)) waiting.refuse(error);
    } finally {
      this.#asking = false;
    }
  }

  /** What stopped everybody a moment ago: asked for anew each second, since a pause may be ended by somebody else. */
  #stoppedAnswer(): Granted | null {
    if (this.#stopped === null) return null;
    const { granted, at } = this.#stopped;
    const age = Date.now() - at;
    if (age < Math.min(LONGEST_SLEEP_MS, granted.waitMs)) return { ...granted, waitMs: granted.waitMs - age };
    this.#stopped = null;
    return null;
  }

  /** Turns those away whose patience ends before it is worth asking again. */
  #refuseLate(answer: Granted): void {
    const nextAt = Date.now() + answer.waitMs;
    for (const one of PRIORITIES) {
      const [late, patient] = [[], []] as [Waiting[], Waiting[]];
      for (const waiting of this.#waiting[one]) (waiting.latestAt < nextAt ? late : patient).push(waiting);
      this.#waiting[one] = patient;
      for (const waiting of late) waiting.refuse(new TurnedAway(answer));
    }
  }

  #take(calls: number, priority: CallPriority): Promise<Granted> {
    const next = this.#statement.then(() => this.#takeNow(calls, priority));
    this.#statement = next.catch(() => {});
    return next;
  }

  async #takeNow(calls: number, priority: CallPriority): Promise<Granted> {
    const { name: callClass, rates, inFlight } = this.#class;
    if (!this.#hasRows) await addRows(this.#db, rowsOf(this.#upstream, callClass, rates));
    this.#hasRows = true;
    const held = this.#held;
    const answer = await take(
      this.#db,
      {
        upstream: this.#upstream,
        callClass,
        rates,
        calls,
        kept: KEPT[priority],
        inFlight,
        process: this.#process,
        held,
        leaseMs: LEASE_MS,
      },
      this.#clock(),
    );
    if (inFlight !== null) {
      this.#held += answer.granted;
      this.#told = held + answer.granted;
    }
    if (answer.stopped !== null) this.#stopped = { granted: answer, at: Date.now() };
    this.#keepBeating();
    return answer;
  }

  async #tell(evenIfKnown = false): Promise<void> {
    if (evenIfKnown || this.#told !== this.#held) await this.#take(0, 'interactive').catch(this.#onTrouble);
  }

  /** Says again and again what is under way, as long as the database counts something. */
  #keepBeating(): void {
    if (this.#told > 0 && !this.#stoppedForGood)
      this.#beat ??= setInterval(() => void this.#tell(true), LEASE_MS / 3).unref();
    else {
      clearInterval(this.#beat);
      this.#beat = undefined;
    }
  }
}
