import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultName } from '../../scripts/chaos/faults.ts';
import { startScene } from '../../scripts/chaos/scene.ts';
import { runSeed } from '../../scripts/chaos/seed.ts';

/**
 * A few of the stories that `npm run chaos` tells by the thousand: two backends, a Postgres and the simulators, to which
 * these things happen while customers change things. `npm run chaos -- --from SEED --seeds 1 --faults A,B` repeats one.
 */
const STORIES: readonly [seed: number, faults: readonly FaultName[]][] = [
  [360, ['kill', 'org reset after', 'webhooks twice']],
  [361, ['kill', 'billing busy', 'webhooks late', 'org login refused']],
  [362, ['webhooks lost', 'webhooks shuffled', 'org rows locked', 'billing reset before']],
  [363, ['Postgres crashes', 'org unavailable', 'billing fails']],
];
const EVENTS = 100;

let scene: Awaited<ReturnType<typeof startScene>>;

beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

it.each(STORIES)(
  'ends in the state of the billing systems whatever went wrong on the way (seed %i: %j)',
  async (seed, faults) => {
    const { failures, events } = await runSeed(scene, seed, { events: EVENTS, only: faults, isOver: () => false });
    expect(failures).toEqual([]);
    expect(events).toBeGreaterThanOrEqual(EVENTS);
  },
  180_000,
);
