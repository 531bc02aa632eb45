import { Fault } from '../../../server/domain/fault.ts';
import type { Random } from '../../support/random.ts';

/** What the story of a seed is made of: its randomness, and whether things go wrong now. */
export type Weather = {
  random: Random;
  /** True while things go wrong. */
  storm: boolean;
};

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Never resolves: what a process that is dead waits for. */
export const never = <T>() => new Promise<T>(() => {});

/** A call over the network: takes its time, and fails now and then while there is a storm. */
export async function call<T>(weather: Weather, what: string, work: () => T): Promise<T> {
  const { random } = weather;
  await sleep(random.chance(90) ? 5 + random.below(60) : random.below(400));
  if (weather.storm && random.chance(2)) await sleep(9000);
  if (weather.storm && random.chance(5))
    throw new Fault({ code: 'x', kind: 'unavailable', publicText: `${what} does not answer.` });
  if (weather.storm && random.chance(2))
    throw new Fault({ code: 'x', kind: 'rate_limited', publicText: `${what} is busy.`, retryAfterMs: 1000 });
  const result = work();
  await sleep(random.below(30));
  return result;
}
