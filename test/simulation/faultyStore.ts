import { Collision } from '../../server/sync/mirror/save.ts';
import type { Store } from '../../server/sync/store.ts';
import { sleep, type Weather } from './models/calls.ts';

/** What only reads, or changes nothing that could fail to serialize. */
const READS =
  /^(of|linkOf|levelsOf|projected|billingAccountOf|ownerOf|backlogOf|heldForMs|nextReady|cursorOf|statusOf)/;

const lost = () => Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });

/** Postgres over a network, as the store's users see it: it takes time, connections are lost before and after a commit. */
export function faulty(store: Store, weather: Weather): Store {
  const { random } = weather;
  const wait = async () => {
    if (random.chance(20)) await sleep(random.below(20));
    if (weather.storm && random.below(1000) < 4) await sleep(random.below(7000));
  };
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        await wait();
        if (weather.storm && random.below(1000) < 15) throw lost();
        if (weather.storm && !READS.test(String(name))) {
          if (random.below(1000) < 10) throw Object.assign(new Error('could not serialize'), { code: '40001' });
          if (name === 'commitResult' && random.below(1000) < 10) throw new Collision('A row');
        }
        const result = await member.apply(target, args);
        await wait();
        if (weather.storm && random.below(1000) < 10) throw lost();
        return result;
      };
    },
  });
}
