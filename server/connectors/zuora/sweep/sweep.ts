import type { Access } from '../../../workflows/ports/billingSystem.ts';
import type { Clock } from '../../../workflows/ports/clock.ts';
import type { ChangeSource } from '../../../workflows/ports/sweep.ts';
import type { ZuoraClient } from '../client.ts';
import type { ZuoraContext } from '../context.ts';
import { createDataQuery } from '../dataQuery.ts';
import { ordersSince } from '../orders.ts';
import { sweepChanges } from './changes.ts';
import { readCursor, type Mark } from './cursor.ts';
import { sweepDeletions } from './deletions.ts';
import { SWEPT_OBJECTS, WHAT } from './objects.ts';

const DAY_MS = 86_400_000;

export type ZuoraSweepOptions = {
  /** Kinds of objects that are read besides accounts; default all. */
  objects?: readonly string[];
  /** Calls a day that looking for changes may take; default: no bound. */
  callsPerDay?: number;
  /** Pages of one object after which a sweep stops, so that what it saw is not read again when it breaks off. */
  mostPages?: number;
};

/**
 * Looks for changed rows by Object Query, with a high-water mark for each object. The first sweep goes through every
 * account and has each fetched; later ones through what changed since. Once a day what was deleted is asked for by Data
 * Query, which Object Query does not show.
 */
export function createZuoraSweep(
  client: ZuoraClient,
  context: ZuoraContext,
  clock: Pick<Clock, 'now'>,
  { objects, callsPerDay = Infinity, mostPages = 100 }: ZuoraSweepOptions = {},
): ChangeSource {
  const swept = SWEPT_OBJECTS.filter(
    (object) => WHAT[object].part === 'account' || (objects?.includes(WHAT[object].part) ?? true),
  );
  const dataQuery = createDataQuery(client);
  // One more looks after the job of deleted rows.
  const roundEveryMs = ((swept.length + 1) * DAY_MS) / callsPerDay;

  return {
    connection: context.connection,
    async sweep(text, take) {
      const cursor = readCursor(text);
      const now = clock.now();
      const access: Pick<Access, 'what' | 'isRefused'>[] = [];
      const isTime = cursor.sweptAt === null || now.getTime() - Date.parse(cursor.sweptAt) >= roundEveryMs;
      if (isTime) {
        const { marks } = cursor;
        let providerNow: Date | null = null;
        for (const object of swept) {
          // The build before did not ask for orders; what they did is told as far back as the timeline goes.
          if (object === 'orders' && marks.accounts !== undefined)
            marks.orders ??= { through: ordersSince(new Date(marks.accounts.through)).toISOString(), whole: true };
          const isFirst = marks[object] === undefined;
          const found = await sweepChanges(client, context, object, marks[object] ?? null, mostPages, take);
          if (WHAT[object].optional)
            access.push({ what: `changes of ${object.replace('-', ' ')}`, isRefused: found === 'refused' });
          const changes = found === 'refused' ? null : found;
          providerNow ??= changes?.startedAt ?? null;
          if (changes === null) delete marks[object];
          else marks[object] = changes.mark;
          if (changes === null || !isFirst || object !== 'accounts') continue;
          // What changed before the walk through the accounts began is fetched with them.
          const begun: Mark = { through: changes.startedAt.toISOString(), whole: true };
          for (const other of swept) marks[other] ??= begun;
          break;
        }
        cursor.deletions = await sweepDeletions(dataQuery, context, cursor.deletions, providerNow!, take);
        cursor.sweptAt = now.toISOString();
      }
      const times = Object.values(cursor.marks).map(({ through }) => Date.parse(through));
      return { cursor: JSON.stringify(cursor), checkedThrough: new Date(Math.min(...times)), access };
    },
  };
}
