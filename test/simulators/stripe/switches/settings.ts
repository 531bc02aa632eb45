import type { Router } from 'express';
import type { World } from '../world.ts';

const afterRetries = ['canceled', 'unpaid', 'past_due'] as const;

const shown = ({ state }: World) => ({ afterRetries: state.afterRetries, searchDelaySeconds: state.searchDelay });

/** What a person sets in the Stripe dashboard, and how fast the search index follows: `GET` and `POST /settings`. */
export function addSettings(router: Router, world: World): void {
  router.get('/settings', (_req, res) => void res.json(shown(world)));
  router.post('/settings', (req, res) => {
    const wanted = (req.body ?? {}) as { afterRetries?: string; searchDelaySeconds?: number };
    const outcome = afterRetries.find((one) => one === wanted.afterRetries);
    if (wanted.afterRetries !== undefined && outcome === undefined)
      return void res.status(400).json({ message: 'afterRetries must be canceled, unpaid or past_due' });
    const delay = wanted.searchDelaySeconds;
    if (delay !== undefined && !(Number.isInteger(delay) && delay >= 0))
      return void res.status(400).json({ message: 'searchDelaySeconds must be a whole number of seconds' });
    const unknown = Object.keys(wanted).find((key) => !Object.hasOwn(shown(world), key));
    if (unknown !== undefined) return void res.status(400).json({ message: `There is no setting ${unknown}` });
    world.state.afterRetries = outcome ?? world.state.afterRetries;
    world.state.searchDelay = delay ?? world.state.searchDelay;
    world.store.touch();
    return void res.json(shown(world));
  });
}
