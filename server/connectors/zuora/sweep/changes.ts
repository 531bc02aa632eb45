import { Fault } from '../../../domain/fault.ts';
import { instantIn } from '../../../domain/time/instant.ts';
import type { ReceivedEvent } from '../../../workflows/ports/webhook.ts';
import type { ZuoraClient } from '../client.ts';
import type { ZuoraContext } from '../context.ts';
import { WITH_ACTIONS } from '../orders.ts';
import { queryPages, type Query } from '../paging.ts';
import { changedRowSchema } from '../schema.ts';
import type { Mark } from './cursor.ts';
import { eventsOf, WHAT, type SweptObject } from './objects.ts';

/** Changes may become readable late, so each sweep looks back this far; what is known already costs nothing. */
const OVERLAP_MS = 300_000;

/** What another start cures: a cursor that ended or leads in a circle. */
function isOfCursor(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'zuora_paging_loops' || error.kind === 'invalid');
}

/** What a sweep of one object came to. */
export type SweptChanges = {
  /** Where the next sweep begins. */
  mark: Mark;
  /** Provider time of the first answer. */
  startedAt: Date;
};

/**
 * Takes the changes of one object in the order in which they were made, from a mark on. Rows that change meanwhile move to
 * the end and are seen there.
 * @returns null where the tenant lacks the object, `refused` where its user may not read it
 */
export async function sweepChanges(
  client: ZuoraClient,
  context: ZuoraContext,
  object: SweptObject,
  mark: Mark | null,
  mostPages: number,
  take: (events: ReceivedEvent[]) => Promise<void>,
): Promise<SweptChanges | 'refused' | null> {
  let from = mark === null ? null : Date.parse(mark.through) - (mark.whole ? OVERLAP_MS : 0);
  let startedAt: Date | null = null;
  let last: number | null = null;
  let pages = 0;
  for (;;) {
    const filter: Query =
      from === null ? [] : [['filter[]', `updateddate.GE:${new Date(from).toISOString().slice(0, 19)}Z`]];
    const isAhead = (): boolean => last !== null && (from === null || last > from);
    try {
      const expanded: Query = object === 'orders' ? [WITH_ACTIONS] : [];
      const query: Query = [...filter, ['sort[]', 'updateddate.asc'], ...expanded];
      for await (const page of queryPages(client, 'looking for changes', object, query, changedRowSchema)) {
        startedAt ??= page.asOf;
        const events = eventsOf(object, page.rows, page.asOf, context);
        if (events.length > 0) await take(events);
        const newest = page.rows.at(-1)?.updatedDate;
        if (newest !== undefined) last = Date.parse(instantIn(context.timeZone, newest));
        pages += 1;
        if (pages >= mostPages && isAhead())
          return { mark: { through: new Date(last!).toISOString(), whole: false }, startedAt };
      }
      return { mark: { through: startedAt!.toISOString(), whole: true }, startedAt: startedAt! };
    } catch (error) {
      const isMissing = error instanceof Fault && ['invalid', 'not_found', 'forbidden'].includes(error.kind);
      if (startedAt === null && isMissing && WHAT[object].optional)
        return error.kind === 'forbidden' ? 'refused' : null;
      if (!isOfCursor(error) || !isAhead()) throw error;
      from = last;
    }
  }
}
