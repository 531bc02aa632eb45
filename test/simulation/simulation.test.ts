import { expect, it } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';

// SIMULATION_SEED=<seed> repeats one story; SIMULATION_SEEDS=<count> tells more.
const one = process.env['SIMULATION_SEED'];
const count = Number(process.env['SIMULATION_SEEDS'] ?? 200);
const seeds = one === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(one)];

it(`ends in the state of the billing systems whatever went wrong on the way (${seeds.length} seeds)`, async () => {
  for (const seed of seeds) {
    const problems = await simulate(seed);
    expect(problems, `SIMULATION_SEED=${seed} npx vitest run test/simulation`).toEqual([]);
  }
}, 3_600_000);

it('plays the same story for the same seed', async () => {
  const { seed, mutate } = MUTATIONS['Salesforce takes a lower row version']!;
  expect(await simulate(seed, mutate)).toEqual(await simulate(seed, mutate));
});

/** Seeds that are tried from the one on that caught it first; changes of the code give every seed another story. */
const TRIES = 200;

it.each(Object.entries(MUTATIONS))(
  'would notice that %s',
  async (_what, { seed, mutate }) => {
    let caught: string[] = [];
    for (let tried = 0; caught.length === 0 && tried < TRIES; tried += 1) caught = await simulate(seed + tried, mutate);
    expect(caught).not.toEqual([]);
  },
  120_000,
);
