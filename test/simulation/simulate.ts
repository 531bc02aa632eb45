import { today } from '../../server/domain/time/instant.ts';
import { partitionOf } from '../../server/sync/outbox/partition.ts';
import type { Store } from '../../server/sync/store.ts';
import type { OrgWriter } from '../../server/workflows/ports/orgRows.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { randomOf, type Random } from '../support/random.ts';
import { isHopeless, orgDifferences } from './check.ts';
import { faulty } from './faultyStore.ts';
import { createMemoryStore } from './memoryStore/index.ts';
import { Memory } from './memoryStore/memory.ts';
import { BillingModel } from './models/billing.ts';
import { sleep, type Weather } from './models/calls.ts';
import { change } from './models/changes.ts';
import { heldId, OrgModel } from './models/org.ts';
import { Process, TIME_ZONE } from './process.ts';
import { VirtualTime } from './virtualTime.ts';
import { watched } from './watchedStore.ts';

/** A world in which one mechanism is broken. */
export type Mutation = (world: { memory: Memory; org: OrgModel; store: Store }) => Store;

const STAMP = { orgId: '00D000000000001AAA', mappingVersion: '1' };
const START = Date.UTC(2026, 10, 21, 9);
const DAY_MS = 86_400_000;
const STORM_MS = 20_000;
const PROCESSES = 3;
/** Salesforce holds what billing does so soon after the last fault. */
const CALM_MS = 60_000;
/** Zuora is asked once more 60 s after each event that showed nothing new; the last sweep may come that much later. */
const REST_MS = 105_000;
/** Longer than calls take that land after everybody has given them up. */
const AFTERMATH_MS = 7000;

/** Everything there is in one simulation. */
class World {
  readonly random: Random;
  readonly weather: Weather;
  readonly violations = new Set<string>();
  readonly memory = new Memory(() => Date.now());
  readonly org: OrgModel;
  readonly systems: BillingModel[];
  readonly store: Store;
  readonly acknowledged = new Set<string>();
  processes: Process[] = [];
  #businessAheadMs = 0;
  #inFlight = new Map<string, Process>();
  #news = 0;

  constructor(seed: number, mutate: Mutation) {
    this.random = randomOf(String(seed));
    this.weather = { random: this.random, storm: true };
    const violate = (what: string) => void this.violations.add(what);
    this.org = new OrgModel(this.weather, violate);
    this.systems = (['stripe', 'zuora'] as const).map(
      (name) => new BillingModel(name, this.weather, (event) => void this.#deliver(event)),
    );
    const between = () => (this.random.chance(10) ? sleep(this.random.below(30)) : Promise.resolve());
    const plain = createMemoryStore(this.memory, STAMP, between);
    const mutated = mutate({ memory: this.memory, org: this.org, store: plain });
    this.store = faulty(watched(mutated, this.memory, violate), this.weather);
    for (let index = 0; index < PROCESSES; index += 1) this.startProcess();
  }

  businessNow = (): Date => new Date(Date.now() + this.#businessAheadMs);

  startProcess(): void {
    const owners = new Set<string>();
    const process: Process = new Process({
      store: this.#watched(owners),
      writer: this.#watchedWriter(owners, () => process),
      systems: this.systems,
      businessNow: this.businessNow,
      random: this.random,
    });
    this.processes.push(process);
  }

  /** Notes under which names a process takes leases of the outbox. */
  #watched(owners: Set<string>): Store {
    const store = this.store;
    return new Proxy(store, {
      get: (target, name) =>
        name !== 'takeLeases'
          ? (Reflect.get(target, name) as unknown)
          : (names: readonly string[], owner: string, leaseMs: number) => {
              if (names.some((one) => one.startsWith('outbox:'))) owners.add(owner);
              return store.takeLeases(names, owner, leaseMs);
            },
    });
  }

  /** Sees to it that no call begins without its lease, nor beside another one for the same Account. */
  #watchedWriter(owners: ReadonlySet<string>, process: () => Process): OrgWriter {
    return {
      usage: () => null,
      write: async (chunks) => {
        const writes = chunks.flatMap((chunk) => chunk.writes);
        const accounts = [...new Set(writes.map(({ row, accountId }) => accountId ?? row.key))];
        for (const account of accounts) {
          const lease = this.memory.leases.get(`outbox:${partitionOf(account)}`);
          if (!lease || !owners.has(lease.owner) || lease.until < Date.now())
            this.violations.add(`A call for ${account} begins without its lease`);
          const other = this.#inFlight.get(account);
          if (other && !other.dead) this.violations.add(`Two calls for ${account} are on their way`);
          this.#inFlight.set(account, process());
        }
        try {
          return await this.org.write(chunks);
        } finally {
          for (const account of accounts) if (this.#inFlight.get(account) === process()) this.#inFlight.delete(account);
        }
      },
    };
  }

  /** Brings an event to some process until one has acknowledged it, unless it is lost on the way. */
  async #deliver(event: ReceivedEvent): Promise<void> {
    const { random, weather } = this;
    if (weather.storm && random.chance(12)) return;
    for (let copies = weather.storm && random.chance(20) ? 2 : 1; copies > 0; copies -= 1) void this.#bring(event);
  }

  async #bring(event: ReceivedEvent): Promise<void> {
    const { random } = this;
    await sleep(random.chance(70) ? random.below(200) : random.below(8000));
    for (;;) {
      const process = random.pick(this.processes);
      const answer = await Promise.race([
        process.intake.accept([event]).then(
          () => true,
          () => false,
        ),
        sleep(5000).then(() => false),
      ]);
      if (answer) break;
      await sleep(random.below(3000));
    }
    this.acknowledged.add(`${event.connection}\n${event.eventId}`);
  }

  /** Lets something happen: in billing, to the calendar, to a process. */
  happen(): void {
    const { random } = this;
    this.#news += 1;
    const system = random.pick(this.systems);
    const day = today(this.businessNow(), TIME_ZONE);
    for (let burst = random.chance(15) ? 4 : 1; burst > 0; burst -= 1)
      change(system, random, `${system.connection[0]}${this.#news}x${burst}`, day);
    if (random.chance(3)) this.#businessAheadMs += DAY_MS * (1 + random.below(3));
    if (random.chance(5)) random.pick(this.processes).stall(random.below(9000));
    if (random.chance(8)) {
      const victim = random.pick(this.processes);
      if (random.chance(50)) victim.kill();
      else victim.killAfter(1 + random.below(40));
    }
  }

  /** Starts another process for each that has died. */
  revive(): void {
    const dead = this.processes.filter((process) => process.dead).length;
    this.processes = this.processes.filter((process) => !process.dead);
    for (let count = 0; count < dead; count += 1) this.startProcess();
  }

  /** Where Salesforce differs from billing. */
  differences(): string[] {
    const objects = this.systems.flatMap((system) => system.objects());
    return orgDifferences(this.org.records, objects, this.businessNow());
  }

  /** What is still to be worked off, or lost. */
  open(): string[] {
    const { memory } = this;
    const rows = new Map(memory.orgRows.values().map(({ row }) => [heldId(row), row]));
    const accounts = new Set(this.systems.flatMap((system) => system.of('account').map(({ key }) => key)));
    // Zuora does not tell an account that was deleted from one that is not there yet: its events wait, and block nobody.
    const isParked = (key: string | null) =>
      key !== null && key.startsWith('zuora:account:') && !accounts.has(key.replace(':No-', ':'));
    const undone = memory.inbox.values().filter(({ doneAt, key }) => doneAt === null && !isParked(key));
    const lost = [...this.acknowledged].filter((id) => !memory.inbox.get(id));
    const dirty = memory.dirty
      .values()
      .filter(({ key, attempt, pollAt }) => (attempt > 0 || pollAt === null) && !isParked(key));
    const waiting = memory.orgRows.values().filter(({ pending, row }) => pending && !isHopeless(row, rows));
    return [
      ...lost.map((id) => `${id.replace('\n', ' ')} was acknowledged and is lost`),
      ...undone.map(({ connection, eventId }) => `${connection} ${eventId} is undone`),
      ...dirty.map(({ key, reason, attempt }) => `${key} is dirty (${attempt} tries: ${reason})`),
      ...waiting.map(({ row, message }) => `${heldId(row)} is not written (${message})`),
    ];
  }
}

/**
 * Plays the story of a seed: a storm of changes and faults, then calm.
 * @returns what is wrong at the end, or was at any time; empty when nothing is
 */
export async function simulate(seed: number, mutate: Mutation = ({ store }) => store): Promise<string[]> {
  const time = new VirtualTime(START);
  try {
    const world = new World(seed, mutate);
    const { random } = world;
    for (let at = START; at < START + STORM_MS; at += 50 + random.below(500)) {
      await time.runUntil(at);
      world.happen();
      if (random.chance(25)) world.revive();
    }
    world.weather.storm = false;
    world.revive();
    const calm = Date.now();
    for (const process of world.processes) process.killAfter(Infinity);
    await time.runUntil(calm + AFTERMATH_MS);
    /** Lets time pass until nothing is wrong, but no longer than so many ms of calm. */
    const untilNone = async (wrong: () => string[], withinMs: number): Promise<string[]> => {
      while (wrong().length > 0 && world.violations.size === 0 && Date.now() < calm + withinMs)
        await time.runUntil(Date.now() + 1000);
      return wrong();
    };
    const late = await untilNone(() => world.differences(), CALM_MS);
    if (late.length > 0) return [...world.violations, ...late];
    const open = await untilNone(() => world.open(), REST_MS);
    return [...world.violations, ...open, ...world.differences()];
  } finally {
    time.end();
  }
}
