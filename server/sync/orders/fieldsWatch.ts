import { FIELD_UNREADABLE } from '../../domain/order/planOrder.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import { bumpKeys } from '../keys/bump.ts';
import { repeat, type Repeated } from '../repeat.ts';
import { saveSetting, settingOf } from '../settings.ts';
import { waitingFor } from './waiting.ts';

const NAME = 'orders_unreadable';
/** An org changes now and then, ms. */
const ASK_AGAIN_MS = 3_600_000;

/** @returns what settings of orders name and the org does not show, as it was last found, a sentence each */
export async function unreadableOfOrders(db: Db): Promise<string[]> {
  const value = await settingOf(db, NAME);
  return value === null ? [] : (JSON.parse(value) as string[]);
}

export type FieldsWatchOptions = {
  db: Db;
  /** @returns what settings name and the org does not show, a sentence each; none where orders are off */
  ask: () => Promise<readonly string[]>;
  log: Log;
  /** Told when keys were made dirty. */
  onChange: () => void;
};

/**
 * Tells, at start and each hour, what settings of orders name and the org does not show, in the log and in `npm run ops -- status`;
 * what waits for a field goes on once it can be read.
 */
export function createFieldsWatch({ db, ask, log, onChange }: FieldsWatchOptions): Repeated {
  let known: readonly string[] | null = null;
  async function tick(): Promise<void> {
    const found = await ask();
    const before = known ?? (await unreadableOfOrders(db));
    for (const fault of found) if (known === null || !before.includes(fault)) log.error({ orders: true }, fault);
    await saveSetting(db, NAME, JSON.stringify(found));
    if (before.some((fault) => !found.includes(fault))) {
      await bumpKeys(db, await waitingFor(db, [{ code: FIELD_UNREADABLE }]));
      onChange();
    }
    known = found;
  }
  return repeat(tick, ASK_AGAIN_MS, (error) =>
    log.warn({ err: error }, 'What can be read of deals could not be found out; it is tried again'),
  );
}
