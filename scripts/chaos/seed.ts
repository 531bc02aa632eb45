import { converge } from '../../test/support/converge.ts';
import { differencesOf, expectedRows } from '../../test/support/expected.ts';
import { troubleIn } from '../../test/support/leftovers.ts';
import { randomOf, type Random } from '../../test/support/random.ts';
import type { Stack } from '../../test/support/stack.ts';
import type { Watch } from '../../test/support/watch.ts';
import { makeWorld, type Offer, type Seeders } from '../../test/support/world.ts';
import { orgClient } from '../demo/org.ts';
import type { Backends } from './backends.ts';
import type { Cluster } from './cluster.ts';
import { FAULTS, faultsOf, type ChaosFault, type FaultName, type Hands, type Trouble } from './faults.ts';

/** Everything that a seed is run on. */
export type Scene = {
  stack: Stack;
  cluster: Cluster;
  backends: Backends;
  watch: Watch;
  seeders: Seeders;
  offer: Offer;
};

export type SeedResult = {
  seed: number;
  faults: FaultName[];
  ok: boolean;
  /** Events that were stored, and those of them that were acknowledged to their sender. */
  events: number;
  acknowledged: number;
  kills: number;
  postgresRestarts: number;
  /** From the end of the faults until the org held what it should. */
  convergedMs: number;
  seconds: number;
  /** What was wrong. */
  failures: string[];
};

const ACCOUNTS = 6;
const MOST_STEPS = 400;
/** Goal of the product: everything is right so long after the faults have stopped. */
const CONVERGES_WITHIN_MS = 60_000;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

function setTrouble({ org, stripe, zuora }: Stack, troubles: readonly Trouble[]): void {
  org.ctx.faults.set(troubles.flatMap((trouble) => trouble.org ?? []));
  stripe.ctx.faults.set(troubles.flatMap((trouble) => trouble.stripe ?? []));
  zuora.ctx.faults.set(troubles.flatMap((trouble) => trouble.zuora ?? []));
  const webhooks = Object.assign(
    { duplicate: false, shuffle: false, drop: false, delayMs: 0 },
    ...troubles.map((trouble) => trouble.webhooks ?? {}),
  );
  for (const { ctx } of [stripe, zuora]) ctx.webhooks.switches = webhooks;
}

async function countOf(cluster: Cluster, what: string, ...values: unknown[]): Promise<number> {
  const [row] = await cluster.query<{ count: number }>(`select count(*)::int as count from ${what}`, values);
  return row!.count;
}

/** The hands of one seed; what they do goes on beside the changes, and is over when `done` resolves. */
function handsOf(scene: Scene, random: Random, accountIds: readonly string[]): { hands: Hands; done(): Promise<void> } {
  const { stack, cluster, backends } = scene;
  let all: Promise<unknown> = Promise.resolve();
  const beside = (work: Promise<void>): Promise<void> => {
    all = Promise.all([all, work]);
    return Promise.resolve();
  };
  const hands: Hands = {
    kill: () => beside(backends.kill(random)),
    terminate: () => beside(backends.terminate(random)),
    freeze: (ms) => beside(backends.freeze(random, ms)),
    restartPostgres: (how, downMs) => beside(cluster.restart(how, downMs)),
    lockAccount: (ms) => stack.org.org.locks.hold(random.pick(accountIds), ms),
    expireSessions: () => stack.org.org.sessions.expireAll(),
  };
  return { hands, done: async () => void (await all) };
}

/**
 * Lets customers change things while faults happen, until `events` events have come, then stops the faults and compares the
 * org with the billing systems.
 * @param options.only these faults instead of the seed's own
 * @param options.isOver true once the seed is to end early; its result is worth nothing then
 */
export async function runSeed(
  scene: Scene,
  seed: number,
  { events, only, isOver }: { events: number; only?: readonly FaultName[]; isOver: () => boolean },
): Promise<SeedResult> {
  const started = Date.now();
  const { stack, cluster, backends, watch } = scene;
  const random = randomOf(String(seed));
  const faults = only ? [...only] : faultsOf(seed, random);
  const active: ChaosFault[] = faults.map((name) => FAULTS[name]);
  const storedBefore = await countOf(cluster, 'inbox');
  const killsBefore = backends.kills();
  const restartsBefore = cluster.restarts();
  watch.acknowledged();
  const world = await makeWorld(
    stack,
    scene.seeders,
    scene.offer,
    random,
    (name) => orgClient(stack).create('Account', { Name: `${name} of seed ${seed}` }),
    ACCOUNTS,
  );
  const { hands, done } = handsOf(scene, random, world.accountIds);
  let stored = 0;
  for (let step = 0; step < MOST_STEPS && stored < events && !isOver(); step += 1) {
    setTrouble(
      stack,
      active.map((fault) => (random.chance(70) ? (fault.trouble?.(random) ?? {}) : {})),
    );
    for (const fault of active) if (step === 5 || random.chance(7)) await fault.act?.(hands, random);
    await world.change();
    await pause(random.below(40));
    if (step % 10 === 9) stored = (await countOf(cluster, 'inbox')) - storedBefore;
  }
  setTrouble(stack, []);
  await done();
  stack.org.org.locks.clear();
  const stopped = Date.now();

  // Senders wait for minutes before they try again; the last tries of a seed belong to it.
  for (const { ctx } of [stack.stripe, stack.zuora]) {
    ctx.webhooks.hurry();
    await ctx.webhooks.idle();
  }
  const expected = await expectedRows(stack, world);
  const { ms, left } = await converge(
    () => differencesOf(stack, world, expected),
    stopped,
    (waited) => waited > CONVERGES_WITHIN_MS || isOver(),
  );
  const told = watch.acknowledged();
  const failures = [
    ...left,
    ...watch.violations(),
    ...(await troubleIn((text, values) => cluster.query(text, values), told)),
    ...backends.fell(),
  ];
  return {
    seed,
    faults,
    ok: failures.length === 0,
    events: (await countOf(cluster, 'inbox')) - storedBefore,
    acknowledged: told.length,
    kills: backends.kills() - killsBefore,
    postgresRestarts: cluster.restarts() - restartsBefore,
    convergedMs: ms,
    seconds: Math.round((Date.now() - started) / 100) / 10,
    failures,
  };
}
